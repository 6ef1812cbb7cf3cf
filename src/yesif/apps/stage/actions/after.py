"""After a scene: would you play with them again, and who is never met again. Told to matching, and to nobody else."""

from datetime import datetime

from django.db import transaction

from yesif.apps.stage.models import Place, PlayAgain
from yesif.base.errors import BadInput, NotFound

ANSWERS = ("yes", "not-now", "never")


@transaction.atomic
def play_again(*, session_id: str, performer_id: str, answer: str, now: datetime) -> None:
    """Answer for everyone else of that session's cast; the last answer counts. Raises NotFound, BadInput."""
    others = _others(session_id, performer_id)
    if answer not in ANSWERS:
        raise BadInput("Say yes, not now, or never.")
    for about in others:
        PlayAgain.objects.update_or_create(
            by_id=performer_id, about_id=about, defaults={"answer": answer, "answered_at": now}
        )


@transaction.atomic
def block(*, session_id: str, performer_id: str, now: datetime) -> None:
    """Never be matched with them again, whatever is answered later. They are not told. Raises NotFound."""
    for about in _others(session_id, performer_id):
        PlayAgain.objects.update_or_create(
            by_id=performer_id, about_id=about, defaults={"answer": "never", "blocked": True, "answered_at": now}
        )


@transaction.atomic
def unblock(*, performer_id: str, about_id: str, now: datetime) -> None:
    """Take a block back; the answer becomes "not now". Raises NotFound where there is none."""
    changed = PlayAgain.objects.filter(by_id=performer_id, about_id=about_id, blocked=True)
    if not changed.update(blocked=False, answer="not-now", answered_at=now):
        raise NotFound


def _others(session_id: str, performer_id: str) -> list[str]:
    cast = list(Place.objects.filter(session_id=session_id).values_list("performer_id", flat=True))
    if performer_id not in cast:
        raise NotFound
    return [one for one in cast if one != performer_id]
