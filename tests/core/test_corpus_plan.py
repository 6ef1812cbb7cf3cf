"""What stands where in a release: by person, by session, by set of parts, and never more after a no."""

from dataclasses import replace
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from tests.made_release import ALL, candidates, numbers
from yesif.base.counts import FEW
from yesif.core.corpus.plan import (
    ACROSS_SPLITS,
    NO_SPLIT,
    NOTHING_LEFT,
    Candidate,
    Plan,
    kind_of,
    members_of,
    plan,
)

PARTS = ("voice", "face", "movement", "words", "labels")


_SIDES = st.tuples(
    st.sampled_from(["", "", "", "no-answer", "withdrawn"]),
    st.integers(0, (1 << len(PARTS)) - 1).map(lambda bits: frozenset(p for i, p in enumerate(PARTS) if bits >> i & 1)),
    st.booleans(),
    st.integers(0, 500),
)
_PAIRS = st.sampled_from([(a,) for a in range(6)] + [(a, b) for a in range(6) for b in range(6) if a != b])
_TAKES = st.lists(st.tuples(_PAIRS, st.booleans(), _SIDES, _SIDES), min_size=1, max_size=8)
_SPLITS = st.lists(st.sampled_from(["train", "train", "dev", "test", ""]), min_size=6, max_size=6)


@st.composite
def casts(draw: st.DrawFn) -> list[Candidate]:
    """Takes of pairs drawn from a few performers, each with a split of their own and any answer."""
    splits, rows = draw(_SPLITS), []
    for take, (pair, together, *sides) in enumerate(draw(_TAKES)):
        session = "-".join(map(str, sorted(pair)))
        for position, who, (excluded, parts, recording, size) in zip("ab", pair, sides, strict=False):
            rows.append(
                Candidate(
                    f"prf{take}{who}",
                    f"per{who}",
                    f"tak{take}",
                    f"ses{session}",
                    position,
                    (take, 1),
                    splits[who],
                    excluded=excluded,
                    parts=parts,
                    recording=recording,
                    together=together,
                    size=size,
                )
            )
    return rows


def planned(rows: list[Candidate]) -> Plan:
    return plan(rows, numbers(rows), touched=ALL, shard_bytes=1000)


@given(casts())
def test_everyone_is_placed_or_left_out_for_a_reason(rows: list[Candidate]) -> None:
    made = planned(rows)
    placed = [one.performance for _, one in made.samples()]
    assert sorted(placed + list(made.excluded)) == sorted(row.performance for row in rows)
    assert sum(made.counts().values()) == len(made.excluded)
    assert all(made.excluded.values())


@given(casts())
def test_no_person_is_in_two_splits(rows: list[Candidate]) -> None:
    splits = {}
    for shard, one in planned(rows).samples():
        assert splits.setdefault(one.key.performer, shard.split) == shard.split


@given(casts())
def test_a_config_holds_one_set_of_members(rows: list[Candidate]) -> None:
    members = {}
    for shard, one in planned(rows).samples():
        assert shard.config == one.config
        assert members.setdefault(one.config, one.members) == one.members


@given(casts())
def test_a_shard_holds_one_session_and_its_pairs_side_by_side(rows: list[Candidate]) -> None:
    made = planned(rows)
    assert len({shard.path for shard in made.shards}) == len(made.shards)
    for shard in made.shards:
        assert len({one.key.session for one in shard.samples}) == 1
        if shard.config.startswith("dyad-"):
            pairs = [list(group) for _, group in groupby(shard.samples, key=lambda one: one.key.interaction)]
            assert all(len(pair) == 2 and pair[0].partner == pair[1].key for pair in pairs)


@given(casts())
def test_shards_end_near_their_limit(rows: list[Candidate]) -> None:
    sizes = {row.performance: row.size for row in rows}
    for shard in planned(rows).shards:
        takes = {one.key.interaction for one in shard.samples}
        assert len(takes) == 1 or sum(sizes[one.performance] for one in shard.samples) <= 1000


