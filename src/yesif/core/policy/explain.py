"""The decision in one sentence, and what a performer's answers mean, in words a tired person follows (grade ≤ 8)."""

from collections.abc import Collection, Iterable

from yesif.core.policy.decide import Decision, Reason
from yesif.core.policy.grants import Conditions
from yesif.core.policy.uses import CURRENT, Form, Part, Use, UseList

_LEFT_OUT = {
    Reason.NEVER: "nobody may license this use, whatever was answered.",
    Reason.OUTSIDE_TERM: "the licence does not run today.",
    Reason.WITHDRAWN: "the performer took this performance out.",
    Reason.ANSWERED_NO: "the performer's answer is No to {what} or to {where}.",
    Reason.LICENSEE_REFUSED: "the performer refused this buyer by name.",
    Reason.HELD_BACK: "the performer keeps back each part this use needs.",
    Reason.NO_ANSWER: "there is no Yes to both {what} and {where}.",
    Reason.REVOKED: "the performer ended the Yes.",
    Reason.ENDED: "the Yes has run out.",
    Reason.OTHER_LICENSEE: "the Yes is for another buyer.",
    Reason.OTHER_PROJECT: "the Yes to a copy is for another project.",
    Reason.TERRITORY: "the Yes does not reach every place the buyer asks for.",
    Reason.PRICE: "the price is below what the performer asks.",
    Reason.SUSPENDED: "the performer's union has paused new licences.",
    Reason.ASK: "the performer wants to be asked first.",
    Reason.PARTNER: "not everyone in the scene allows this use.",
    Reason.SEALED: "all of it is sealed.",
}

_FORMS = {Form.RECORDING: "with the recording", Form.MEASUREMENTS: "as measurements only"}
_PARTS = {
    Part.VOICE: "voice",
    Part.FACE: "face",
    Part.MOVEMENT: "movement",
    Part.WORDS: "words",
    Part.LABELS: "labels",
}
_NAMED = 3
"""A list longer than this is told as a number: a sentence with eight things in it is not read."""


def explain(decision: Decision, use: Use) -> str:
    """One sentence for a decision. It tells nobody what a partner answered: only that not everyone allows it."""
    names = {"what": f"“{use.uses.what(use.what).label}”", "where": f"“{use.uses.where(use.where).label}”"}
    if not decision.permitted or decision.form is None or decision.until is None:
        return "Left out: " + _LEFT_OUT[decision.reason].format(**names)
    parts = _list([name for part, name in _PARTS.items() if part in decision.parts])
    alone = ", without the partner" if not decision.together.parts else ""
    day = f"{decision.until.day} {decision.until:%B %Y}"
    return f"May be used {_FORMS[decision.form]}{alone} for {names['what']} and {names['where']} ({parts}) until {day}."


def meaning(
    *, yes: Collection[str], ask: Collection[str], no: Collection[str], terms: Conditions, uses: UseList = CURRENT
) -> str:
    """What these answers mean, in a few short sentences, the unpleasant one first."""
    whats = {half: [w.label for w in uses.whats if w.id in items] for half, items in (("yes", yes), ("ask", ask))}
    wheres = {half: [w.label for w in uses.wheres if w.id in items] for half, items in (("yes", yes), ("ask", ask))}
    told = []
    if whats["yes"] and wheres["yes"]:
        told.append("A model that has learned from you cannot forget you.")
        told.append(f"You say Yes to {_count(whats['yes'], 'ways to learn from you')}.")
        told.append(f"You say Yes to {_count(wheres['yes'], 'places to use that')}.")
        told.extend(_told_terms(terms))
    else:
        told.append("No one may use your scenes by these answers.")
        if whats["yes"] or wheres["yes"]:
            told.append("A use needs a Yes in both lists.")
    if (whats["ask"] and (wheres["yes"] or wheres["ask"])) or (wheres["ask"] and whats["yes"]):
        told.append(f"You will be asked first about {_count(whats['ask'] + wheres['ask'], 'things')}.")
        told.append("If you do not reply in time, that counts as No.")
    blank = len(uses.items - set(yes) - set(ask) - set(no))
    if blank:
        told.append(f"{blank} {'question has' if blank == 1 else 'questions have'} no answer yet. That counts as No.")
    return " ".join(told)


def _told_terms(terms: Conditions) -> Iterable[str]:
    if terms.form is Form.RECORDING:
        yield "Buyers get the recording itself: your face and your voice."
    else:
        yield "Buyers get numbers and words taken from the scene, not the recording."
    held = [name for part, name in _PARTS.items() if part in terms.held_back]
    if held:
        yield f"Kept back from all: {_list(held)}."
    if terms.partner:
        yield "If your partner says no, your own track may still be used."
    else:
        yield "If your partner says no, your track is not used."
    if terms.territories:
        yield f"Only for use in {_list(sorted(terms.territories))}."
    yield f"This ends on {terms.until.day} {terms.until:%B %Y}."


def _count(labels: list[str], many: str) -> str:
    quoted = [f"“{label}”" for label in labels]
    return _list(quoted) if len(quoted) <= _NAMED else f"{len(quoted)} {many}"


def _list(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
