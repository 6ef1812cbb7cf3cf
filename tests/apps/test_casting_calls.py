"""Calls, applications and contracts: published only when answered, asked again when the buyer changes."""

from datetime import timedelta

import pytest

from tests.apps.casting_cast import ANSWERS, NOW, apply, performer, project, published, under_contract
from tests.people import person
from yesif.apps.casting.actions import calls, terms
from yesif.apps.casting.models import Application, Offer
from yesif.apps.casting.queries import calls as seen
from yesif.apps.casting.queries import terms as contracts
from yesif.apps.casting.questions import ASKED
from yesif.apps.people import actions as people
from yesif.apps.people import queries as who_is
from yesif.apps.people.models import AgeCheck
from yesif.base.errors import BadInput, Conflict, NotFound, Refused
from yesif.base.money import Money

pytestmark = pytest.mark.django_db


def write(project_id: str, **other: object) -> None:
    usual: dict[str, object] = {"recorded_by": "Studio North", "answers": ANSWERS, "shape": "", "closes_on": None}
    calls.write_call(project_id=project_id, producer_id=person("pia").id, **{**usual, **other})  # type: ignore[arg-type]


class TestTheCall:
    @pytest.mark.parametrize("left_out", [name for name, _, _ in ASKED])
    def test_it_is_not_published_while_a_union_question_has_no_answer(self, left_out: str) -> None:
        made = project()
        write(made, answers={**ANSWERS, left_out: " "})
        with pytest.raises(Refused, match="has no answer yet"):
            calls.publish(project_id=made, producer_id=person("pia").id, now=NOW)
        assert seen.open_calls(NOW) == []

    def test_it_says_who_records_and_that_the_buyer_is_not_known_yet(self) -> None:
        made = published()
        calls.change_buyer(project_id=made, producer_id=person("pia").id, licensee="", now=NOW)
        shown = seen.listing(made)
        assert (shown.recorded_by, shown.project.licensee_name) == ("Studio North", "not known yet")

    def test_an_answer_cannot_be_taken_out_of_a_published_call(self) -> None:
        made = published()
        with pytest.raises(Refused):
            write(made, answers={})
        assert seen.listing(made).unanswered == 0

    def test_an_unpublished_call_is_not_there_for_the_public(self) -> None:
        made = project()
        write(made)
        with pytest.raises(NotFound):
            seen.listing(made)

    def test_only_its_own_producer_writes_it(self) -> None:
        made = project()
        with pytest.raises(NotFound):
            calls.publish(project_id=made, producer_id=person("lab").id, now=NOW)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"core_price": Money(7401, "EUR")},
            {"core_price": Money(-1, "EUR")},
            {"budget": Money(1, "USD")},
            {"hours": -1},
            {"most": 5},
            {"targets": {"north": 0}},
        ],
    )
    def test_a_frame_that_makes_no_sense_is_refused(self, wrong: dict[str, object]) -> None:
        usual: dict[str, object] = {
            "budget": Money(500_000, "EUR"),
            "hours": 40,
            "core_price": Money(2400, "EUR"),
            "targets": {"north": 20},
            "language": "en",
            "themes_out": ["grief"],
            "most": 3,
            "gear": "Headphones.",
        }
        made = project()
        calls.frame(project_id=made, producer_id=person("pia").id, **usual)  # type: ignore[arg-type]
        with pytest.raises(BadInput):
            calls.frame(project_id=made, producer_id=person("pia").id, **{**usual, **wrong})  # type: ignore[arg-type]


