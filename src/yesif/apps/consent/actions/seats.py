"""A seat that performers appoint, such as a union's: it may pause new licences for its members, and lift that (D10)."""

from datetime import datetime

from django.db import transaction

from yesif.apps.consent.actions.hold import own
from yesif.apps.consent.models import Appointment, Seat, Suspension
from yesif.apps.record import actions as record
from yesif.base.errors import BadInput, Conflict, NotFound


@transaction.atomic
def open_seat(*, holder_id: str, name: str, now: datetime) -> str:
    """Set up a seat for someone whom the studio's operator lets in: performers read its name, and must not be told
    that anybody is their union. It has no power until a performer appoints it. Returns its id. Raises BadInput,
    Conflict."""
    name = " ".join(name.split())
    if not 2 <= len(name) <= 120:
        raise BadInput("The name of a seat has 2 to 120 characters.")
    if Seat.objects.filter(name__iexact=name).exists():
        raise Conflict("There is a seat of that name already.")
    return Seat.objects.create(name=name, holder_id=holder_id, made_at=now).id


@transaction.atomic
def open_another(*, holder_id: str, name: str, now: datetime) -> str:
    """One more seat of someone who holds one, such as a union's branch: its name begins with the name the operator
    let them in under. Raises NotFound where they hold none, BadInput, Conflict."""
    held = Seat.objects.filter(holder_id=holder_id).order_by("made_at", "id").first()
    if held is None:
        raise NotFound
    said, own_name = " ".join(name.split()).casefold(), held.name.casefold()
    if not said.startswith(own_name) or said[len(own_name) : len(own_name) + 1].isalnum():
        raise BadInput(f"A further seat's name begins with the name of your first: {held.name}.")
    return open_seat(holder_id=holder_id, name=name, now=now)


@transaction.atomic
def appoint(*, seat_id: str, performer_id: str, now: datetime) -> None:
    """Let this seat pause new licences for oneself; while it has a pause on, that begins at once. Twice is once."""
    own(performer_id)
    seat = Seat.objects.filter(pk=seat_id).first()
    if seat is None:
        raise NotFound
    _, is_new = Appointment.objects.get_or_create(
        seat=seat, performer_id=performer_id, ended_at=None, defaults={"at": now}
    )
    if is_new and Suspension.objects.filter(seat=seat, lifted_at=None).exists():
        _pause(seat, [performer_id], now)


@transaction.atomic
def leave(*, seat_id: str, performer_id: str, now: datetime) -> None:
    """End the appointment; a pause it put on this performer ends with it. Twice is once. Raises NotFound."""
    own(performer_id)
    if not Appointment.objects.filter(seat_id=seat_id, performer_id=performer_id).exists():
        raise NotFound
    held = Appointment.objects.filter(seat_id=seat_id, performer_id=performer_id, ended_at=None)
    if held.update(ended_at=now):
        _lift(Seat.objects.get(pk=seat_id), [performer_id], now)


@transaction.atomic
def suspend(*, seat_id: str, holder_id: str, now: datetime) -> int:
    """No new licence for any member from this commit on; licences already signed go on. Returns how many are paused.

    Members who are paused already stay so. Raises NotFound (not this holder's seat), Conflict (it has no member).
    """
    seat = _seat(seat_id, holder_id)
    members = sorted(Appointment.objects.filter(seat=seat, ended_at=None).values_list("performer_id", flat=True))
    if not members:
        raise Conflict("No performer has appointed this seat yet, so there is nobody to pause licences for.")
    own(*members)
    paused = set(Suspension.objects.filter(seat=seat, lifted_at=None).values_list("performer_id", flat=True))
    _pause(seat, [one for one in members if one not in paused], now)
    return len(members)


@transaction.atomic
def resume(*, seat_id: str, holder_id: str, now: datetime) -> int:
    """Lift the pause for everyone it is on; returns how many that were. Raises NotFound."""
    seat = _seat(seat_id, holder_id)
    standing = Suspension.objects.filter(seat=seat, lifted_at=None)
    paused = sorted(standing.values_list("performer_id", flat=True))
    own(*paused)
    _lift(seat, paused, now)
    return len(paused)


def _seat(seat_id: str, holder_id: str) -> Seat:
    seat = Seat.objects.select_for_update().filter(pk=seat_id, holder_id=holder_id).first()
    if seat is None:
        raise NotFound
    return seat


def _pause(seat: Seat, performers: list[str], now: datetime) -> None:
    if performers:
        Suspension.objects.bulk_create(Suspension(seat=seat, performer_id=one, since=now) for one in performers)
        _line("suspend", seat, performers, now)


def _lift(seat: Seat, performers: list[str], now: datetime) -> None:
    if Suspension.objects.filter(seat=seat, performer_id__in=performers, lifted_at=None).update(lifted_at=now):
        _line("resume", seat, performers, now)


def _line(kind: str, seat: Seat, performers: list[str], now: datetime) -> None:
    rows = [record.Row(one, {"performer": one}) for one in performers]
    record.append(kind=kind, body={"seat": seat.id}, about=[seat.holder_id], now=now, rows=rows)
