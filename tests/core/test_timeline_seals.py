"""What a cut, a pause and "off the record" take out of a take."""

from hypothesis import given
from hypothesis import strategies as st

from yesif.core.timeline.seals import BEFORE_CUT_NS, BEFORE_OFF_NS, Moment, Sealed, sealed, standing

S = 1_000_000_000
KINDS = ("paused", "resumed", "off-record", "on-record", "softened")
MOMENTS = st.lists(
    st.builds(Moment, st.integers(0, 400 * S), st.sampled_from(KINDS), st.sampled_from(("ana", "bo"))), max_size=12
)


def test_a_cut_seals_the_last_thirty_seconds_and_the_end_of_a_scene_seals_nothing() -> None:
    assert sealed([], action_ns=10 * S, cut_ns=100 * S, how="cut") == (Sealed(60 * S, 90 * S, "cut", ""),)
    assert sealed([], action_ns=10 * S, cut_ns=100 * S, how="left") == (Sealed(60 * S, 90 * S, "cut", ""),)
    assert sealed([], action_ns=10 * S, cut_ns=100 * S, how="end") == ()


def test_a_cut_early_in_a_scene_seals_all_of_it_and_one_at_action_seals_nothing() -> None:
    assert sealed([], action_ns=10 * S, cut_ns=15 * S, how="cut") == (Sealed(0, 5 * S, "cut", ""),)
    assert sealed([], action_ns=10 * S, cut_ns=10 * S, how="cut") == ()


def test_off_the_record_seals_what_was_just_said_and_lasts_until_it_is_taken_back_or_the_end() -> None:
    said = [Moment(50 * S, "off-record", "ana"), Moment(60 * S, "on-record", "ana")]
    assert sealed(said, action_ns=0, cut_ns=100 * S, how="end") == (Sealed(30 * S, 60 * S, "off-record", "ana"),)
    assert sealed(said[:1], action_ns=0, cut_ns=100 * S, how="end") == (Sealed(30 * S, 100 * S, "off-record", "ana"),)


def test_the_partner_cannot_put_on_the_record_what_the_other_took_off_it() -> None:
    said = [Moment(50 * S, "off-record", "ana"), Moment(60 * S, "on-record", "bo")]
    assert sealed(said, action_ns=0, cut_ns=100 * S, how="end")[0].end_ns == 100 * S
    assert standing(said).off == {"ana"}


def test_a_pause_lasts_until_everyone_who_paused_goes_on() -> None:
    said = [
        Moment(20 * S, "paused", "ana"),
        Moment(25 * S, "paused", "bo"),
        Moment(30 * S, "resumed", "ana"),
        Moment(40 * S, "resumed", "bo"),
    ]
    assert sealed(said, action_ns=0, cut_ns=60 * S, how="end") == (Sealed(20 * S, 40 * S, "paused", ""),)
    assert standing(said[:3]).paused == {"bo"}
    assert standing(said) == standing([])


@given(MOMENTS, st.integers(0, 200 * S), st.integers(0, 200 * S), st.sampled_from(("cut", "left", "end", "abandoned")))
def test_what_is_sealed_lies_inside_the_take_and_a_cut_never_seals_less(
    moments: list[Moment], action: int, length: int, how: str
) -> None:
    cut = action + length
    found = sealed(moments, action_ns=action, cut_ns=cut, how=how)
    assert all(0 <= one.start_ns < one.end_ns <= length for one in found)
    assert set(found) <= set(sealed(moments, action_ns=action, cut_ns=cut, how="cut"))
    if how in ("cut", "left") and length:
        assert any(one.why == "cut" and one.end_ns == length for one in found)
        assert min(one.start_ns for one in found) <= max(0, length - BEFORE_CUT_NS)


@given(MOMENTS, st.integers(21 * S, 300 * S))
def test_whoever_goes_off_the_record_has_what_they_just_said_sealed(moments: list[Moment], at: int) -> None:
    found = sealed([*moments, Moment(at, "off-record", "ana")], action_ns=0, cut_ns=400 * S, how="end")
    assert any(one.who == "ana" and one.start_ns <= at - BEFORE_OFF_NS and at <= one.end_ns for one in found)
