"""Everything a release may be made of, read in one pass: what was played, by whom, from which card, measured how.

For the build only: this sees every performance of a project, so what it returns never goes to a page.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q

from yesif.apps.decks.models import Card
from yesif.apps.footage.boxes import place_of_track
from yesif.apps.footage.models import Performance
from yesif.apps.market.facts import CardFacts, FindingFacts, Material, TableFacts, TrackFacts
from yesif.apps.stage.models import Dealing


def material(project_id: str, *, performances: Collection[str] | None = None) -> list[Material]:
    """Every performance of a project's finished takes, whatever its people answered, in the order of their ids; or,
    of these, only `performances`."""
    chosen = Q() if performances is None else Q(pk__in=performances)
    found = (
        Performance.objects.filter(chosen, take__scene__session__project_id=project_id, take__cut_ns__isnull=False)
        .select_related("performer", "take__scene__card__deck", "take__scene__session")
        .prefetch_related("tracks", "features", "findings", "take__performances__sealed_spans")
        .order_by("id")
    )
    notes = _notes(project_id)
    return [_material(one, notes.get((one.take.scene_id, one.performer_id))) for one in found]


def _notes(project_id: str) -> dict[tuple[str, str], Mapping[str, Any]]:
    dealt = Dealing.objects.filter(scene__session__project_id=project_id).select_related("note", "place")
    return {(one.scene_id, one.place.performer_id): {"key": one.note.key, **one.note.content} for one in dealt}


def _material(one: Performance, note: Mapping[str, Any] | None) -> Material:
    take, scene = one.take, one.take.scene
    return Material(
        performance=one.id,
        performer=one.performer_id,
        split=one.performer.split_group,
        languages=tuple(str(language) for language in one.performer.languages),
        state=one.state,
        take_state="rejected" if one.rejected_at else take.state,
        take=take.id,
        take_number=take.number,
        session=scene.session_id,
        scene_order=scene.order,
        position=one.position,
        action_ns=take.action_ns,
        cut_ns=take.cut_ns or take.action_ns,
        card=_card(scene.card),
        note=note,
        leak_db=one.leak_db,
        tracks={
            t.kind: TrackFacts(
                place_of_track(one.id, take.id, t.kind),
                t.kind,
                t.state,
                t.sha256,
                t.bytes or 0,
                t.log_sha256,
                t.media_type,
                t.manifest,
            )
            for t in one.tracks.all()
        },
        tables=tuple(
            TableFacts(take.id if f.joint else one.id, f.joint, f.stage, f.version, f.part, f.sha256, f.rows)
            for f in sorted(one.features.all(), key=lambda f: f.stage)
            if f.sha256
        ),
        findings=tuple(
            FindingFacts(f.check_name, f.verdict, f.value, f.unit, f.threshold, f.start_ns, f.end_ns)
            for f in sorted(one.findings.all(), key=lambda f: (f.check_name, f.start_ns or 0, f.pk))
        ),
        sealed=_sealed(one),
        played_on=scene.session.starts_at.date().isoformat(),
    )


def _sealed(one: Performance) -> tuple[tuple[int, int], ...]:
    """The living seals of everyone in the take, joined where they touch."""
    spans = sorted(
        (span.start_ns, span.end_ns)
        for each in one.take.performances.all()
        for span in each.sealed_spans.all()
        if span.lifted_at is None
    )
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _card(card: Card) -> CardFacts:
    return CardFacts(
        deck=card.deck.key,
        deck_version=card.deck.version,
        key=card.key,
        title=card.title,
        relationship=card.relationship,
        where=card.where,
        moment_before=card.moment_before,
        objective_a=card.objective_a,
        objective_b=card.objective_b,
        intensity=card.intensity,
    )
