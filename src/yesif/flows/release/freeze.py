"""Who may be in a release right now, decided for every performance, and where each of them stands in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from yesif import __version__
from yesif.apps.consent import queries as consent
from yesif.apps.keys import queries as keys
from yesif.apps.market import actions as market_actions
from yesif.apps.market import material as market_material
from yesif.apps.market import queries as market
from yesif.apps.market.facts import Material, TableFacts
from yesif.apps.record import queries as record
from yesif.base.canonical import digest
from yesif.core.corpus.layout import token
from yesif.core.corpus.plan import (
    NOT_FINISHED,
    NOT_REVIEWED,
    NOTHING_RECORDED,
    REJECTED,
    Candidate,
    Numbers,
    Placed,
    Plan,
    PlannedShard,
    plan,
)
from yesif.core.policy.decide import Decision, Reason
from yesif.core.policy.uses import Form, Use
from yesif.flows.release import arrays, uses
from yesif.flows.release.describe import NOT_PLAIN
from yesif.flows.release.values import SampleInput, Terms
from yesif.media.features.shelf import PAIR_STAGES, parts_of
from yesif.media.features.synchrony import SIGNALS
from yesif.media.strongbox import Box, Sealed, Source

_WAV_BYTES_PER_S = 48_000 * 3
_SMALL_BYTES = 1_000_000  # JSON and arrays of a take, roughly: shards are cut near their limit, not at it
_CONSENT_KINDS = ("grant", "revoke", "suspend", "resume", "review", "erasure")


@dataclass(frozen=True, slots=True)
class Frozen:
    """A plan with everything its samples are made of. `fingerprint` is another as soon as any of that is."""

    plan: Plan
    terms: Terms
    samples: Mapping[str, SampleInput]  # by performance
    cast: frozenset[str] = frozenset()  # everyone whose answers were asked, in it or not

    def of(self, shard: PlannedShard) -> tuple[SampleInput, ...]:
        return tuple(self.samples[one.performance] for one in shard.samples)

    def fingerprint(self, shard: PlannedShard) -> str:
        """Names what a shard holds: two shards of one fingerprint are the same bytes."""
        terms = self.terms
        told = [terms.purpose, terms.licensee, terms.until, list(terms.prohibited), sorted(terms.touched)]
        return digest([shard.path, *told, terms.software, [_facts(one) for one in self.of(shard)]])

    @property
    def whole(self) -> str:
        """Names everything a release says."""
        return digest([[self.fingerprint(shard) for shard in self.plan.shards], sorted(self.plan.excluded.items())])


def epoch() -> int:
    """Rises with every fact that may change a decision: each is a line on the record, in the fact's own transaction."""
    return sum(record.count(kind) for kind in _CONSENT_KINDS)


def freeze(release_id: str, *, now: datetime) -> Frozen:
    """Decide for every performance of the release's project, number who is in it, and plan. Raises NotFound."""
    release = market.building(release_id)
    licence = market.licence_terms(release.licence_id) if release.licence_id else None
    use = market.use_of(licence) if licence else uses.read(release.use)
    found = market_material.material(release.project_id)
    decided = consent.cleared(
        project_id=release.project_id, performance_ids=[one.performance for one in found], use=use, now=now
    )
    touched = frozenset(part.value for part in use.parts)
    candidates = [_candidate(one, decided[one.performance], touched) for one in found]
    if licence is not None and licence.plain:
        candidates = _in_plain(candidates, decided)
    made = plan(candidates, _numbers(release_id, candidates), touched=touched)
    return Frozen(
        made,
        _terms(use, touched, sealed=release.sealed),
        _samples(release_id, made, found, candidates, decided),
        frozenset(one.performer for one in found),
    )


def _candidate(one: Material, decision: Decision, touched: frozenset[str]) -> Candidate:
    recorded = _recorded(one)
    # Words and labels fit into every JSON: where there are none, the sample says so, and the config is the same.
    parts = frozenset(part.value for part in decision.parts) & touched & (recorded | {"words", "labels"})
    recording = decision.form is Form.RECORDING
    seconds = one.duration_ns / 1e9
    size = _SMALL_BYTES + int(seconds * _WAV_BYTES_PER_S) + sum(track.bytes for track in one.tracks.values())
    return Candidate(
        performance=one.performance,
        performer=one.performer,
        take=one.take,
        session=one.session,
        position=one.position,
        order=(one.scene_order, one.take_number),
        split=one.split,
        excluded=_excluded(one, decision, is_something=bool(parts & recorded)),
        parts=parts,
        recording=recording,
        together=decision.own == decision.together,
        size=size if recording else _SMALL_BYTES,
    )


def _in_plain(candidates: Sequence[Candidate], decided: Mapping[str, Decision]) -> list[Candidate]:
    """A plain release holds only what everyone licensed with an offer: a yes given later is to leased keys."""
    core = consent.core_grants({grant for one in decided.values() for grant in one.grants})
    return [
        one if one.excluded or set(decided[one.performance].grants) <= core else replace(one, excluded=NOT_PLAIN)
        for one in candidates
    ]


def _excluded(one: Material, decision: Decision, *, is_something: bool) -> str:
    if not decision.permitted:
        unreviewed = decision.reason is Reason.WITHDRAWN and one.state != "withdrawn"
        return NOT_REVIEWED if unreviewed else decision.reason.value
    if one.take_state == "rejected":
        return REJECTED
    if one.take_state != "sealed" or one.duration_ns <= 0:
        return NOT_FINISHED
    return "" if is_something else NOTHING_RECORDED


