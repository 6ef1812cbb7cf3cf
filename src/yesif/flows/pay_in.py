"""Money that comes in: a producer's escrow, a licensee's payment. The books and the record, in one transaction."""

from datetime import datetime

from django.db import transaction

from yesif.apps.casting import queries as casting
from yesif.apps.money.actions import escrow
from yesif.apps.record import actions as record
from yesif.base.errors import BadInput
from yesif.base.money import Money


@transaction.atomic
def fund_project(*, project_id: str, producer_id: str, money: Money, key: str, now: datetime) -> None:
    """A producer paid in for a project's fees. `key` names the payment: the same one twice is one, and another sum
    under it is refused. Raises NotFound, BadInput, Conflict."""
    project = casting.project(project_id, producer_id)
    if money.currency != project.currency:
        raise BadInput(f"currency: this project pays its fees in {project.currency}, not {money.currency}.")
    if money.minor <= 0:
        raise BadInput("amount: a deposit is above zero.")
    body: dict[str, object] = {"project": project_id, "minor": money.minor, "currency": money.currency, "key": key}

    def line(_: int) -> int:
        return record.append(kind="escrow", body=body, about=[project_id, producer_id], now=now)

    escrow.deposit(project_id=project_id, money=money, key=f"{project_id}:{key}", line=line, now=now)
