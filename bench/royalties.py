"""Share 1,000 licences' payments among 10,000 performers each, and again in another process: the same bytes.

`bench/royalties.py [licences]` (1,000 by default), seed 7. Promised: ≤ 60 s for all of the first process, making up
its weights and digesting every share included; the split alone is printed beside it. Prints how long a bare SHA-256 of
as many names takes, the least that any fair tie-break could cost.
"""

import hashlib
import random
import struct
import subprocess
import sys
import time

import _machine

from yesif.core.ledger import royalty
from yesif.core.ledger.royalty import Payment

PERFORMERS, LICENCES, LIMIT_S, SEED = 10_000, 1_000, 60, 7


def shares(count: int) -> tuple[str, float]:
    """The digest of every share of every payment, in order; and the seconds that went into sharing alone."""
    dice = random.Random(SEED)
    people = [f"per_{number:026d}" for number in range(PERFORMERS)]
    terms = royalty.standard_terms()
    whole, splitting = hashlib.sha256(), 0.0
    for number in range(count):
        drawn = struct.unpack(f"<{PERFORMERS}I", dice.randbytes(4 * PERFORMERS))
        weights = dict(zip(people, [one % 3_600_000 * 1000 for one in drawn], strict=True))
        payment = Payment(f"pay-{number}", f"lic_{number}", "licence-fee", dice.randrange(10**9, 10**13), "EUR")
        began = time.perf_counter()
        shared = royalty.share(payment, weights, terms)
        splitting += time.perf_counter() - began
        if sum(shared.shares.values()) != shared.parts["pool"] or list(shared.shares) != people:
            raise SystemExit(f"payment {number} (seed {SEED}) was not shared whole")
        whole.update(",".join(map(str, shared.shares.values())).encode())
    return whole.hexdigest(), splitting


def main() -> None:
    if sys.argv[1:2] == ["again"]:
        print(shares(int(sys.argv[2]))[0])
        return
    count = int(sys.argv[1]) if sys.argv[1:] else LICENCES
    _machine.head()
    began = time.perf_counter()
    for number in range(PERFORMERS):
        hashlib.sha256(b"%d" % number).digest()
    hashing = (time.perf_counter() - began) * count
    began = time.perf_counter()
    first, splitting = shares(count)
    took = time.perf_counter() - began
    again = subprocess.run([sys.executable, __file__, "again", str(count)], capture_output=True, text=True, check=True)
    same = again.stdout.strip() == first
    print(
        f"{PERFORMERS:,} performers × {count:,} licences, seed {SEED}: {took:.1f} s (promised ≤ {LIMIT_S} s for 1,000),"
    )
    print(f"of which sharing {splitting:.1f} s; bare SHA-256 of as many names: {hashing:.1f} s")
    print(f"worked out again in another process: {'the same bytes' if same else 'DIFFERENT'}, {first[:16]}…")
    if not same:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
