"""The room as one performer may see it: everything shared, and of the private things only their own."""

from dataclasses import asdict

from yesif.apps.footage.queries import takes
from yesif.apps.stage.queries import sessions as stage
from yesif.apps.stage.queries import standing, waiting


def room(*, session_id: str, performer_id: str) -> dict[str, object]:
    """What one performer's browser is told. Nanoseconds are decimal text: they pass 2^53."""
    seen = stage.session(session_id, performer_id)
    own = next(place for place in seen.places if place.performer_id == performer_id)
    partners = [
        {
            "position": place.position,
            "name": place.stage_name,
            "pronouns": place.pronouns,
            "languages": list(place.languages),
            "ready": place.ready,
        }
        for place in seen.places
        if place.position != own.position
    ]
    rolling = takes.rolling(session_id=session_id, performer_id=performer_id)
    over = takes.last_over(session_id=session_id, performer_id=performer_id)
    return {
        "phase": seen.phase,
        "opened_ns": str(seen.opened_ns),
        "you": {"position": own.position, "ready": own.ready},
        "partners": partners,
        "card": _card(seen),
        "note": asdict(stage.private_note(session_id=session_id, performer_id=performer_id)),
        "take": rolling
        and {"take": rolling.take_id, "performance": rolling.performance_id, "action_ns": str(rolling.action_ns)},
        "over": over
        and {
            "take": over.take_id,
            "cut_ns": str(over.cut_ns),
            "played": over.played,
            "sealed_s": over.sealed_ns // 1_000_000_000,
        },
        "stands": _stands(session_id, performer_id),
        "waits": asdict(waiting.waits(session_id, performer_id)) if seen.phase == "lobby" else None,
        "moved_to": stage.moved_to(session_id, performer_id) if seen.phase == "ended" else "",
    }


def chair(*, session_id: str, producer_id: str) -> dict[str, object]:
    """What the producer who sits in is told: the card and how the scene stands. No note, no picture, no sound."""
    seen = stage.session(session_id, producer_id)
    return {
        "phase": seen.phase,
        "opened_ns": str(seen.opened_ns),
        "partners": [{"position": one.position, "name": one.stage_name, "ready": one.ready} for one in seen.places],
        "card": _card(seen),
        "action_ns": None if seen.action_ns is None else str(seen.action_ns),
        "stands": _stands(session_id, ""),
    }


def _stands(session_id: str, performer_id: str) -> dict[str, object]:
    now = standing.room_stands(session_id)
    return {
        "paused": {"you": performer_id in now.paused, "partner": bool(now.paused - {performer_id})},
        "off": {"you": performer_id in now.off, "partner": bool(now.off - {performer_id})},
        "softened": now.softened,
        "chairs": list(now.chairs),
        "line": now.line,
        "line_seq": now.line_seq,
    }


def _card(seen: stage.SessionSeen) -> dict[str, object] | None:
    scene = seen.scene
    if scene is None:
        return None
    card = scene.card
    return {
        "order": scene.order,
        "of": len(seen.scenes),
        "title": card.title,
        "relationship": card.relationship,
        "where": card.where,
        "moment_before": card.moment_before,
    }
