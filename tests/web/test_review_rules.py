"""What a performer may decide about a take: seals hold at once, nobody decides for another, each is a line."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import pairwise

import pytest
from django.utils.timezone import now
from hypothesis import given
from hypothesis import strategies as st

from tests.people import person
from tests.web.scene import LENGTH, Played, S, played, show_preview, store
from yesif.apps.footage.actions import review as actions
from yesif.apps.footage.models import Performance, SealedSpan
from yesif.apps.footage.queries import review as queries
from yesif.apps.record import queries as record
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.media.strongbox import name_of


@pytest.fixture
def scene(db: None) -> Played:
    return played()


def seal(scene: Played, start: float, end: float, *, who: str = "ana", why: str = "was-me") -> int:
    return actions.seal(
        performance_id=scene.ana,
        performer_id=person(who).id,
        start_ns=round(start * S),
        end_ns=round(end * S),
        why=why,
        now=now(),
    )


def ana_sees(scene: Played) -> queries.Review:
    return queries.review(scene.ana, viewer_id=person("ana").id)


def fetch(scene: Played, kind: str = "preview", *, who: str = "ana") -> queries.Media:
    return queries.media(scene.ana, viewer_id=person(who).id, kind=kind)


@pytest.mark.parametrize("kind", ["preview", "poster", "peaks"])
def test_from_the_seal_on_nothing_of_the_old_preview_can_be_fetched(scene: Played, kind: str) -> None:
    assert fetch(scene, kind).sha256
    seal(scene, 3, 5)
    with pytest.raises(NotFound):
        fetch(scene, kind)
    assert not ana_sees(scene).own.has_preview


def test_a_preview_made_before_the_seal_stays_hidden_even_when_it_arrives_after(scene: Played) -> None:
    seal(scene, 3, 5)
    show_preview(scene.ana, b"made too early", leaves_out=[])
    with pytest.raises(NotFound):
        fetch(scene)
    show_preview(scene.ana, b"made with half of it", leaves_out=[[3 * S, 4 * S]])
    with pytest.raises(NotFound):
        fetch(scene)
    show_preview(scene.ana, b"made without it", leaves_out=[[2 * S, 4 * S], [4 * S, 6 * S]])
    assert fetch(scene).sha256


@pytest.mark.parametrize("act", ["seal", "withdraw"])
def test_the_bytes_of_a_preview_that_may_not_be_shown_are_gone(
    scene: Played, act: str, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    old = [fetch(scene, kind).sha256 for kind in ("preview", "poster", "peaks")]
    with django_capture_on_commit_callbacks(execute=True):
        if act == "seal":
            seal(scene, 3, 5)
        else:
            actions.withdraw(performance_id=scene.ana, performer_id=person("ana").id, now=now())
    assert not any(store().exists(name_of(scene.ana, digest)) for digest in old)
    assert store().exists(name_of(scene.bo, old[2])), "Bo shows the same peaks: his stay"


def test_a_lifted_seal_no_longer_hides(scene: Played) -> None:
    span = seal(scene, 3, 5)
    actions.lift(span_id=span, performer_id=person("ana").id, now=now())
    actions.lift(span_id=span, performer_id=person("ana").id, now=now())
    assert ana_sees(scene).spans == ()
    show_preview(scene.ana, b"whole again")
    assert fetch(scene).sha256


def test_who_spoke_inside_a_seal_is_not_shown(scene: Played) -> None:
    seal(scene, 4, 6)
    assert ana_sees(scene).own.turns == ((2 * S, 4 * S), (6 * S, 9 * S), (20 * S, 31 * S))


def test_the_same_seal_twice_is_one(scene: Played) -> None:
    assert seal(scene, 3, 5) == seal(scene, 3, 5)
    assert SealedSpan.objects.count() == 1
    assert record.count("review") == 1


@pytest.mark.parametrize(("start", "end"), [(5, 3), (3, 3), (-1, 3), (59, 60.1), (70, 80)])
def test_a_seal_outside_the_take_or_without_length_is_refused(scene: Played, start: float, end: float) -> None:
    with pytest.raises(BadInput):
        seal(scene, start, end)
    assert not SealedSpan.objects.exists()


def test_a_seal_needs_one_of_the_two_reasons(scene: Played) -> None:
    with pytest.raises(BadInput):
        seal(scene, 3, 5, why="ugly")


@pytest.mark.parametrize("who", ["bo", "cy", "pia", "lab", "una"])
def test_nobody_else_sees_or_decides(scene: Played, who: str) -> None:
    other = person(who).id
    span = seal(scene, 1, 2)
    asked = {"performance_id": scene.ana, "performer_id": other, "now": now()}
    with pytest.raises(NotFound):
        queries.review(scene.ana, viewer_id=other)
    with pytest.raises(NotFound):
        seal(scene, 3, 5, who=who)
    with pytest.raises(NotFound):
        actions.lift(span_id=span, performer_id=other, now=now())
    for act in (actions.release, actions.withdraw):
        with pytest.raises(NotFound):
            act(**asked)
    with pytest.raises(NotFound):
        actions.watch_together(**asked, allowed=True)
    assert ana_sees(scene).row.state == "in-review"
    assert record.lines_about(other) == []


def test_a_partner_watches_only_when_both_said_yes(scene: Played) -> None:
    ana, bo = person("ana").id, person("bo").id
    for first, second, allowed in (
        (False, False, False),
        (True, False, False),
        (False, True, False),
        (True, True, True),
    ):
        actions.watch_together(performance_id=scene.ana, performer_id=ana, allowed=first, now=now())
        actions.watch_together(performance_id=scene.bo, performer_id=bo, allowed=second, now=now())
        assert (ana_sees(scene).partner is not None) is allowed
        if allowed:
            assert queries.media(scene.bo, viewer_id=ana, kind="preview").sha256
        else:
            with pytest.raises(NotFound):
                queries.media(scene.bo, viewer_id=ana, kind="preview")


def test_nobody_learns_what_the_partner_answered(scene: Played) -> None:
    before = ana_sees(scene)
    actions.watch_together(performance_id=scene.bo, performer_id=person("bo").id, allowed=True, now=now())
    assert ana_sees(scene) == before


def test_a_third_person_never_watches(scene: Played) -> None:
    for name in ("ana", "bo"):
        which = scene.ana if name == "ana" else scene.bo
        actions.watch_together(performance_id=which, performer_id=person(name).id, allowed=True, now=now())
    for name in ("cy", "pia", "lab", "una"):
        with pytest.raises(NotFound):
            fetch(scene, who=name)


def test_release_and_withdrawal_are_lines_that_only_the_performer_reads(scene: Played) -> None:
    ana = person("ana").id
    actions.release(performance_id=scene.ana, performer_id=ana, now=now())
    actions.release(performance_id=scene.ana, performer_id=ana, now=now())
    actions.withdraw(performance_id=scene.ana, performer_id=ana, now=now())
    assert [line.body["what"] for line in record.lines_about(ana) if line.body] == ["withdrawn", "released"]
    assert Performance.objects.get(pk=scene.ana).state == "withdrawn"


def test_what_is_withdrawn_stays_withdrawn(scene: Played) -> None:
    ana = person("ana").id
    span = seal(scene, 3, 5)
    actions.withdraw(performance_id=scene.ana, performer_id=ana, now=now())
    for act in (
        lambda: actions.release(performance_id=scene.ana, performer_id=ana, now=now()),
        lambda: seal(scene, 7, 8),
        lambda: actions.lift(span_id=span, performer_id=ana, now=now()),
    ):
        with pytest.raises(Conflict):
            act()
    show_preview(scene.ana, b"a late job")
    with pytest.raises(NotFound):
        fetch(scene)


@pytest.mark.parametrize("state", ["expected", "received"])
def test_a_take_that_is_not_whole_yet_cannot_be_released_but_can_be_withdrawn(db: None, state: str) -> None:
    scene = played(state=state)
    ana = person("ana").id
    with pytest.raises(Conflict):
        actions.release(performance_id=scene.ana, performer_id=ana, now=now())
    actions.withdraw(performance_id=scene.ana, performer_id=ana, now=now())
    assert ana_sees(scene).row.state == "withdrawn"


spans = st.tuples(st.integers(0, LENGTH), st.integers(0, LENGTH)).map(sorted).filter(lambda s: s[0] < s[1]).map(tuple)


@given(spans, st.lists(spans, max_size=6))
def test_what_is_left_of_a_stretch_is_inside_it_and_outside_every_hole(
    stretch: tuple[int, int], holes: list[tuple[int, int]]
) -> None:
    left = queries.without(stretch, holes)
    for start, end in left:
        assert stretch[0] <= start < end <= stretch[1]
        assert all(end <= a or b <= start for a, b in holes)
    covered = sum(end - start for start, end in left)
    points = sorted({stretch[0], stretch[1], *(p for hole in holes for p in hole if stretch[0] < p < stretch[1])})
    gone = sum(b - a for a, b in pairwise(points) if any(h[0] <= a and b <= h[1] for h in holes))
    assert covered + gone == stretch[1] - stretch[0]
