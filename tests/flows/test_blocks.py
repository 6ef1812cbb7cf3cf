"""Blocks: settled into pairs, come to, paired again when someone is missing; and "I can't" leaves no mark."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import serializers

from tests.apps.casting_cast import NOW, block, can, draw, performer, published, under_contract
from tests.people import person
from yesif.apps.casting.actions import blocks as acts
from yesif.apps.casting.models import Coming
from yesif.apps.casting.queries import blocks as seen
from yesif.apps.consent.models import Grant
from yesif.apps.money.actions import escrow
from yesif.apps.money.queries import balance
from yesif.apps.people.models import Person
from yesif.apps.stage.queries import after, sessions
from yesif.base.errors import Conflict, NotFound, Refused
from yesif.core.ledger import accounts
from yesif.flows import blocks, pay_blocks

pytestmark = pytest.mark.django_db
PIA = "pia"


def cast(project_id: str, *names: str, **other: str) -> list[str]:
    return [under_contract(project_id, name, **other) for name in names]


def settled(*names: str, seats: int = 4, stand_by: str = "") -> tuple[str, list[str]]:
    made = published()
    who = cast(made, *names)
    at = block(made, seats=seats)
    for name, one in zip(names, who, strict=True):
        can(at, one, would_stand_by=name == stand_by)
    blocks.settle(at, person(PIA).id, now=NOW)
    return at, who


START = NOW + timedelta(hours=80)


def everything() -> str:
    """Every row of every table, but the sessions of browsers."""
    rows = [one for model in apps.get_models() if model.__name__ != "Session" or model._meta.app_label != "sessions"
            for one in model._default_manager.order_by("pk")]  # fmt: skip
    return json.dumps(serializers.serialize("python", rows), default=str, sort_keys=True)


class TestNoMark:
    def test_saying_i_cannot_leaves_the_whole_database_as_if_nothing_had_been_said(self) -> None:
        made = published()
        ana = cast(made, "ana", "bo")[0]
        at = block(made)
        before = everything()
        can(at, ana)
        acts.confirm(block_id=at, performer_id=ana, now=NOW)
        assert everything() != before
        blocks.cannot(at, ana, now=NOW + timedelta(hours=40))
        assert everything() == before

    def test_no_column_anywhere_could_hold_an_absence_or_a_penalty(self) -> None:
        words = ("penalt", "no_show", "noshow", "absen", "strike", "reliab", "cancel", "missed", "score", "rating")
        columns = {
            f"{model._meta.db_table}.{field.name}"
            for model in apps.get_models()
            if model._meta.app_label in ("people", "casting", "stage")
            for field in model._meta.get_fields()
        }
        assert {one for one in columns if any(word in one for word in words)} == set()

    def test_a_settled_understudy_is_called_when_someone_cannot(self) -> None:
        at, (ana, _, cy) = settled("ana", "bo", "cy", stand_by="cy")
        first = seen.block_of_flow(at).pairs[0]
        assert {one.performer_id for one in seen.block_of_flow(at).coming if one.stands_by} <= {cy}
        gone = ana if ana in (first.a, first.b) else first.a
        called = blocks.cannot(at, gone, now=NOW + timedelta(hours=70))
        assert called is None or called == cy


class TestSettling:
    def test_two_are_paired_with_a_sentence_and_an_odd_one_who_offered_stands_by(self) -> None:
        at, who = settled("ana", "bo", "cy", stand_by="cy")
        shown = seen.block(at, person(PIA).id)
        assert len(shown.pairs) == 1
        assert "cards fit both" in shown.pairs[0].why
        assert {one.performer_id for one in shown.coming} == set(who)

    def test_a_pair_across_groups_or_without_cards_is_never_made(self) -> None:
        made = published()
        ana, bo = [*cast(made, "ana"), *cast(made, "bo", split="test")]
        at = block(made)
        can(at, ana)
        can(at, bo)
        with pytest.raises(Refused):
            blocks.settle(at, person(PIA).id, now=NOW)

    def test_forbidden_two_are_not_paired_and_the_block_of_another_is_not_there(self) -> None:
        made = published()
        ana, bo = cast(made, "ana", "bo")
        at = block(made)
        can(at, ana)
        can(at, bo)
        acts.wish(project_id=made, producer_id=person(PIA).id, a=bo, b=ana, kind="forbid")
        assert blocks.plan(made, person(PIA).id, now=NOW).plan.matches == ()
        with pytest.raises(NotFound):
            blocks.settle(at, person("lab").id, now=NOW)

    def test_only_someone_under_contract_can(self) -> None:
        made = published()
        at = block(made)
        with pytest.raises(NotFound):
            can(at, performer("bo"))


class TestComingIn:
    def test_coming_in_books_the_session_and_says_the_yes_of_the_one_who_came(self) -> None:
        at, (ana, bo) = settled("ana", "bo")
        assert not Grant.objects.exists()
        session = blocks.come_in(at, ana, now=START - timedelta(minutes=10))
        shown = sessions.session(session, ana)
        assert len(shown.scenes) == 3
        assert set(Grant.objects.values_list("performer_id", flat=True)) == {ana}
        assert blocks.come_in(at, bo, now=START) == session
        assert set(Grant.objects.values_list("performer_id", flat=True)) == {ana, bo}

    def test_it_opens_half_an_hour_before_and_closes_at_the_end(self) -> None:
        at, (ana, _) = settled("ana", "bo")
        for when in (START - timedelta(hours=1), START + timedelta(minutes=91)):
            with pytest.raises(Refused):
                blocks.come_in(at, ana, now=when)

    def test_every_card_dealt_is_inside_both_sheets(self) -> None:
        made = published()
        ana, bo = cast(made, "ana", "bo")
        draw(ana, family="never")
        draw(bo, friendship="never")
        at = block(made)
        can(at, ana)
        can(at, bo)
        blocks.settle(at, person(PIA).id, now=NOW)
        dealt = sessions.session(blocks.come_in(at, ana, now=START), ana).scenes
        assert dealt
        for scene in dealt:
            assert not {"family", "friendship", "grief"} & set(scene.card.themes)

    def test_it_has_begun_and_leave_is_in_the_room(self) -> None:
        at, (ana, _) = settled("ana", "bo")
        with pytest.raises(Conflict):
            blocks.cannot(at, ana, now=START)


class TestPairingAgain:
    def test_two_whose_partners_are_missing_play_with_each_other(self) -> None:
        at, who = settled("ana", "bo", "cy", "di")
        pairs = seen.block_of_flow(at).pairs
        here = [pairs[0].a, pairs[1].a]
        old = [blocks.come_in(at, one, now=START) for one in here]
        (new,) = blocks.pair_again(at, now=START + timedelta(minutes=5))
        assert {new.a, new.b} == set(here)
        assert new.session_id not in old
        assert [sessions.session(one, who_).phase for one, who_ in zip(old, here, strict=True)] == ["ended", "ended"]
        assert len(sessions.session(new.session_id, here[0]).scenes) == 3
        assert set(who) >= set(here)

    def test_pairs_that_are_both_here_stay_together(self) -> None:
        at, who = settled("ana", "bo", "cy", "di")
        for one in who:
            blocks.come_in(at, one, now=START)
        assert blocks.pair_again(at, now=START) == []

    def test_nobody_new_is_paired_with_someone_who_is_not_here(self) -> None:
        at, who = settled("ana", "bo", "cy", "di")
        blocks.come_in(at, who[0], now=START)
        assert blocks.pair_again(at, now=START) == []

    def two_alone(self) -> tuple[str, str, str]:
        """A block in which two are here and neither one's partner is."""
        at, _ = settled("ana", "bo", "cy", "di")
        pairs = seen.block_of_flow(at).pairs
        here = sorted((pairs[0].a, pairs[1].a))
        for one in here:
            blocks.come_in(at, one, now=START)
        return at, here[0], here[1]

    def test_what_the_producer_forbade_holds_in_the_running_block_too(self) -> None:
        at, one, other = self.two_alone()
        project = seen.block_of_flow(at).project_id
        acts.wish(project_id=project, producer_id=person(PIA).id, a=one, b=other, kind="forbid")
        assert blocks.pair_again(at, now=START + timedelta(minutes=5)) == []
        acts.wish(project_id=project, producer_id=person(PIA).id, a=one, b=other, kind="")
        assert blocks.pair_again(at, now=START + timedelta(minutes=5)) != []

    def test_two_of_whom_one_said_never_again_are_not_paired_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        at, one, other = self.two_alone()
        monkeypatch.setattr(after, "never_again", lambda: {frozenset({one, other})})
        assert blocks.pair_again(at, now=START + timedelta(minutes=5)) == []

    def test_two_of_different_groups_are_not_paired_again(self) -> None:
        at, one, other = self.two_alone()
        Person.objects.filter(pk=other).update(split_group="test")
        assert blocks.pair_again(at, now=START + timedelta(minutes=5)) == []
        assert one


