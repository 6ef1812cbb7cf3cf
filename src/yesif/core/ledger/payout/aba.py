"""ABA (Cemtex) direct entry: 120 characters a line, CRLF.

0 descriptive record     reel 01, bank, user name and id, description, day DDMMYY
1 one credit each        BSB, account, indicator, code 53 (pay), cents, name, reference, trace, remitter, tax 0
7 file total             999-999, net, credits, debits, count of records 1
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yesif.base.errors import BadInput
from yesif.core.ledger.payout.bank import Account, Due, check_batch, plain


@dataclass(frozen=True, slots=True)
class Member:
    """What an Australian bank calls its business: three letters of the bank, six digits of the user's own id."""

    bank: str
    number: str

    def __post_init__(self) -> None:
        if not (len(self.bank) == 3 and self.bank.isascii() and self.bank.isalpha() and self.bank.isupper()):
            raise BadInput("Bank: its three capital letters, like WBC.")
        if not (len(self.number) <= 6 and self.number.isascii() and self.number.isdigit()):
            raise BadInput("User id: up to six digits, from your bank.")


def write(*, member: Member, payer: Account, dues: Sequence[Due], day: date) -> bytes:
    """The file. Raises BadInput."""
    check_batch("aba", "AUD", payer, dues)
    total = sum(due.minor for due in dues)
    if total > 9_999_999_999:
        raise BadInput("amount: an ABA file carries at most AUD 99,999,999.99.")
    head = f"0{' ' * 17}01{member.bank}{' ' * 7}{plain(payer.name, 26):<26}{int(member.number):06d}"
    lines = [f"{head}{'YES IF PAY':<12}{day:%d%m%y}{' ' * 40}"]
    lines += [_credit(payer, due) for due in dues]
    lines.append(f"7999-999{' ' * 12}{total:010d}{total:010d}{0:010d}{' ' * 24}{len(dues):06d}{' ' * 40}")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _credit(payer: Account, due: Due) -> str:
    to = due.account
    return (
        f"1{to.bank}{to.number:>9} 53{due.minor:010d}{plain(to.name, 32):<32}{due.reference:<18}"
        f"{payer.bank}{payer.number:>9}{plain(payer.name, 16):<16}{0:08d}"
    )
