"""A thousand random pay runs as pain.001.001.09, each checked against the schema; a tampered one is refused each time.

`bench/payouts.py [runs]` (1,000 by default), seed 11. Promised: 1,000 of 1,000 valid. ABA and NACHA files of the same
people are read again by the tests' own parser. One that fails names its batch and stops.
"""

import random
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import _machine

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.core.bank_files import read_aba, read_nacha
from tests.core.test_payout_files import routing_of, with_check

from yesif.base.errors import Damaged
from yesif.core.ledger.payout import aba, nacha, pain
from yesif.core.ledger.payout.bank import Account, Due, bsb

NAMES = ("Ana Čapek", "Bo Ñandú", "李 小龙", "O'Neil & Søn", "Zoë-Łucja Straße", "=1+1", "Дмитрий", "A" * 90)
SEED = 11
NOW, DAY = datetime(2026, 11, 25, tzinfo=UTC), date(2026, 11, 27)


def main(runs: int = 1000) -> None:
    _machine.head("sepaxml", "xmlschema")
    dice = random.Random(SEED)
    studio = Account("iban", "Studio", with_check("DE", f"{1:018d}"))
    south = Account("aba", "Studio", "123456", "062-000")
    west = Account("us", "Studio", "123456", "091000019")
    valid = refused = same = people = 0
    began = time.perf_counter()
    for number in range(runs):
        count = dice.randrange(1, 40)
        people += count
        sums = [dice.randrange(1, 10**7) for _ in range(count)]
        names = [dice.choice(NAMES) for _ in sums]

        def dues(make: object, sums: list[int] = sums, names: list[str] = names) -> list[Due]:
            return [
                Due(f"YI{n:010d}", make(name), minor) for n, (name, minor) in enumerate(zip(names, sums, strict=True))
            ]  # type: ignore[operator]

        iban = dues(lambda name: Account("iban", name, with_check("DE", f"{dice.randrange(10**18):018d}")))
        try:
            made = pain.write(batch=f"pay{number}", currency="EUR", payer=studio, dues=iban, day=DAY, now=NOW)
        except Damaged as wrong:
            raise SystemExit(f"batch {number} (seed {SEED}): {wrong}") from None
        valid += 1
        try:
            pain.check(made.replace(b"<EndToEndId>YI", b"<EndToEnd>YI").replace(b"</EndToEndId>", b"</EndToEnd>"))
        except Damaged:
            refused += 1
        bsbs = dues(
            lambda name: Account("aba", name, str(dice.randrange(10**5, 10**9)), bsb(f"{dice.randrange(10**6):06d}"))
        )
        seen = read_aba(aba.write(member=aba.Member("CBA", "301500"), payer=south, dues=bsbs, day=DAY))
        us = dues(
            lambda name: Account("us", name, str(dice.randrange(10**4, 10**17)), routing_of(dice.randrange(10**8)))
        )
        ach = read_nacha(
            nacha.write(origin=nacha.Origin("091000019", "Bank", "1"), payer=west, dues=us, day=DAY, now=NOW)
        )
        hashed = sum(int(due.account.bank[:8]) for due in us) % 10**10
        same += (seen.total, ach.file_total, ach.file_hash, ach.file_count) == (sum(sums), sum(sums), hashed, count)
    took = time.perf_counter() - began
    print(f"{valid:,} of {runs:,} pain.001 files valid (seed {SEED}), {people:,} payments, {took:.0f} s with all below")
    print(f"{refused:,} of {runs:,} tampered ones refused; {same:,} of {runs:,} ABA and NACHA pairs with the right")
    print("totals, counts and hash by the other parser")
    if {valid, refused, same} != {runs}:
        raise SystemExit(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