class TestPay:
    def test_a_block_that_escrow_does_not_cover_is_not_settled(self) -> None:
        made = published()
        ana, bo = cast(made, "ana", "bo")
        at = block(made)
        can(at, ana)
        can(at, bo)
        escrow.reserve(
            project_id=made, holding="all", micro=99_999 * 100 * 1_000_000, currency="EUR", line=lambda _: 1, now=NOW
        )
        with pytest.raises(Refused, match=r"^escrow"):
            blocks.settle(at, person(PIA).id, now=NOW)
        assert seen.block_of_flow(at).settled_at is None

    def test_what_is_set_aside_for_a_block_goes_to_its_bookings_and_the_rest_back(self) -> None:
        at, (ana, bo) = settled("ana", "bo")
        made = seen.block_of_flow(at)
        held = balance(accounts.held(made.project_id, at), "EUR")
        assert held == 2 * 90 * 7400 * 1_000_000 // 60
        blocks.come_in(at, ana, now=START)
        blocks.come_in(at, bo, now=START)
        assert balance(accounts.held(made.project_id, at), "EUR") == 0

    @pytest.mark.parametrize(("called", "percent"), [(False, 50), (True, 100)])
    def test_an_understudy_who_did_not_play_is_paid(self, called: bool, percent: int) -> None:
        """Half for standing by, all of it for who was called and came; once."""
        at, _ = settled("ana", "bo")
        di = cast(seen.block_of_flow(at).project_id, "di")[0]
        when = NOW if called else None
        Coming.objects.create(block_id=at, performer_id=di, said_at=NOW, stands_by=True, called_at=when, here_at=when)
        for _ in range(2):
            pay_blocks.settle(seen.block_of_flow(at), now=START + timedelta(hours=3))
        assert balance(accounts.accrued(di), "EUR") == 90 * 7400 * 1_000_000 // 60 * percent // 100
        assert balance(accounts.held(seen.block_of_flow(at).project_id, at), "EUR") == 0
