"""What a performer said, and what a licence says, as ODRL 2.2 (w3.org/TR/odrl-model) in JSON-LD with our own profile.

    Offer       one performer's answers: permissions, prohibitions, and the duties that come with a yes
    Agreement   one licence: the use as permission, the licensee's duties, and what it may never be used for

Our profile adds the left operands below `yi:`; the rest is ODRL's own. A prohibition beats a permission (`conflict`
`prohibit`), what is in no permission is denied, and everything a rule depends on is in its constraints: whoever holds
the document can decide from it without us (`odrl_read.py` does, and must agree with `decide.py`).
"""

from datetime import datetime

from yesif.core.policy.grants import Grant, OnRevoke, Said, Scope
from yesif.core.policy.uses import LISTS, Action, Use, UseList

CONTEXT: list[object] = [
    "http://www.w3.org/ns/odrl.jsonld",
    {"yi": "urn:yesif:policy:1:", "pay": "urn:iso:std:iso:4217:"},
]
PROFILE = "urn:yesif:policy:1"

_ACTIONS = {
    Action.TRAIN: "yi:train",
    Action.FINE_TUNE: "yi:fine-tune",
    Action.EVALUATE: "yi:evaluate",
    Action.SYNTHESISE_LIKENESS: "yi:synthesise-likeness",
}
_AFTER = {
    OnRevoke.STOP_NEW: ("yi:stopTraining", "P0D"),
    OnRevoke.RETIRE: ("yi:retireModels", "P12M"),
    OnRevoke.DESTROY: ("yi:destroyCopies", "P30D"),
}

Rule = dict[str, object]


def offer(performer: str, said: Said) -> Rule:
    """Everything a performer said, as one Offer. Withdrawals and seals in `said` become prohibitions."""
    replaced = {one.replaces: one.given_at for one in said.grants if one.replaces}
    ended: dict[str, datetime] = {}
    for one in said.revocations:
        ended[one.grant] = min(one.at, ended.get(one.grant, one.at))
    permissions: list[Rule] = []
    prohibitions: list[Rule] = []
    for grant in said.grants:
        heard = [_from(grant.given_at), *([_before(replaced[grant.id])] if grant.id in replaced else [])]
        permissions += _permissions(grant, heard, ended.get(grant.id))
        prohibitions += _prohibitions(grant, heard)
    for pause in said.suspensions:
        lifted = [_before(pause.lifted_at)] if pause.lifted_at else []
        licensed = _is("yi:licensedAt", "gteq", _moment(pause.since))
        prohibitions.append(_forbid(STANDING_TARGET, [licensed, _from(pause.since), *lifted], why="suspended"))
    for gone in said.withdrawals:
        prohibitions.append(_forbid(_targets(gone.performance), [_from(gone.at)], why="withdrawn"))
    for seal in said.seals:
        span = [_is("yi:takeTime", "gteq", seal.start_ns), _is("yi:takeTime", "lt", seal.end_ns)]
        prohibitions.append(_forbid(_targets(seal.performance), span, why="sealed"))
    return {
        "@context": CONTEXT,
        "@type": "Offer",
        "uid": f"urn:yesif:offer:{performer}",
        "profile": PROFILE,
        "conflict": "prohibit",
        "assigner": f"urn:yesif:performer:{performer}",
        "permission": permissions,
        "prohibition": prohibitions,
    }


def agreement(licence: str, licensee: str, use: Use) -> Rule:
    """A licence as an Agreement between the studio and a licensee; what nobody may do is in it as prohibitions."""
    asked = [
        _is("yi:learns", "eq", use.what),
        _is("purpose", "eq", use.where),
        _from(use.starts),
        _before(use.ends),
        *([_is("spatial", "isAnyOf", sorted(use.territories))] if use.territories else []),
    ]
    duties: list[Rule] = [
        {"action": "delete", "constraint": [_is("yi:afterNotice", "lteq", "P14D")]},
        {"action": "inform", "constraint": [_is("yi:afterNotice", "lteq", "P3D")]},
        {"action": "yi:reportUse"},
    ]
    if use.price:
        duties.append({"action": "compensate", "constraint": [_paid("eq", use.price.minor, use.price.currency)]})
    return {
        "@context": CONTEXT,
        "@type": "Agreement",
        "uid": f"urn:yesif:licence:{licence}",
        "profile": PROFILE,
        "conflict": "prohibit",
        "assigner": "urn:yesif:studio",
        "assignee": f"urn:yesif:licensee:{licensee}",
        "permission": [
            {
                "target": f"urn:yesif:licence:{licence}:releases",
                "action": sorted(_ACTIONS[one] for one in use.actions),
                "yi:form": use.form.value,
                "constraint": asked,
                "duty": duties,
            }
        ],
        "prohibition": [
            {
                "target": f"urn:yesif:licence:{licence}:releases",
                "action": "use",
                "constraint": [_is("purpose", "eq", one.id)],
            }
            for one in use.uses.never
        ],
    }


