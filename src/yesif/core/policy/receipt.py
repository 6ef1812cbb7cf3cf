"""A consent receipt: one for each change, for the person who made it (DPV's guide to ISO/IEC TS 27560, as JSON-LD).

    record      dpv:ConsentRecord, under the guide's EU-GDPR receipt profile
    ├── status      given and ended, each with its moment
    ├── process     one for each thing a system may learn: purpose, parts, places, recipients, until when
    ├── notice      the very lists that were shown, by their version
    ├── control     where to change or end it
    └── effects     the three columns, where something was ended

It names nobody: the person's id, and licensees only where the person wrote them into their own answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from yesif.core.policy.effects import Effects
from yesif.core.policy.grants import Grant
from yesif.core.policy.uses import LISTS, Action, Part

CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "dpv-27560": "https://w3id.org/dpv/guides/consent-27560#",
    "dct": "http://purl.org/dc/terms/",
    "ai": "https://w3id.org/dpv/ai#",
    "pd": "https://w3id.org/dpv/pd#",
    "yi": "urn:yesif:policy:1:",
}
_PARTS = {
    Part.VOICE: "pd:VoiceCommunicationRecording",
    Part.FACE: "pd:FacialPrint",
    Part.MOVEMENT: "yi:movement",
    Part.WORDS: "yi:words",
    Part.LABELS: "yi:labels",
}
"""DPV has no term for how a body moves, for words played or for what people note: those are ours."""
_STATUS = {"given": "dpv:ConsentGiven", "ended": "dpv:ConsentWithdrawn", "expired": "dpv:ConsentExpired"}


@dataclass(frozen=True, slots=True)
class Studio:
    """Who keeps the answers: the studio's own address, and where answers are changed."""

    address: str
    control: str


@dataclass(frozen=True, slots=True)
class Change:
    """What the receipt is for: a grant given, or ended at `ended_at`, with the notices that went out."""

    grant: Grant
    ended_at: datetime | None = None
    effects: Effects | None = None
    notices: tuple[str, ...] = ()
    line: int | None = None
    more: Mapping[str, str] = field(default_factory=dict)


def receipt(change: Change, *, studio: Studio, now: datetime) -> dict[str, object]:
    """The receipt as JSON-LD; strings, whole numbers, lists and objects only, so that it has one canonical form."""
    grant = change.grant
    made: dict[str, object] = {
        "@context": CONTEXT,
        "@id": f"urn:yesif:receipt:{grant.id}:{'ended' if change.ended_at else 'given'}",
        "@type": ["dpv:ConsentRecord", "dpv-27560:Receipt"],
        "dct:conformsTo": "dpv-27560:receipt-eu-gdpr",
        "dct:identifier": grant.id,
        "dct:issued": now.isoformat(),
        "dpv:hasDataSubject": f"urn:yesif:performer:{grant.performer}",
        "dpv:hasDataController": studio.address,
        "dpv:hasLegalBasis": "dpv:ExplicitlyExpressedConsent",
        "dpv:hasNotice": {"@id": f"urn:yesif:lists:{grant.uses_version}", "dct:hasPart": sorted(grant.shown)},
        "dpv:hasConsentStatus": _statuses(change),
        "dpv:hasConsentControl": {"@type": "dpv:WithdrawConsent", "@id": studio.control},
        "dpv:hasProcess": _processes(grant),
        "yi:refused": sorted(grant.no),
        "yi:askFirst": sorted(grant.ask),
        "yi:replaces": grant.replaces,
    }
    if change.line is not None:
        made["yi:line"] = change.line
    if change.effects is not None:
        made["yi:cannotBeUndone"] = list(change.effects.undone)
        made["yi:othersMustDo"] = list(change.effects.others)
        made["yi:stopsNow"] = list(change.effects.stops)
        made["yi:notices"] = list(change.notices)
    return made


def _statuses(change: Change) -> list[dict[str, str]]:
    told = [{"@type": _STATUS["given"], "dpv:isIndicatedAtTime": change.grant.given_at.isoformat()}]
    if change.ended_at is not None:
        told.append({"@type": _STATUS["ended"], "dpv:isIndicatedAtTime": change.ended_at.isoformat()})
    return told


def _processes(grant: Grant) -> list[dict[str, object]]:
    terms, uses = grant.conditions, LISTS[grant.uses_version]
    places = sorted(where.id for where in uses.wheres if where.id in grant.yes)
    found: list[dict[str, object]] = []
    for what in uses.whats:
        if what.id not in grant.yes:
            continue
        parts = what.parts - terms.held_back
        found.append(
            {
                "@type": "dpv:Process",
                "dpv:hasPurpose": {"@id": f"yi:{what.id}", "dct:description": what.plain},
                "yi:places": [f"yi:{place}" for place in places],
                "dpv:hasPersonalData": sorted(_PARTS[part] for part in parts),
                "dpv:hasProcessing": ["ai:Testing" if what.actions == {Action.EVALUATE} else "ai:Training"],
                "dpv:hasRecipient": sorted(terms.allowed) or ["yi:anyLicenseeNotRefused"],
                "yi:refusedRecipients": sorted(terms.refused),
                "dpv:hasStorageCondition": {"dpv:hasDuration": {"dpv:untilTime": terms.until.isoformat()}},
                "yi:form": terms.form.value,
                "yi:afterRevocation": terms.on_revoke.value,
                "yi:territories": sorted(terms.territories),
                "yi:lowestPrice": [terms.floor.minor, terms.floor.currency] if terms.floor else [],
            }
        )
    return found
