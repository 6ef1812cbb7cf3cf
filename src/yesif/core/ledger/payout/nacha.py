"""NACHA credits (PPD): 94 characters a line, ten lines a block.

1 file header · 5 batch header (220: credits only) · 6 entry each (22: checking) · 8 batch control · 9 file control
Entry hash: the sum of the receiving banks' first eight digits, its last ten digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from yesif.base.errors import BadInput
from yesif.core.ledger.payout.bank import Account, Due, check_batch, plain, routing


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sends: the bank's routing number and name, the company's id (ten characters, from the bank)."""

    destination: str
    destination_name: str
    company: str

    def __post_init__(self) -> None:
        routing(self.destination)
        if not (1 <= len(self.company) <= 10 and self.company.isascii() and self.company.isalnum()):
            raise BadInput("Company id: up to ten letters and digits, from your bank.")


def write(*, origin: Origin, payer: Account, dues: Sequence[Due], day: date, now: datetime) -> bytes:
    """The file. Raises BadInput."""
    check_batch("nacha", "USD", payer, dues)
    total = sum(due.minor for due in dues)
    if total > 999_999_999_999 or any(due.minor > 9_999_999_999 for due in dues):
        raise BadInput("amount: it does not fit the file's twelve digits.")
    sender = origin.destination[:8]
    hashed = sum(int(due.account.bank[:8]) for due in dues) % 10**10
    name, company = plain(payer.name, 16), f"{origin.company:>10}"
    lines = [
        f"101 {origin.destination}{company}{now:%y%m%d%H%M}A094101{plain(origin.destination_name, 23):<23}"
        f"{plain(payer.name, 23):<23}{' ' * 8}",
        f"5220{name:<16}{' ' * 20}{company}PPD{'PAY':<10}{' ' * 6}{day:%y%m%d}   1{sender}{1:07d}",
    ]
    lines += [_entry(due, sender, number) for number, due in enumerate(dues, 1)]
    lines.append(f"8220{len(dues):06d}{hashed:010d}{0:012d}{total:012d}{company}{' ' * 25}{sender}{1:07d}")
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(f"9{1:06d}{blocks:06d}{len(dues):08d}{hashed:010d}{0:012d}{total:012d}{' ' * 39}")
    lines += ["9" * 94] * (blocks * 10 - len(lines))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _entry(due: Due, sender: str, number: int) -> str:
    to = due.account
    return (
        f"622{to.bank}{to.number:<17}{due.minor:010d}{due.reference:<15}{plain(to.name, 22):<22}  0{sender}{number:07d}"
    )
