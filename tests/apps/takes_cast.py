"""A take that Ana and Bo play, made of the least tables that hold it up."""

from datetime import UTC, date, datetime

from tests.people import person
from yesif.apps.casting.models import Project
from yesif.apps.decks.models import Card, Deck
from yesif.apps.footage.models import Performance, Take
from yesif.apps.stage.models import Scene, Session

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def take_of(*names: str, over: bool = False) -> Take:
    """A take with one performance for each of `names`; `over` says whether "cut" was called."""
    deck = Deck.objects.create(key="d", version=str(Deck.objects.count()), title="Deck", language="en")
    card = Card.objects.create(
        deck=deck, key="c", title="t", relationship="r", where="w", moment_before="m", objective_a="a", objective_b="b"
    )
    project = Project.objects.create(
        producer=person("pia"),
        title="P",
        core_what="understand-speech",
        core_where="research",
        core_ends=date(2027, 1, 1),
    )
    session = Session.objects.create(project=project, number=Session.objects.count() + 1, starts_at=NOW, opened_ns=0)
    scene = Scene.objects.create(session=session, card=card, order=1)
    take = Take.objects.create(scene=scene, action_ns=5_000_000_000, cut_ns=None)
    if over:
        Take.objects.filter(pk=take.pk).update(cut_ns=65_000_000_000, state="uploading")
    for position, name in zip("abcdef", names, strict=False):
        Performance.objects.create(take=take, performer=person(name), position=position)
    return take
