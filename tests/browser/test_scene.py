"""Two people in two browsers play, and a dataset comes out.

Ana and Bo enter, check their devices, are ready, play some seconds, cut; both browsers say safe; the take is sealed.
Nothing that one of them was told in private reaches the other's browser.
"""

import json
from pathlib import Path

import pytest

from tests.browser import play
from tests.browser.harness import Studio
from yesif.cli.demo.windows import Window, windows

pytestmark = pytest.mark.alone


class Wiretap:
    """Everything a window received over the network: pages, files, and every frame of its socket."""

    def __init__(self, window: Window) -> None:
        self.heard: list[str] = []
        window.page.on("websocket", lambda socket: socket.on("framereceived", self._frame))
        window.page.on("response", self._response)

    def _frame(self, payload: object) -> None:
        self.heard.append(payload if isinstance(payload, str) else str(payload))

    def _response(self, response: object) -> None:
        kind = response.headers.get("content-type", "")  # type: ignore[attr-defined]
        if response.status < 300 and ("text" in kind or "json" in kind or "javascript" in kind):  # type: ignore[attr-defined]
            try:
                self.heard.append(response.text())  # type: ignore[attr-defined]
            except Exception:  # outer edge: a page that moved on keeps no bodies
                return

    def text(self) -> str:
        """All of it, with JSON escapes undone so that a sentence is found however it was written."""
        plain = "\n".join(self.heard)
        return plain + "\n" + json.dumps(plain).encode().decode("unicode_escape", "replace")


def test_a_scene_is_played_sealed_and_private_notes_stay_private(studio: Studio, tmp_path: Path) -> None:
    booked = studio.ask("book")
    with windows(tmp_path, play.gear(tmp_path), headless=True) as opened:
        taps = {place: Wiretap(window) for place, window in opened.items()}
        session = play.scene(studio, opened, seconds=5, booked=booked)
        assert {window.page.get_attribute("body", "data-call") for window in opened.values()} == {"yes"}
        shown = {place: window.page.inner_text("main") for place, window in opened.items()}
        assert not [fault for window in opened.values() for fault in window.faults]
    for own, other in (("a", "b"), ("b", "a")):
        received = taps[own].text()
        assert len(received) > 5000
        assert all(sentence in shown[own] for sentence in booked["notes"][own][:1])
        assert any(sentence in received for sentence in booked["notes"][own]), "the wiretap hears what is said"
        leaked = [sentence for sentence in booked["notes"][other] if sentence in received]
        assert leaked == [], f"{own}'s browser received what only {other} may know"
    studio.wait_for("states", ["sealed"], session=session, seconds=180)
    [take] = studio.ask("takes", session=session)
    tracks = studio.ask("tracks", take=take["id"])
    assert sorted((track["position"], track["kind"]) for track in tracks) == [
        (place, kind) for place in "ab" for kind in ("camera", "heard", "voice")
    ]
    assert {track["state"] for track in tracks} == {"sealed"}