STANDING_TARGET = "yi:everyPerformance"


def _permissions(grant: Grant, heard: list[Rule], ended: datetime | None) -> list[Rule]:
    terms = grant.conditions
    constraints = [*heard, _before(min(ended, terms.until) if ended else terms.until)]
    if terms.allowed:
        constraints.append(_is("recipient", "isAnyOf", sorted(terms.allowed)))
    if terms.territories:
        constraints.append(_is("spatial", "isAnyOf", sorted(terms.territories)))
    if terms.floor:
        constraints.append(_paid("gteq", terms.floor.minor, terms.floor.currency))
    if grant.copy:
        constraints.append(_is("yi:description", "eq", grant.copy.description))
    if grant.scope.project:
        constraints.append(_is("yi:project", "eq", grant.scope.project))
    duty, within = _AFTER[terms.on_revoke]
    after: Rule = {"action": duty, "constraint": [_is("yi:afterRevocation", "lteq", within)]}
    wide = {"target": _target(grant.scope), "yi:form": terms.form.value, "yi:partnerMaySayNo": terms.partner}
    rules = []
    for asked in (False, True):
        answered = grant.yes | grant.ask if asked else grant.yes
        learns, places = _halves(grant, answered)
        if learns and places and (grant.ask or not asked):
            duties = [after, *([{"action": "obtainConsent"}] if asked else [])]
            both = [_is("yi:learns", "isAnyOf", learns), _is("purpose", "isAnyOf", places), *constraints]
            rules.append({"uid": grant.id, **wide, "action": "use", "constraint": both, "duty": duties})
    return rules


def _prohibitions(grant: Grant, heard: list[Rule]) -> list[Rule]:
    reach = [_is("yi:project", "eq", grant.scope.project)] if grant.scope.project else []
    target = _target(grant.scope)
    learns, places = _halves(grant, grant.no)
    found = []
    for name, values in (("yi:learns", learns), ("purpose", places), ("recipient", sorted(grant.conditions.refused))):
        if values:
            found.append(_forbid(target, [*heard, *reach, _is(name, "isAnyOf", values)], why=grant.id))
    if grant.conditions.held_back:
        parts = sorted(part.value for part in grant.conditions.held_back)
        found.append(_forbid(target, [*heard, *reach, _is("yi:part", "isAnyOf", parts)], why="held-back"))
    return found


def _halves(grant: Grant, items: frozenset[str]) -> tuple[list[str], list[str]]:
    from_list = {what.id for what in _list_of(grant).whats}
    return sorted(items & from_list), sorted(items - from_list)


def _target(scope: Scope) -> object:
    return sorted(map(_targets, scope.performances)) if scope.performances else STANDING_TARGET


def _targets(performance: str) -> str:
    return f"urn:yesif:performance:{performance}"


def _forbid(target: object, constraint: list[Rule], *, why: str) -> Rule:
    return {"uid": why, "target": target, "action": "use", "constraint": constraint}


def _is(left: str, operator: str, right: object) -> Rule:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def _from(at: datetime) -> Rule:
    return _is("dateTime", "gteq", _moment(at))


def _before(at: datetime) -> Rule:
    return _is("dateTime", "lt", _moment(at))


def _paid(operator: str, minor: int, currency: str) -> Rule:
    return {**_is("payAmount", operator, minor), "unit": f"pay:{currency}"}


def _moment(at: datetime) -> str:
    return at.isoformat()


def assertions(said: Said, *, now: datetime, policy: str) -> dict[str, dict[str, str]]:
    """CAWG training-and-data-mining 1.1 entries for what one performer allows today (`policy`: where it can be read).

    `constrained` points at the policy; what no living yes could reach is `notAllowed`. Never `allowed`: every yes here
    has conditions, and that word would have none.
    """
    alive = said.living(now=now)
    actions = {
        action
        for grant in alive
        for what in _list_of(grant).whats
        if what.id in grant.yes and grant.yes & {where.id for where in _list_of(grant).wheres}
        for action in what.actions
    }
    trains = bool(actions & {Action.TRAIN, Action.FINE_TUNE})
    generates = any(grant.yes & _GENERATIVE for grant in alive) and trains
    reached = {
        "cawg.ai_training": trains,
        "cawg.ai_generative_training": generates,
        "cawg.ai_inference": Action.EVALUATE in actions,
        "cawg.data_mining": False,
    }
    yes = {"use": "constrained", "constraint_info": policy}
    return {name: dict(yes) if on else {"use": "notAllowed"} for name, on in reached.items()}


_GENERATIVE = frozenset({"speak-like-people", "move-like-people", "words-only", "copy-my-voice", "copy-my-face"})


def _list_of(grant: Grant) -> UseList:
    return LISTS[grant.uses_version]
