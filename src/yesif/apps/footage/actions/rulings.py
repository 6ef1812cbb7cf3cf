"""Reject, remove, deactivate: a reason from a list, the span, a second person; an appeal, decided by a third.

    proposed → in force (seconded) → appealed → upheld | overturned        proposed → dropped (the second disagreed)

Nothing here can be done by one person alone, and nothing here knows of money: a fee stands whatever is decided.
"""

from datetime import datetime, timedelta

from django.db import transaction

from yesif.apps.casting.models import Booking
from yesif.apps.footage.models import Performance, Ruling
from yesif.apps.footage.queries.review import length_ns
from yesif.apps.people.models import Role
from yesif.apps.record import actions as record
from yesif.apps.stage.queries.sessions import BARRED
from yesif.base.errors import BadInput, Conflict, NotFound, Refused

REASONS = {
    "reject": ("sound", "picture", "out-of-step", "other-scene", "nobody-there"),
    "remove": ("crossed-a-line", "broke-the-contract", "other-person"),
    "deactivate": ("crossed-a-line", "other-person", "under-age"),
}
"""Kind of ruling → its closed list of reasons. What a performer answered, cut or reported is on none of them."""
DECIDED_WITHIN = timedelta(days=7)


@transaction.atomic
def propose(
    *,
    kind: str,
    performance_id: str,
    by: str,
    reason: str,
    start_ns: int,
    end_ns: int,
    words: str = "",
    now: datetime,
) -> str:
    """Propose a ruling about a performance's performer; nothing happens until a second person agrees. Returns its id.
    Raises NotFound, BadInput, Conflict."""
    performance = Performance.objects.filter(pk=performance_id).select_related("take__scene__session__project").first()
    if performance is None or not _of_desk(performance, by):
        raise NotFound
    if reason not in REASONS.get(kind, ()):
        raise BadInput("A ruling names one reason of its list.")
    if not 0 <= start_ns < end_ns <= (length_ns(performance) or 0):
        raise BadInput("A ruling names the span it rests on, inside the take.")
    if len(words) > 2000:
        raise BadInput("Say it in at most 2,000 characters.")
    if Ruling.objects.filter(performance=performance, kind=kind, dropped_at=None, decided_at=None).exists():
        raise Conflict("There is such a ruling already; it waits for its second person, or holds.")
    return Ruling.objects.create(
        kind=kind,
        about_id=performance.performer_id,
        performance=performance,
        reason=reason,
        start_ns=start_ns,
        end_ns=end_ns,
        words=words.strip(),
        proposed_by_id=by,
        proposed_at=now,
    ).id


@transaction.atomic
def second(*, ruling_id: str, by: str, agrees: bool, now: datetime) -> None:
    """A second person looks for themselves; with their yes the ruling holds, with their no it is dropped. Raises
    NotFound, Refused to whoever proposed it, Conflict."""
    ruling = _locked(ruling_id, by)
    if ruling.seconded_at or ruling.dropped_at:
        raise Conflict("A second person has answered already.")
    if by in (ruling.proposed_by_id, ruling.about_id):
        raise Refused("Somebody else than who proposed it has to agree.")
    if not agrees:
        ruling.dropped_at = now
        ruling.save(update_fields=["dropped_at"])
        return
    ruling.seconded_by_id, ruling.seconded_at = by, now
    ruling.save(update_fields=["seconded_by", "seconded_at"])
    _put_in_force(ruling, now)
    _line(ruling, f"{ruling.kind}-in-force", now)


@transaction.atomic
def appeal(*, ruling_id: str, performer_id: str, words: str, now: datetime) -> None:
    """The performer says why it is wrong; somebody who had no part in it decides within 7 days. Raises NotFound,
    BadInput, Conflict."""
    ruling = Ruling.objects.select_for_update().filter(pk=ruling_id, about_id=performer_id).first()
    if ruling is None or ruling.seconded_at is None:
        raise NotFound
    if not words.strip() or len(words) > 4000:
        raise BadInput("Say in 1 to 4,000 characters why it is wrong.")
    if ruling.appealed_at is not None:
        raise Conflict("You have appealed already; the answer has its date.")
    ruling.appeal, ruling.appealed_at, ruling.appeal_due_at = words.strip(), now, now + DECIDED_WITHIN
    ruling.save(update_fields=["appeal", "appealed_at", "appeal_due_at"])
    _line(ruling, "appealed", now)


@transaction.atomic
def decide(*, ruling_id: str, by: str, outcome: str, answer: str, now: datetime) -> None:
    """Somebody who had no part in the ruling decides the appeal. Raises NotFound, BadInput, Refused, Conflict."""
    ruling = _locked(ruling_id, by)
    if ruling.appealed_at is None or ruling.decided_at is not None:
        raise Conflict("There is no open appeal.")
    if by in (ruling.proposed_by_id, ruling.seconded_by_id, ruling.about_id):
        raise Refused("An appeal is decided by somebody who had no part in the ruling.")
    if outcome not in ("upheld", "overturned") or not answer.strip() or len(answer) > 4000:
        raise BadInput("Uphold or overturn it, and say why in at most 4,000 characters.")
    ruling.outcome, ruling.answer, ruling.decided_by_id, ruling.decided_at = outcome, answer.strip(), by, now
    ruling.save(update_fields=["outcome", "answer", "decided_by", "decided_at"])
    if outcome == "overturned":
        _take_back(ruling)
    _line(ruling, f"appeal-{outcome}", now)


def _put_in_force(ruling: Ruling, now: datetime) -> None:
    if ruling.kind == "reject":
        Performance.objects.filter(pk=ruling.performance_id).update(rejected_at=now)
    elif ruling.kind == "remove":
        project = ruling.performance.take.scene.session.project_id
        _end_bookings(ruling.about_id, now, project_id=project)
    else:  # they sign in as before: their money, their answers and their appeal stay theirs
        Role.objects.get_or_create(person_id=ruling.about_id, role=BARRED)
        _end_bookings(ruling.about_id, now)


def _end_bookings(performer_id: str, now: datetime, **of: str) -> None:
    ahead = Booking.objects.filter(performer_id=performer_id, starts_at__gt=now, declined_at=None, **of)
    ahead.update(declined_at=now)


def _take_back(ruling: Ruling) -> None:
    """What an overturned ruling did is undone. Bookings it ended cannot be: they are offered anew by hand."""
    if ruling.kind == "reject":
        Performance.objects.filter(pk=ruling.performance_id).update(rejected_at=None)
    elif ruling.kind == "deactivate":
        Role.objects.filter(person_id=ruling.about_id, role=BARRED).delete()


def _locked(ruling_id: str, by: str) -> Ruling:
    ruling = Ruling.objects.select_for_update().filter(pk=ruling_id).first()
    if ruling is None or not _of_desk(ruling.performance, by):
        raise NotFound
    return ruling


def _of_desk(performance: Performance, who: str) -> bool:
    """The project's producer, and operators, who are the studio's second and third people."""
    if performance.take.scene.session.project.producer_id == who:
        return True
    return Role.objects.filter(person_id=who, role="operator").exists()


def _line(ruling: Ruling, what: str, now: datetime) -> None:
    body = {"performance": ruling.performance_id, "what": what, "ruling": ruling.id, "reason": ruling.reason}
    record.append(kind="review", body=body, about=[ruling.about_id], now=now)


@transaction.atomic
def forget(*, about: str) -> None:
    """The words said in rulings about a person, when they are erased; that there was one, and its dates, stay."""
    Ruling.objects.filter(about_id=about).update(words="", appeal="", answer="")
