"""A swapped card is inside both sheets, whoever asks and however often: drawn at random, at the action itself."""

import random

import pytest

from tests.apps.room_cast import NOW, OPENED, Booked, S, booked, come_in
from yesif.apps.casting.actions import sheets
from yesif.apps.casting.queries import sheets as seen
from yesif.apps.decks.models import Card
from yesif.apps.stage.actions import safety
from yesif.apps.stage.models import Scene

pytestmark = pytest.mark.django_db


def draw(who: str, lot: random.Random) -> None:
    themes = [one.id for one in seen.themes()]
    limits = [name for name, _ in seen.limits()]
    sheets.write(
        performer_id=who,
        lines={theme: lot.choice(["open", "ask", "never"]) for theme in lot.sample(themes, len(themes) // 3)},
        agreed=lot.sample(themes, len(themes) // 4),
        limits=lot.sample(limits, min(1, len(limits))),
        most=lot.randint(2, 3),
        on=NOW.date(),
        now=NOW,
    )


def swapped(made: Booked, at_s: int, who: str) -> Card | None:
    if not safety.swap(session_id=made.session, performer_id=who, studio_ns=OPENED + at_s * S):
        return None
    return Scene.objects.select_related("card").get(session_id=made.session, order=1).card


def test_no_swap_ever_deals_a_card_outside_either_sheet() -> None:
    made, dealt = booked(), 0
    come_in(made, "ana", "bo")
    cast = (made.ana, made.bo)
    for seed in range(20):
        lot = random.Random(seed)
        for who in cast:
            draw(who, lot)
        may = {one.id for one in seen.dealable_to(made.project, cast, NOW.date())}
        pack, both = seen.pack(made.project), seen.on(cast, NOW.date()).values()
        for n in range(4):
            card = swapped(made, 1 + seed * 4 + n, lot.choice(cast))
            if card is None:
                break
            dealt += 1
            assert card.pk in may
            [its] = [one for one in pack.cards if one.id == card.pk]
            assert all(pack.inside(its, sheet) for sheet in both)
    assert dealt > 5


def test_a_theme_that_someone_closed_after_the_session_was_booked_is_not_dealt_by_a_swap() -> None:
    made = booked()
    come_in(made, "ana", "bo")
    lines = dict.fromkeys((one.id for one in seen.themes()), "never")
    sheets.write(performer_id=made.bo, lines=lines, agreed=[], limits=[], most=1, on=NOW.date(), now=NOW)
    card = swapped(made, 1, made.ana)
    assert card is None or not card.themes


def test_what_is_held_out_of_a_cast_is_not_dealt_by_a_swap_either() -> None:
    made = booked()
    come_in(made, "ana", "bo")
    cast = (made.ana, made.bo)
    pack = seen.pack(made.project)
    may = {one.id for one in seen.dealable_to(made.project, cast, NOW.date())}
    held = {one.id for one in pack.cards} - may
    assert held
    for n in range(12):
        card = swapped(made, 1 + n, made.ana)
        assert card is None or card.pk not in held
