"""Keep what a performer's room check found: sentences for them to read next time. No picture, no sound."""

from datetime import datetime

from django.db import transaction

from yesif.apps.stage.models import RoomCheck
from yesif.base.errors import BadInput

MOST_ROWS = 20


@transaction.atomic
def keep(*, performer_id: str, found: object, now: datetime) -> None:
    """`found`: {"rows": [{"ok": true, "text": "…"}, …]}; the last check counts. Raises BadInput."""
    rows = found.get("rows") if isinstance(found, dict) else None
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_ROWS or not all(_is_row(row) for row in rows):
        raise BadInput("A room check is a list of up to 20 findings, each a sentence and whether it is in order.")
    kept = {"rows": [{"ok": row["ok"], "text": row["text"]} for row in rows]}
    RoomCheck.objects.update_or_create(performer_id=performer_id, defaults={"found": kept, "checked_at": now})


def _is_row(row: object) -> bool:
    return (
        isinstance(row, dict)
        and isinstance(row.get("ok"), bool)
        and isinstance(row.get("text"), str)
        and len(row["text"]) <= 300
    )
