"""Decide from the exported Offers alone, as whoever received them would: a second opinion on `decide.py`.

Knows nothing of grants: only ODRL's own rules (a prohibition beats a permission, a rule counts where all its
constraints hold, a duty that is not done leaves its permission idle) and the profile's words for parts, form and
partner. A test asks both opinions of many thousand worlds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yesif.core.policy.decide import NOTHING, Extent, Performance
from yesif.core.policy.uses import Form, Part, Use, licensee_key

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What may leave: of the performance itself, and side by side with the others in its take."""

    own: Extent
    together: Extent


def opinion(
    offers: Mapping[str, Json], one: Performance, others: Sequence[Performance], use: Use, *, now: datetime,
    leak_limit_db: float,
) -> Opinion:  # fmt: skip
    """The opinion on `one`, from the Offers of everyone in the take (by performer; none is a no)."""
    if use.touches or not use.starts <= now < use.ends:
        return Opinion(NOTHING, NOTHING)
    full, alone = _heard(offers, one, use, now)
    together = full
    for other in others:
        together = together.meet(_heard(offers, other, use, now)[0])
    apart = bool(others) and one.words_apart and one.leak_db is not None and one.leak_db < leak_limit_db
    own = together.join(alone) if apart and full.parts else together
    if own.parts and _sealed_whole(offers, (one, *others), one.length_ns):
        return Opinion(NOTHING, NOTHING)
    return Opinion(own, together) if own.parts else Opinion(NOTHING, NOTHING)


def _heard(offers: Mapping[str, Json], one: Performance, use: Use, now: datetime) -> tuple[Extent, Extent]:
    offer = offers.get(one.performer)
    if offer is None:
        return NOTHING, NOTHING
    asked = _asked(use, one, now)
    active = [rule for rule in offer["permission"] if _reaches(rule, one) and _holds(rule, _licensed(asked, rule))]
    able = [rule for rule in active if all(duty["action"] != "obtainConsent" for duty in rule["duty"])]
    held: set[str] = set()
    paused = []
    for rule in offer["prohibition"]:
        if not _reaches(rule, one) or any(c["leftOperand"] == "yi:takeTime" for c in rule["constraint"]):
            continue
        if rule["uid"] == "suspended":
            paused.append(rule)
        elif rule["uid"] == "held-back":
            parts = rule["constraint"][-1]["rightOperand"]
            held |= set(parts) if _holds(rule, {**asked, "yi:part": parts[0]}) else set()
        elif _holds(rule, asked):
            return NOTHING, NOTHING
    able = [rule for rule in able if not any(_holds(pause, _licensed(asked, rule)) for pause in paused)]
    kept = use.parts - {Part(part) for part in held}
    return _widest(kept, use, able), _widest(kept, use, [rule for rule in able if rule["yi:partnerMaySayNo"]])


def _licensed(asked: Mapping[str, Any], rule: Json) -> dict[str, Any]:
    """A core use was licensed when its offer was accepted, which is when its permission begins."""
    core = any(one["leftOperand"] == "yi:project" for one in rule["constraint"])
    begins = next((c["rightOperand"] for c in rule["constraint"] if c["leftOperand"] == "dateTime"), "")
    return {**asked, "yi:licensedAt": datetime.fromisoformat(begins)} if core and begins else dict(asked)


def _asked(use: Use, one: Performance, now: datetime) -> dict[str, Any]:
    """The request, by left operand."""
    return {
        "yi:learns": use.what,
        "purpose": use.where,
        "recipient": licensee_key(use.licensee),
        "dateTime": now,
        "spatial": sorted(use.territories),
        "payAmount": (use.price.minor, f"pay:{use.price.currency}") if use.price else None,
        "yi:description": use.description,
        "yi:project": use.project if use.project == one.project else None,
        # A licence that is not signed yet is newer than any pause.
        "yi:licensedAt": use.licensed_at or datetime.max.replace(tzinfo=now.tzinfo),
    }


def _reaches(rule: Json, one: Performance) -> bool:
    target = rule["target"]
    return target == "yi:everyPerformance" or f"urn:yesif:performance:{one.id}" in (
        [target] if isinstance(target, str) else target
    )


def _holds(rule: Json, asked: Mapping[str, Any]) -> bool:
    return all(_met(constraint, asked.get(constraint["leftOperand"])) for constraint in rule["constraint"])


def _met(constraint: Json, given: Any) -> bool:
    left, operator, right = (constraint[name] for name in ("leftOperand", "operator", "rightOperand"))
    if left in ("dateTime", "yi:licensedAt"):
        right = datetime.fromisoformat(right)
    if left == "payAmount":
        return given is not None and given[1] == constraint["unit"] and given[0] >= right
    if left == "spatial":
        return bool(given) and set(given) <= set(right)
    if operator == "isAnyOf":
        return bool(given in right)
    if operator == "eq":
        return bool(given == right)
    return bool(given >= right if operator == "gteq" else given < right)


def _widest(parts: frozenset[Part], use: Use, rules: Sequence[Json]) -> Extent:
    if not parts or not rules:
        return NOTHING
    form = max((Form(rule["yi:form"]) for rule in rules), key=lambda one: one.rank)
    return Extent(parts, min(form, use.form, key=lambda one: one.rank))


def _sealed_whole(offers: Mapping[str, Json], cast: Sequence[Performance], length_ns: int) -> bool:
    spans = []
    for one in cast:
        for rule in offers.get(one.performer, {"prohibition": ()})["prohibition"]:
            ends = [c["rightOperand"] for c in rule["constraint"] if c["leftOperand"] == "yi:takeTime"]
            if ends and _reaches(rule, one):
                spans.append((ends[0], ends[1]))
    reached = 0
    for start, end in sorted(spans):
        if start > reached:
            break
        reached = max(reached, end)
    return bool(spans) and 0 < length_ns <= reached
