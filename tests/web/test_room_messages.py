"""What a browser may say in the room is a closed list; the rest is a lie, told so in one sentence."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesif.base.errors import LimitReached
from yesif.web.room.messages import BURST, MOST_BYTES, Allowance, Lie, parse

SOUND: list[dict[str, Any]] = [
    {"type": "ping", "t0": 1763900000000000},
    {"type": "signal", "to": "page-of-bo", "description": {"type": "offer", "sdp": "v=0"}},
    {"type": "signal", "to": "page-of-bo", "description": {"type": "rollback"}},
    {"type": "signal", "to": "page-of-bo", "candidate": None},
    {
        "type": "signal",
        "to": "page-of-bo",
        "candidate": {"candidate": "candidate:1", "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": None},
    },
    {"type": "check", "found": {"height": 720}},
    {"type": "ready", "ready": True},
    {"type": "next"},
    {"type": "next", "after": 1},
    *(
        {"type": kind}
        for kind in ("cut", "end", "leave", "soften", "pause", "resume", "off", "on", "help", "swap", "another")
    ),
    {"type": "swap", "after": 1},
    {"type": "coach", "line": "Slower."},
]


@pytest.mark.parametrize("message", SOUND, ids=lambda message: str(message)[:60])
def test_what_our_pages_say_is_understood(message: dict[str, Any]) -> None:
    assert parse(json.dumps(message)) == message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ping",
        "[]",
        "5",
        "null",
        "{}",
        "[" * 20_000,
        '{"type": "ping"}',
        '{"type": "ping", "t0": "1"}',
        '{"type": "ping", "t0": true}',
        '{"type": "ping", "t0": -1}',
        '{"type": "ping", "t0": NaN}',
        '{"type": "ping", "t0": 9007199254740992}',
        '{"type": ["ping"], "t0": 1}',
        '{"type": "note"}',
        '{"type": "state"}',
        '{"type": "relayed", "message": {}}',
        '{"type": "pause", "for": "bo"}',
        '{"type": "coach", "line": 5}',
        json.dumps({"type": "coach", "line": "x" * 401}),
        '{"type": "cut", "cut_ns": "5"}',
        '{"type": "cut", "performer": "per_other"}',
        '{"type": "ready", "ready": "yes"}',
        '{"type": "next", "after": "1"}',
        '{"type": "check", "found": []}',
        json.dumps({"type": "check", "found": {"x": "y" * 4000}}),
        '{"type": "signal", "candidate": null}',
        '{"type": "signal", "to": 5, "candidate": null}',
        '{"type": "signal", "to": "x", "candidate": null, "description": {"type": "offer"}}',
        '{"type": "signal", "to": "x", "candidate": {"candidate": 5}}',
        '{"type": "signal", "to": "x", "candidate": {"script": "x"}}',
        '{"type": "signal", "to": "x", "description": {"type": "state", "sdp": ""}}',
        '{"type": "signal", "to": "x", "description": {"type": "offer", "sdp": 5}}',
        '{"type": "signal", "to": "x", "description": {"type": "offer", "sdp": "", "note": ""}}',
        json.dumps({"type": "signal", "to": "x", "description": {"type": "offer", "sdp": "x" * MOST_BYTES}}),
        None,
    ],
    ids=lambda text: str(text)[:60],
)
def test_whatever_else_is_said_is_a_lie(text: str | None) -> None:
    with pytest.raises(Lie) as told:
        parse(text)
    assert str(told.value).count(".") == 1


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(["type", "t0", "to", "description", "candidate", "found", "ready", "after", "note"])
kinds = st.sampled_from([str(message["type"]) for message in SOUND])


@given(st.text(max_size=200) | st.dictionaries(names, anything | kinds, max_size=5).map(json.dumps))
def test_no_text_does_more_than_be_understood_or_refused(text: str) -> None:
    try:
        message = parse(text)
    except Lie:
        return
    assert message["type"] in {one["type"] for one in SOUND}


def test_an_allowance_ends_and_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("yesif.web.room.messages.time.monotonic", lambda: now[0])
    one = Allowance(per_second=2, burst=4)
    one.at = now[0]
    for _ in range(4):
        one.spend()
    with pytest.raises(LimitReached):
        one.spend()
    now[0] += 0.5
    one.spend()
    with pytest.raises(LimitReached, match="slower"):
        one.spend("Please go slower.")
    now[0] += 3600
    assert BURST > 4
    for _ in range(4):
        one.spend()
    with pytest.raises(LimitReached):
        one.spend()
