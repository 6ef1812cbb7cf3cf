"""Share 1,000 licences' payments among 10,000 performers each, and again in another process: the same bytes.

Promised: ≤ 60 s, byte-identical. Prints how long a bare SHA-256 of as many names takes, the least that any fair
tie-break could cost.
"""

import hashlib
import json
import random
import subprocess
import sys
import time

import _machine

from yesif.core.ledger import royalty
from yesif.core.ledger.royalty import Payment

PERFORMERS, LICENCES, LIMIT_S = 10_000, 1_000, 60


def shares(count: int) -> str:
    """The digest of every share of every payment, in order."""
    dice = random.Random(7)
    people = [f"per_{number:026d}" for number in range(PERFORMERS)]
    terms = royalty.standard_terms()
    whole = hashlib.sha256()
    for number in range(count):
        weights = {one: dice.randrange(0, 3_600_000) * 1000 for one in people}
        payment = Payment(f"pay-{number}", f"lic_{number}", "licence-fee", dice.randrange(10**9, 10**13), "EUR")
        shared = royalty.share(payment, weights, terms)
        assert sum(shared.shares.values()) == shared.parts["pool"]
        whole.update(json.dumps(sorted(shared.shares.items())).encode())
    return whole.hexdigest()


def main() -> None:
    if sys.argv[1:]:
        print(shares(int(sys.argv[1])))
        return
    _machine.head()
    began = time.perf_counter()
    dice = random.Random(7)
    for _ in range(20):
        for _ in range(PERFORMERS):
            dice.randrange(0, 3_600_000)
    making = (time.perf_counter() - began) / 20 * LICENCES
    began = time.perf_counter()
    for number in range(PERFORMERS):
        hashlib.sha256(b"%d" % number).digest()
    hashing = (time.perf_counter() - began) * LICENCES
    began = time.perf_counter()
    first = shares(LICENCES)
    took = time.perf_counter() - began
    again = subprocess.run([sys.executable, __file__, str(LICENCES)], capture_output=True, text=True, check=True)
    same = again.stdout.strip() == first
    print(
        f"{PERFORMERS:,} performers × {LICENCES:,} licences: {took:.1f} s (promised ≤ {LIMIT_S} s), of which", end=" "
    )
    print(f"{making:.1f} s making up the weights; bare SHA-256 of as many names: {hashing:.1f} s")
    print(f"worked out again in another process: {'the same bytes' if same else 'DIFFERENT'}, {first[:16]}…")


if __name__ == "__main__":
    main()
