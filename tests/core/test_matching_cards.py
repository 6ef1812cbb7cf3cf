"""Dealing: only what is inside every sheet, and a missing card tells nobody why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.matching_worlds import packs, sheets
from yesif.base.errors import BadInput
from yesif.core.matching.cards import LEAST, Card, Pack, deal, dealable, shared
from yesif.core.matching.sheet import Sheet

SECRET = b"s" * 32


@given(packs, st.lists(sheets, min_size=2, max_size=6))
def test_no_card_is_dealt_outside_any_of_the_sheets(pack: Pack, all_sheets: list[Sheet]) -> None:
    for card in dealable(pack, all_sheets, cast=["a", "b"], secret=SECRET):
        assert card.seats >= len(all_sheets)
        for sheet in all_sheets:
            assert card.intensity <= sheet.most
            assert not card.delivery & sheet.limits
            for theme in card.themes:
                line = sheet.lines.get(theme, pack.usual.get(theme, "open"))
                assert line == "open" or (line == "ask" and theme in sheet.agreed)


@given(packs, sheets, sheets)
def test_hold_outs_leave_three_where_there_were_three(pack: Pack, one: Sheet, other: Sheet) -> None:
    before = shared(pack, [one, other]).bit_count()
    after = len(dealable(pack, [one, other], cast=["a", "b"], secret=SECRET))
    assert min(before, LEAST) <= after <= before


@given(packs, sheets, sheets)
def test_it_is_the_same_whoever_is_named_first_and_however_often_asked(pack: Pack, one: Sheet, other: Sheet) -> None:
    there = dealable(pack, [one, other], cast=["a", "b"], secret=SECRET)
    assert there == dealable(pack, [other, one], cast=["b", "a"], secret=SECRET)


@given(packs, sheets, sheets, st.sampled_from(("grief", "money", "heights")))
def test_a_line_drawn_never_deals_more(pack: Pack, one: Sheet, other: Sheet, theme: str) -> None:
    stricter = Sheet({**one.lines, theme: "never"}, one.agreed, one.limits, one.most)
    assert shared(pack, [stricter, other]) & ~shared(pack, [one, other]) == 0


def test_cards_are_missing_for_performers_with_no_line_at_all() -> None:
    pack = Pack([Card(f"c{n}", frozenset({f"t{n % 30}"})) for n in range(90)])
    missing = [90 - len(dealable(pack, [Sheet(), Sheet()], cast=[f"p{n}", "q"], secret=SECRET)) for n in range(40)]
    # One in twelve themes and one in twelve cards: some 16 % of a deck, for people who drew no line.
    assert 0.08 < sum(missing) / (40 * 90) < 0.25
    assert min(missing) > 0


def test_a_theme_at_ask_is_dealt_only_after_its_yes() -> None:
    pack = Pack([Card("c", frozenset({"grief"}))], {"grief": "ask"})
    assert shared(pack, [Sheet(), Sheet({"grief": "open"})]) == 0
    agreed = Sheet({"grief": "ask"}, agreed=frozenset({"grief"}))
    assert shared(pack, [agreed, agreed]) == 1


def test_very_heavy_cards_need_a_yes_for_today_and_come_without_another_heavy_one() -> None:
    heavy = [Card(f"h{n}", intensity=4 if n < 2 else 3) for n in range(4)]
    pack = Pack([*heavy, *(Card(f"l{n}") for n in range(4))])
    assert all(card.intensity < 4 for card in dealable(pack, [Sheet(), Sheet(most=4)], cast="ab", secret=SECRET))
    for turn in map(str, range(40)):
        dealt = deal(pack.cards, scenes=4, played=(), turn=turn, secret=SECRET)
        assert sum(card.intensity == 4 for card in dealt) <= 1


def test_cards_they_played_come_last() -> None:
    pack = [Card(f"c{n}") for n in range(6)]
    dealt = deal(pack, scenes=3, played=("c0", "c1", "c2"), turn="t", secret=SECRET)
    assert {card.id for card in dealt} == {"c3", "c4", "c5"}


@pytest.mark.parametrize("wrong", [{"lines": {"grief": "maybe"}}, {"most": 0}, {"most": 5}])
def test_a_sheet_that_says_something_else_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        Sheet(**wrong)  # type: ignore[arg-type]
