"""The room as one performer may see it: everything shared, and of the private things only their own."""

from dataclasses import asdict

from yesif.apps.footage.queries import takes
from yesif.apps.stage.queries import sessions as stage


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
        "over": over and {"take": over.take_id, "cut_ns": str(over.cut_ns), "played": over.played},
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
