"""Set a booking's money aside, hand it on, give it back: the books and the record, in one transaction."""

from datetime import datetime

from django.db import transaction

from yesif.apps.money.actions import escrow
from yesif.apps.money.actions.escrow import LineOf
from yesif.apps.record import actions as record


@transaction.atomic
def reserve(*, project_id: str, holding: str, micro: int, currency: str, now: datetime) -> None:
    """Set money aside for one booking or block. Raises Refused where escrow does not cover it, BadInput."""
    line = _line("set-aside", project_id, holding, currency, now)
    escrow.reserve(project_id=project_id, holding=holding, micro=micro, currency=currency, line=line, now=now)


@transaction.atomic
def pass_on(*, project_id: str, source: str, holding: str, micro: int, currency: str, now: datetime) -> None:
    """Hand a part of a block's holding to a booking of that block, where it is all there."""
    line = _line("set-aside", project_id, holding, currency, now)
    escrow.pass_on(
        project_id=project_id, source=source, holding=holding, micro=micro, currency=currency, line=line, now=now
    )


@transaction.atomic
def release(*, project_id: str, holding: str, currency: str, now: datetime) -> int:
    """Give what is left of a holding back to its project; micro-units."""
    line = _line("given-back", project_id, holding, currency, now)
    return escrow.release(project_id=project_id, holding=holding, currency=currency, line=line, now=now)


def _line(kind: str, project_id: str, holding: str, currency: str, now: datetime) -> LineOf:
    def write(micro: int) -> int:
        body: dict[str, object] = {"project": project_id, "holding": holding, "currency": currency}
        return record.append(kind=kind, body={**body, "micro": str(micro)}, about=[project_id], now=now)

    return write