def _recorded(one: Material) -> frozenset[str]:
    """The parts of which there is anything."""
    voice, camera = one.tracks.get("voice"), one.tracks.get("camera")
    parts = {"voice"} if voice and voice.sha256 else set()
    parts |= {"face", "movement"} if camera and camera.sha256 else set()
    return frozenset(parts | {"words"} if any(table.part == "words" for table in one.tables) else parts)


def _numbers(release_id: str, candidates: Iterable[Candidate]) -> Numbers:
    rows = list(candidates)
    given = market_actions.number(
        release_id=release_id,
        subjects={
            "performer": {one.performer for one in rows},
            "session": {one.session for one in rows},
            "take": {one.take for one in rows} | {one.performance for one in rows},
        },
    )
    return Numbers(given["session"], given["take"], given["performer"])


def _terms(use: Use, touched: frozenset[str], *, sealed: bool) -> Terms:
    return Terms(
        what=use.uses.what(use.what).label,
        where=use.uses.where(use.where).label,
        purpose=f"{use.what}/{use.where}",
        licensee=use.licensee,
        until=uses.kept(use)["ends"],
        prohibited=tuple(never.plain for never in use.uses.never),
        touched=touched,
        software=f"yesif {__version__}",
        sealed=sealed,
    )


def _samples(
    release_id: str,
    made: Plan,
    found: Iterable[Material],
    candidates: Iterable[Candidate],
    decided: Mapping[str, Decision],
) -> dict[str, SampleInput]:
    key = market.line_key(market.line_of(release_id))
    material = {one.performance: one for one in found}
    allowed = {one.performance: one for one in candidates}
    boxes = _boxes(made, material)
    tables = {
        placed.performance: _tables(material[placed.performance], allowed[placed.performance].parts, placed, boxes)
        for _, placed in made.samples()
    }
    wanted = _arrays(made, tables)
    return {
        placed.performance: _sample(
            placed,
            shard,
            material[placed.performance],
            allowed[placed.performance],
            decided[placed.performance],
            tables[placed.performance],
            wanted[placed.config],
            boxes,
            key,
        )
        for shard, placed in made.samples()
    }


def _sample(
    placed: Placed,
    shard: PlannedShard,
    it: Material,
    allowed: Candidate,
    decision: Decision,
    tables: tuple[tuple[TableFacts, Source], ...],
    wanted: tuple[arrays.ArrayFacts, ...],
    boxes: Mapping[str, Box],
    key: bytes,
) -> SampleInput:
    def track(kind: str, member: str) -> Source | None:
        facts = it.tracks[kind] if member in placed.members else None
        return Sealed(settings.STORAGE, boxes[facts.box], facts.sha256) if facts else None

    return SampleInput(
        key=placed.key,
        config=placed.config,
        split=shard.split,
        shard=shard.path,
        members=placed.members,
        partner=placed.partner,
        material=it,
        parts=allowed.parts,
        recording=allowed.recording,
        cut=decision.sealed,
        until=decision.until.date().isoformat() if decision.until else "",
        receipts=tuple(sorted(token(grant, key=key) for grant in decision.grants)),
        grants=decision.grants_of(it.performer),
        voice=track("voice", "wav"),
        camera=track("camera", "mp4"),
        tables=tables,
        arrays=wanted,
    )


def _boxes(made: Plan, material: Mapping[str, Material]) -> dict[str, Box]:
    """Every box that is needed and can be opened."""
    found = [material[placed.performance] for _, placed in made.samples()]
    wanted = {track.box for it in found for track in it.tracks.values()}
    return keys.living(wanted | {table.box for it in found for table in it.tables})


def _tables(
    it: Material, parts: frozenset[str], placed: Placed, boxes: Mapping[str, Box]
) -> tuple[tuple[TableFacts, Source], ...]:
    """Tables of which every part may leave; alone, none that was measured on the pair; where not the same was recorded
    of the two, none that tells how alike they are."""
    alike = placed.partner is not None and placed.config.startswith("dyad-")
    return tuple(
        (table, Sealed(settings.STORAGE, boxes[table.box], table.sha256))
        for table in it.tables
        if parts_of(table.stage, table.part) <= parts
        and (placed.partner is not None or not (table.joint or table.stage in PAIR_STAGES))
        and (alike or table.stage not in SIGNALS)
    )


def _arrays(
    made: Plan, tables: Mapping[str, Sequence[tuple[TableFacts, Source]]]
) -> dict[str, tuple[arrays.ArrayFacts, ...]]:
    """One set of arrays for each config."""
    seen: dict[str, list[list[arrays.ArrayFacts]]] = {}
    for _, placed in made.samples():
        facts = [one for table, path in tables[placed.performance] for one in arrays.facts_of(path, table.part)]
        seen.setdefault(placed.config, []).append(facts)
    return {config: arrays.of_config(samples) for config, samples in seen.items()}


def _facts(one: SampleInput) -> list[object]:
    return [
        str(one.key), one.config, one.split, list(one.members), str(one.partner), sorted(one.parts), one.recording,
        [list(span) for span in one.cut], one.until, list(one.receipts), repr(one.material),
        [table.sha256 for table, _ in one.tables], [repr(array) for array in one.arrays],
    ]  # fmt: skip