class TestApplying:
    def test_twice_changes_what_was_said_and_keeps_the_place_in_the_queue(self) -> None:
        made, ana = published(), performer("ana")
        apply(made, ana)
        calls.apply(
            project_id=made, performer_id=ana, playing_range="30–50", availability=[], access_needs="", about="",
            now=NOW + timedelta(days=1),
        )  # fmt: skip
        found = Application.objects.get()
        assert (found.playing_range, found.applied_at) == ("30–50", NOW)

    def test_a_closed_call_takes_none(self) -> None:
        made, ana = published(), performer("ana")
        calls.close(project_id=made, producer_id=person("pia").id)
        with pytest.raises(NotFound):
            apply(made, ana)

    def test_a_time_that_is_on_no_list_is_refused(self) -> None:
        made, ana = published(), performer("ana")
        with pytest.raises(BadInput):
            calls.apply(
                project_id=made, performer_id=ana, playing_range="", availability=["always"], access_needs="",
                about="", now=NOW,
            )  # fmt: skip

    def test_put_aside_needs_a_reason_from_the_list_and_the_performer_reads_it(self) -> None:
        made, ana, pia = published(), performer("ana"), person("pia").id
        apply(made, ana)
        with pytest.raises(BadInput):
            calls.put_aside(project_id=made, producer_id=pia, performer_id=ana, why="because", now=NOW)
        calls.put_aside(project_id=made, producer_id=pia, performer_id=ana, why="full", now=NOW)
        assert seen.applications_of(ana)[0].not_now == "The places are taken."

    def test_an_age_check_keeps_verdict_method_date_and_expiry_and_nothing_else(self) -> None:
        kept = {field.name for field in AgeCheck._meta.get_fields()}
        assert kept == {"id", "person", "verdict", "method", "checked_at", "expires_at"}

    @pytest.mark.parametrize("verdict", [True, False])
    def test_an_offer_needs_a_check_that_holds(self, verdict: bool) -> None:
        made, ana, pia = published(), performer("ana"), person("pia").id
        apply(made, ana)
        people.keep_age_check(person_id=ana, verdict=verdict, method="test", lasts=timedelta(hours=1), now=NOW)
        later = NOW if not verdict else NOW + timedelta(hours=2)
        with pytest.raises(Refused):
            terms.put_offer(project_id=made, producer_id=pia, performer_id=ana, now=later)
        assert not who_is.age_checked(ana, now=later)


class TestTheContract:
    def test_48_hours_to_think_unless_waived(self) -> None:
        made, ana, pia = published(), performer("ana"), person("pia").id
        apply(made, ana)
        people.keep_age_check(person_id=ana, verdict=True, method="test", lasts=timedelta(days=9), now=NOW)
        offer = terms.put_offer(project_id=made, producer_id=pia, performer_id=ana, now=NOW)
        with pytest.raises(Refused, match="48 hours"):
            terms.accept(offer_id=offer, performer_id=ana, waive=False, now=NOW + timedelta(hours=47))
        terms.accept(offer_id=offer, performer_id=ana, waive=False, now=NOW + timedelta(hours=48))
        assert contracts.offer(offer, ana).state == "accepted"

    def test_anothers_contract_is_not_there(self) -> None:
        made = published()
        under_contract(made, "ana")
        with pytest.raises(NotFound):
            contracts.offer(Offer.objects.get().id, performer("bo"))

    def test_changing_the_buyer_asks_everyone_again_and_says_what_changed(self) -> None:
        made, pia = published(), person("pia").id
        ana = under_contract(made, "ana")
        assert calls.change_buyer(project_id=made, producer_id=pia, licensee="Other Lab", now=NOW) == 1
        (again,) = contracts.offers_of(ana)
        assert (again.state, again.licensee_name, again.changed) == ("offered", "Other Lab", ("who gets it",))
        assert calls.change_buyer(project_id=made, producer_id=pia, licensee="Other Lab", now=NOW) == 0

    def test_a_declined_contract_cannot_be_accepted(self) -> None:
        made, ana, pia = published(), performer("ana"), person("pia").id
        apply(made, ana)
        people.keep_age_check(person_id=ana, verdict=True, method="test", lasts=timedelta(days=9), now=NOW)
        offer = terms.put_offer(project_id=made, producer_id=pia, performer_id=ana, now=NOW)
        terms.turn_down(offer_id=offer, performer_id=ana, now=NOW)
        with pytest.raises(Conflict):
            terms.accept(offer_id=offer, performer_id=ana, waive=True, now=NOW)


def test_the_funnel_counts_and_tells_the_oldest_waiting() -> None:
    made, pia = published(), person("pia").id
    under_contract(made, "ana")
    apply(made, performer("bo"))
    funnel = {one.name: one for one in seen.funnel(made, pia, now=NOW + timedelta(hours=5))}
    assert [one.count for one in funnel.values()] == [2, 1, 1, 1, 0, 0]
    assert funnel["applied"].oldest_waiting == NOW
    assert funnel["accepted"].median_hours == 0.0
