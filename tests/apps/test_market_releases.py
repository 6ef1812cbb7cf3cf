"""Releases in the tables: who may ask, numbers that stay, and one line when one is out."""

from datetime import UTC, date, datetime

import pytest

from tests.people import person
from yesif.apps.casting.models import Project
from yesif.apps.market import actions, queries
from yesif.apps.market.actions import Included
from yesif.apps.record import queries as record
from yesif.base.errors import BadInput, Conflict, NotFound

NOW = datetime(2026, 11, 23, tzinfo=UTC)
USE = {"what": "understand-speech", "where": "research", "licensee": "Lab"}

pytestmark = pytest.mark.django_db


def project(title: str = "A studio of two") -> Project:
    return Project.objects.create(
        producer=person("pia"), title=title, core_what="test-only", core_where="access", core_ends=date(2027, 6, 1)
    )


def start(made: Project | None = None, **use: str) -> str:
    return actions.start(project_id=(made or project()).id, use=USE | use, requested_by=person("pia").id, now=NOW)


def publish(release_id: str, digest: str = "d" * 64) -> None:
    actions.publish(
        release_id=release_id,
        digest=digest,
        folder="/releases/x",
        counts={"no-answer": 2},
        included=[Included("prf_1", person("ana").id, "V00_S0001_I00000001_P0001", "dyad-av")],
        size=10,
        now=NOW,
    )


def test_a_stranger_can_neither_ask_nor_see() -> None:
    made = project()
    with pytest.raises(NotFound):
        actions.start(project_id=made.id, use=USE, requested_by=person("lab").id, now=NOW)
    release_id = start(made)
    assert queries.release(release_id, viewer_id=person("pia").id).state == "building"
    with pytest.raises(NotFound):
        queries.release(release_id, viewer_id=person("lab").id)
    with pytest.raises(NotFound):
        queries.release("rel_none", viewer_id=person("pia").id)


def test_a_release_without_a_use_is_refused() -> None:
    with pytest.raises(BadInput):
        start(what="")


def test_numbers_stay_within_a_line_and_do_not_join_across_lines() -> None:
    made = project()
    people = {f"per_{number}" for number in range(30)}
    first, later, other = start(made), start(made), start(made, licensee="Another lab")

    def given(release_id: str, who: set[str]) -> dict[str, int]:
        return actions.number(release_id=release_id, subjects={"performer": who})["performer"]

    before = given(first, people)
    assert sorted(before.values()) == list(range(1, 31))
    assert given(first, people) == before
    after = given(later, {"per_30", *people})
    assert {who: after[who] for who in people} == before
    assert after["per_30"] == 31
    elsewhere = given(other, people)
    assert sum(elsewhere[who] == before[who] for who in people) < 10


def test_the_key_of_a_line_is_the_lines_own() -> None:
    assert queries.line_key("a") != queries.line_key("b")


def test_published_is_once_and_with_one_digest() -> None:
    release_id = start()
    publish(release_id)
    publish(release_id)
    with pytest.raises(Conflict):
        publish(release_id, "e" * 64)
    with pytest.raises(Conflict):
        actions.end_without(release_id=release_id, state="failed", reason="x", counts={})
    found = queries.release(release_id, viewer_id=person("pia").id)
    assert (found.state, found.samples, found.excluded, found.published_at) == ("published", 1, 2, NOW)
    assert [line.kind for line in record.lines_about(release_id)] == ["release"]
    assert [line.kind for line in record.lines_about(person("ana").id)] == ["release"]


def test_an_end_without_a_release_says_why() -> None:
    release_id = start()
    with pytest.raises(BadInput):
        actions.end_without(release_id=release_id, state="published", reason="", counts={})
    actions.end_without(release_id=release_id, state="empty", reason="Nobody may.", counts={"no-answer": 3})
    found = queries.release(release_id, viewer_id=person("pia").id)
    assert (found.state, found.reason, found.counts, found.digest) == ("empty", "Nobody may.", {"no-answer": 3}, "")
    assert record.count("release") == 0


def test_a_performer_finds_every_published_release_of_a_performance() -> None:
    made = project()
    first, second, open_one = start(made), start(made), start(made)
    publish(first)
    publish(second)
    assert queries.releases_with({"prf_1", "prf_2"}) == {"prf_1": sorted([first, second])}
    assert [one.id for one in queries.releases_of_project(made.id, viewer_id=person("pia").id)] == sorted(
        [first, second, open_one], reverse=True
    )


def test_a_project_is_found_by_id_or_whole_title() -> None:
    made = project("Only this")
    assert queries.project_named(made.id) == queries.project_named("Only this") == (made.id, person("pia").id)
    with pytest.raises(NotFound):
        queries.project_named("Only")
    project("Only this")
    with pytest.raises(BadInput):
        queries.project_named("Only this")
