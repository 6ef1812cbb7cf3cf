"""A performer's own sheet, and sheets as dealing needs them: for a day, and never with a name on a page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from yesif.apps.casting.models import Project, SealedSheet
from yesif.apps.casting.seal import opened, studio_key
from yesif.apps.decks.models import Card as CardRow
from yesif.apps.decks.models import Deck
from yesif.apps.keys.queries import performer_key, performer_keys
from yesif.apps.people.models import Role
from yesif.core.matching.cards import Card, Pack, dealable
from yesif.core.matching.sheet import HEAVIEST, USUAL_MOST, Sheet


@dataclass(frozen=True, slots=True)
class SheetSeen:
    """A performer's own sheet as they wrote it; `kept` False: nothing is written, the decks' usual lines hold."""

    kept: bool = False
    lines: Mapping[str, str] = field(default_factory=dict)
    agreed: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()
    most: int = USUAL_MOST
    heaviest_on: str = ""


def own(performer_id: str) -> SheetSeen:
    """One's own sheet. Raises NotFound for one who was erased and whose row came back with a copy of the table."""
    found = SealedSheet.objects.filter(pk=performer_id).first()
    return _seen(performer_id, found.sealed, performer_key(performer_id)) if found else SheetSeen()


def on(performer_ids: Iterable[str], day: date) -> dict[str, Sheet]:
    """Sheets for a day: the top of the scale holds only where it was chosen for that very day."""
    wanted = list(performer_ids)
    kept = {one.performer_id: one.sealed for one in SealedSheet.objects.filter(pk__in=wanted)}
    opens = performer_keys(list(kept))
    return {who: _sheet(_seen(who, kept[who], opens[who]) if who in kept else SheetSeen(), day) for who in wanted}


def of_everyone(day: date) -> list[Sheet]:
    """Every performer's sheet for a day, without a name: for counting what a deck can serve."""
    found = Role.objects.filter(role="performer", person__is_active=True).values_list("person_id", flat=True)
    return list(on(found, day).values())


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme of the decks, its words, and the line usual at it."""

    id: str
    label: str
    usual: str


def themes() -> list[Theme]:
    """Every theme of every deck, once."""
    found: dict[str, Theme] = {}
    for deck in Deck.objects.order_by("added_at"):
        for name, one in deck.vocabulary.get("themes", {}).items():
            found[name] = Theme(name, str(one.get("label", name)), str(one.get("default", "open")))
    return sorted(found.values(), key=lambda one: (one.usual != "ask", one.label))


def limits() -> list[tuple[str, str]]:
    """Every way of playing of every deck, with its words."""
    found: dict[str, str] = {}
    for deck in Deck.objects.order_by("added_at"):
        found |= {name: str(text) for name, text in deck.vocabulary.get("delivery", {}).items()}
    return sorted(found.items())


def pack(project_id: str) -> Pack:
    """The cards a project plays from, inside its own boundaries of content."""
    project = Project.objects.get(pk=project_id)
    return pack_of(project.decks.all(), themes_out=project.themes_out, most=project.most)


def pack_of(decks: Iterable[Deck], *, themes_out: Iterable[str] = (), most: int = HEAVIEST) -> Pack:
    """The cards of these decks, less themes that are out and cards too heavy."""
    usual: dict[str, str] = {}
    cards: list[Card] = []
    out = frozenset(themes_out)
    for deck in decks:
        for name, one in deck.vocabulary.get("themes", {}).items():
            usual[name] = str(one.get("default", "open"))
        rows = CardRow.objects.filter(deck=deck).order_by("key")
        cards += [_card(one) for one in rows if one.intensity <= most and not out & set(one.themes)]
    return Pack(cards, usual)


def pack_of_deck(deck_id: str) -> Pack:
    """One deck's cards, whole."""
    return pack_of(Deck.objects.filter(pk=deck_id))


def dealable_to(project_id: str, cast: Sequence[str], day: date) -> tuple[Card, ...]:
    """The cards of a project that this cast may be dealt on a day: the one way to a card, at booking and at a swap."""
    them = on(cast, day)
    return dealable(pack(project_id), list(them.values()), cast=cast, secret=hold_out_secret())


def hold_out_secret() -> bytes:
    """What hold-outs are drawn with: without it nobody can tell a held-out card from somebody's line."""
    return studio_key("hold-outs")


def _card(one: CardRow) -> Card:
    seats = one.rest.get("seats", 2)
    return Card(
        one.id, frozenset(one.themes), frozenset(one.delivery), one.intensity, seats if seats in range(2, 7) else 2
    )


def _seen(performer_id: str, sealed: bytes | memoryview, key: bytes) -> SheetSeen:
    content = opened(performer_id, bytes(sealed), key)
    return SheetSeen(
        kept=True,
        lines=content["lines"],
        agreed=frozenset(content["agreed"]),
        limits=frozenset(content["limits"]),
        most=content["most"],
        heaviest_on=content["heaviest_on"],
    )


def _sheet(seen: SheetSeen, day: date) -> Sheet:
    most = seen.most if seen.most < HEAVIEST or seen.heaviest_on == day.isoformat() else USUAL_MOST
    return Sheet(lines=seen.lines, agreed=seen.agreed, limits=seen.limits, most=most)
