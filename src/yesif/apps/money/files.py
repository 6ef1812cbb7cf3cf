"""A pay run as the bank's file: accounts unsealed here, for as long as it takes to write it."""

from collections.abc import Sequence
from datetime import datetime

from yesif.apps.money.models import Payee, PayItem, PayRun
from yesif.apps.money.sealed import unseal
from yesif.base.errors import BadInput
from yesif.core.ledger.payout import aba, nacha, pain, table
from yesif.core.ledger.payout.bank import KIND_OF, Account, Due


def payer_of(file_format: str) -> str:
    """Under which name the account is kept that a format pays from."""
    return f"payer:{KIND_OF.get(file_format, 'iban')}"


def render(run: PayRun, items: Sequence[PayItem], now: datetime) -> bytes:
    """The file of a run. Raises BadInput where the studio's own account is not known or somebody's has gone."""
    payer, extra = _open(payer_of(run.format), "payer: say first which account this studio pays from.")
    dues = [
        Due(
            str(item.reference), _open(item.performer, "account: someone in this run has none any more.")[0], item.minor
        )
        for item in items
    ]
    match run.format:
        case "pain001":
            return pain.write(batch=run.id, currency=run.currency, payer=payer, dues=dues, day=run.day, now=now)
        case "aba":
            member = aba.Member(extra.get("bank", ""), extra.get("member", ""))
            return aba.write(member=member, payer=payer, dues=dues, day=run.day)
        case "nacha":
            origin = nacha.Origin(extra.get("destination", ""), extra.get("bank_name", ""), extra.get("company", ""))
            return nacha.write(origin=origin, payer=payer, dues=dues, day=run.day, now=now)
        case _:
            return table.write(currency=run.currency, payer=payer, dues=dues)


def _open(owner: str, missing: str) -> tuple[Account, dict[str, str]]:
    found = Payee.objects.filter(owner=owner).first()
    if found is None:
        raise BadInput(missing)
    return unseal(bytes(found.sealed), owner)
