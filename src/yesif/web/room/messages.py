"""What a browser may say in the room: a closed list, each message with its shape and size, and how often.

{"type": "ping", "t0": 1763900000000000}                  client µs; answered at once
{"type": "signal", "to": "…", "description": {…}}         to the partner's page named `to`: an offer or an answer,
{"type": "signal", "to": "…", "candidate": {…}|null}      or a candidate, as the browser's own objects print
{"type": "check", "found": {…}}                           what the device check found
{"type": "ready", "ready": true}
{"type": "next", "after": 1}                              `after`: the card that was looked at
{"type": "swap", "after": 1}
{"type": "cut"} {"type": "end"} {"type": "leave"}         stop now (seals the last 30 s); the scene is over; for good
{"type": "soften"} {"type": "pause"} {"type": "resume"} {"type": "off"} {"type": "on"} {"type": "help"}
{"type": "another"}                                       pair me with somebody else: my partner has not come
{"type": "coach", "line": "Slower."}                      only from the chair of a producer who is seen

Nothing else is in a message. Our own pages never say anything else, so whoever does is let go.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from yesif.base.errors import BadInput, LimitReached

MOST_BYTES = 32_768
PER_SECOND = 40.0
BURST = 120.0
_FOUND_BYTES = 4_000
_LINE_CHARACTERS = 400
_SDP_KINDS = {"offer", "answer", "pranswer", "rollback"}
_CANDIDATE = {"candidate": str, "sdpMid": str, "sdpMLineIndex": int, "usernameFragment": str}

Message = dict[str, object]


class Lie(BadInput):
    """This is in no form that our own pages send."""


def parse(text: str | None) -> Message:
    """The message in `text`. Raises Lie with one sentence."""
    if text is None:
        raise Lie("The room speaks text, not bytes.")
    if len(text) > MOST_BYTES:
        raise Lie(f"A message has at most {MOST_BYTES} characters.")
    try:
        message = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Lie("A message is a JSON object.") from None
    if not isinstance(message, dict):
        raise Lie("A message is a JSON object.")
    kind = message.get("type")
    shape = _SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise Lie("The room does not know that message.")
    if not shape(message):
        raise Lie("That message is not in the form the room knows.")
    return message


def _no_constant(name: str) -> object:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _ping(message: Message) -> bool:
    return _has(message, "t0") and _whole(message["t0"])


def _signal(message: Message) -> bool:
    if not isinstance(message.get("to"), str):
        return False
    if _has(message, "to", "description"):
        return _description(message["description"])
    return _has(message, "to", "candidate") and _candidate(message["candidate"])


def _description(found: object) -> bool:
    if not isinstance(found, dict) or not set(found) <= {"type", "sdp"}:
        return False
    return found.get("type") in _SDP_KINDS and isinstance(found.get("sdp", ""), str)


def _candidate(found: object) -> bool:
    if found is None:
        return True
    if not isinstance(found, dict) or not set(found) <= set(_CANDIDATE):
        return False
    return all(value is None or isinstance(value, _CANDIDATE[name]) for name, value in found.items())


def _check(message: Message) -> bool:
    found = message.get("found")
    return _has(message, "found") and isinstance(found, dict) and len(json.dumps(found)) <= _FOUND_BYTES


def _ready(message: Message) -> bool:
    return _has(message, "ready") and isinstance(message["ready"], bool)


def _next(message: Message) -> bool:
    return _has(message) or (_has(message, "after") and _whole(message["after"]))


def _coach(message: Message) -> bool:
    line = message.get("line")
    return _has(message, "line") and isinstance(line, str) and len(line) <= _LINE_CHARACTERS


def _bare(message: Message) -> bool:
    return _has(message)


def _has(message: Mapping[str, object], *names: str) -> bool:
    return set(message) == {"type", *names}


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


_SHAPES: dict[str, Callable[[Message], bool]] = {
    "ping": _ping,
    "signal": _signal,
    "check": _check,
    "ready": _ready,
    "next": _next,
    "swap": _next,
    "cut": _bare,
    "end": _bare,
    "leave": _bare,
    "soften": _bare,
    "pause": _bare,
    "resume": _bare,
    "off": _bare,
    "on": _bare,
    "help": _bare,
    "another": _bare,
    "coach": _coach,
}


@dataclass(slots=True)
class Allowance:
    """How often something may still be done: fills by `per_second`, holds `burst`."""

    per_second: float = PER_SECOND
    burst: float = BURST
    left: float = field(init=False)
    at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.left = self.burst

    def spend(
        self, sentence: str = "Your browser says too much at once; the room closed its line. Reload the page."
    ) -> None:
        """Take one. Raises LimitReached with `sentence` when there is none left."""
        now = time.monotonic()
        self.left = min(self.burst, self.left + (now - self.at) * self.per_second)
        self.at = now
        if self.left < 1:
            raise LimitReached(sentence)
        self.left -= 1
