"""Soften, pause, go off the record, swap, be coached: no reason is asked for any of it, and none of it costs anything.

Nothing here is counted against anyone: no query of casting, money or quality reads these events. What they seal of a
take is worked out from the timeline when it ends (`core.timeline.seals`).
"""

import secrets
from collections.abc import Callable

from django.db import transaction

from yesif.apps.casting.queries import sheets
from yesif.apps.decks.models import Card
from yesif.apps.stage.actions.timeline import in_room, session_of, write
from yesif.apps.stage.models import Scene, Session
from yesif.apps.stage.queries.standing import chairs_of, moments_of
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.timeline.seals import Standing, standing

LONGEST_LINE = 200


@transaction.atomic
def soften(*, session_id: str, performer_id: str, studio_ns: int) -> None:
    """Keep the scene, lower the heat: both are told. Raises NotFound, Conflict where nothing plays."""
    _mark(session_id, performer_id, studio_ns, "softened", lambda now: not now.softened)


@transaction.atomic
def pause(*, session_id: str, performer_id: str, studio_ns: int) -> None:
    """Stand still: what is said until everyone who paused goes on is in nothing. Raises NotFound, Conflict."""
    _mark(session_id, performer_id, studio_ns, "paused", lambda now: performer_id not in now.paused)


@transaction.atomic
def resume(*, session_id: str, performer_id: str, studio_ns: int) -> None:
    """Go on, as far as oneself is concerned. Raises NotFound, Conflict."""
    _mark(session_id, performer_id, studio_ns, "resumed", lambda now: performer_id in now.paused)


@transaction.atomic
def off_record(*, session_id: str, performer_id: str, studio_ns: int) -> None:
    """What I just said, and what is said until I take it back, is in nothing. Raises NotFound, Conflict."""
    _mark(session_id, performer_id, studio_ns, "off-record", lambda now: performer_id not in now.off)


@transaction.atomic
def on_record(*, session_id: str, performer_id: str, studio_ns: int) -> None:
    """Back on the record; what was sealed stays sealed. Raises NotFound, Conflict."""
    _mark(session_id, performer_id, studio_ns, "on-record", lambda now: performer_id in now.off)


@transaction.atomic
def swap(*, session_id: str, performer_id: str, studio_ns: int, after: int | None = None) -> bool:
    """Lay another card in place of the one on the table, as long as nobody has played it. `after`: the card that was
    looked at. False where no other card may be dealt to this cast. Raises NotFound, Conflict."""
    session, _ = in_room(session_id, performer_id, studio_ns)
    if session.phase not in ("lobby", "between"):
        raise Conflict("Cut this scene first; then the card can be swapped.")
    if after is not None and after != session.scene_order:
        return True
    scene = session.scenes.select_related("card__deck").filter(order=session.scene_order).first()
    if scene is None:
        return False
    if session.events.filter(scene=scene, kind="action").exists():
        raise Conflict("You have played this card; take the next one.")
    card = _another(session, scene)
    if card is None:
        return False
    scene.card = card
    scene.save(update_fields=["card"])
    session.places.update(ready=False)
    # Without a name: neither page can tell who asked for it.
    write(session, "swapped", studio_ns, None, scene)
    return True


@transaction.atomic
def coach(*, session_id: str, producer_id: str, line: str, studio_ns: int) -> str:
    """A line of side-coaching from the producer who sits in, for everyone; the line as it is said. Raises NotFound,
    BadInput, Conflict for one who is not seen sitting there."""
    session = _of_producer(session_id, producer_id, studio_ns)
    line = " ".join(line.split())
    if not line or len(line) > LONGEST_LINE:
        raise BadInput(f"A line has 1 to {LONGEST_LINE} characters.")
    if producer_id not in chairs_of(session):
        raise Conflict("Sit in first: nobody speaks, or watches, unseen.")
    write(session, "coached", studio_ns, None, None, by=producer_id, line=line)
    return line


@transaction.atomic
def sit_in(*, session_id: str, producer_id: str, page: str, studio_ns: int) -> None:
    """The project's producer takes the chair everyone sees. Raises NotFound, Conflict."""
    session = _of_producer(session_id, producer_id, studio_ns)
    write(session, "chair-taken", studio_ns, None, None, by=producer_id, page=page)


@transaction.atomic
def get_up(*, session_id: str, producer_id: str, page: str, studio_ns: int) -> None:
    """The page a producer sat in by is gone; the chair is empty when the last of theirs is. Raises NotFound."""
    session = _of_producer(session_id, producer_id, studio_ns, ended=True)
    if session.opened_ns is not None:
        write(session, "chair-left", studio_ns, None, None, by=producer_id, page=page)


def _mark(session_id: str, performer_id: str, studio_ns: int, kind: str, changes: Callable[[Standing], bool]) -> None:
    session, place = in_room(session_id, performer_id, studio_ns)
    if session.phase != "playing":
        raise Conflict("Nothing plays: nothing of this is recorded.")
    now: Standing = standing(moments_of(session))
    if changes(now):
        scene = session.scenes.filter(order=session.scene_order).first()
        write(session, kind, studio_ns, place, scene)


def _of_producer(session_id: str, producer_id: str, studio_ns: int, *, ended: bool = False) -> Session:
    session = session_of(session_id, studio_ns)
    if session.project.producer_id != producer_id:
        raise NotFound
    if ended:
        return session
    if session.opened_ns is None:
        raise Conflict("Nobody has come into this room yet.")
    if session.phase == "ended":
        raise Conflict("This session is over.")
    return session


def _another(session: Session, scene: Scene) -> Card | None:
    """A card nobody here has on the table or ahead, of those this cast may be dealt today, sheets and hold-outs alike:
    no heavier than the one that goes, with no theme to be asked for and no delivery it does not have. What this cast
    agreed to is never widened by a swap."""
    taken = session.scenes.values_list("card_id", flat=True)
    cast = list(session.places.values_list("performer_id", flat=True))
    may = sheets.dealable_to(session.project_id, cast, session.starts_at.date())
    cards = Card.objects.filter(pk__in=[one.id for one in may], intensity__lte=scene.card.intensity)
    asked, delivery = _asked_for(scene.card), set(scene.card.delivery)
    fit = [
        card
        for card in cards.exclude(pk__in=taken).select_related("deck").order_by("key")
        if _asked_for(card) <= asked and set(card.delivery) <= delivery
    ]
    return secrets.choice(fit) if fit else None


def _asked_for(card: Card) -> set[str]:
    """The card's themes that are dealt only after a yes."""
    known = card.deck.vocabulary.get("themes", {})
    return {theme for theme in card.themes if known.get(theme, {}).get("default") == "ask"}