@given(casts(), st.data())
def test_a_no_never_enlarges_a_release(rows: list[Candidate], data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(rows) - 1))
    fewer = [replace(row, excluded="no-answer") if at == which else row for at, row in enumerate(rows)]

    def members(made: Plan) -> dict[str, tuple[str, ...]]:
        return {one.performance: one.members for _, one in made.samples()}

    before, after = members(planned(rows)), members(planned(fewer))
    assert after.items() <= before.items()
    assert rows[which].performance not in after


@given(casts())
def test_the_order_of_candidates_changes_nothing(rows: list[Candidate]) -> None:
    assert planned(rows) == planned(rows[::-1])


def test_partners_of_different_splits_are_counted_as_such_and_left_out_both() -> None:
    rows = [replace(row, split="dev") if row.performer == "bo" else row for row in candidates(takes=2)]
    assert planned(rows).counts() == {FEW: 1, ACROSS_SPLITS: 4}


def test_without_a_split_or_a_part_nothing_is_released() -> None:
    rows = [replace(row, split="") for row in candidates(takes=1)[:2]]
    assert planned(rows).counts() == {NO_SPLIT: 2}
    rows = [replace(row, parts=frozenset()) for row in candidates(takes=1)[:2]]
    assert set(planned(rows).excluded.values()) == {NOTHING_LEFT}
    assert planned(rows).counts() == {FEW: 2}


def test_a_reason_is_told_apart_only_where_five_people_share_it() -> None:
    reasons = {f"p{n}": "answered-no" for n in range(8)} | {"q1": "revoked", "q2": "partner", "q3": NO_SPLIT}
    four = Plan((), reasons, {name: f"per{int(name[1:]) % 4}" for name in reasons})
    assert four.counts() == {FEW: 10, NO_SPLIT: 1}, "eight performances of four people are four people's answers"
    five = Plan((), reasons, {name: f"per{int(name[1:]) % 5}" for name in reasons} | {"q3": "a sixth"})
    assert five.counts() == {"answered-no": 8, FEW: 2, NO_SPLIT: 1}
    assert sum(five.counts().values()) == sum(four.counts().values()) == len(reasons), "the sum is exact"
    everyone = Plan((), dict.fromkeys(reasons, "answered-no"), dict(zip(reasons, reasons, strict=True)))
    assert everyone.counts() == {FEW: 11}, "what all of them said, each of them said"


def test_who_is_left_out_is_not_named_as_a_partner() -> None:
    made = planned(candidates(takes=1))
    alone = next(one for _, one in made.samples() if one.performance == "pcy")
    assert alone.partner is None
    assert alone.config == "solo-av"


def test_two_who_may_not_stand_side_by_side_share_no_name() -> None:
    rows = [replace(row, together=False) for row in candidates(takes=1)[:2]]
    placed = [one for _, one in planned(rows).samples()]
    assert [one.config for one in placed] == ["solo-av", "solo-av"]
    assert [one.partner for one in placed] == [None, None]
    assert placed[0].key.interaction != placed[1].key.interaction


def test_measurements_only_carry_no_media() -> None:
    assert members_of(ALL, recording=False) == ("json", "npz")
    assert members_of(ALL, recording=True) == ("json", "npz", "wav", "mp4")
    assert members_of(frozenset({"face"}), recording=True) == ("json", "npz")
    assert members_of(frozenset({"words"}), recording=True) == ("json",)


def test_a_config_says_its_set_of_parts() -> None:
    def name(*parts: str, recording: bool = True) -> str:
        return kind_of(frozenset(parts), recording=recording, touched=ALL)

    assert name(*PARTS) == "av"
    assert name(*PARTS, recording=False) == "features"
    assert name("voice", "words", "labels") == "a"
    assert name("voice", "face", "words", "labels") == "a-with-face"
    assert name("voice", "labels") == "a-without-words"
    assert name("voice", "words", "labels", recording=False) == "features-without-face-movement"
    assert kind_of(frozenset({"words"}), recording=True, touched=frozenset({"words"})) == "words"
