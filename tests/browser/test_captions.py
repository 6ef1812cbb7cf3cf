"""Captions in the room: what the partner says is written down in one's own browser, and no sound goes anywhere for it.

The real model: YESIF_CAPTIONS names a folder with `vosk.js` and, say, `en.tar.gz`; espeak-ng speaks a known sentence.
Elsewhere an engine of our own stands in the folder: it speaks Vosk's messages, and hears only whether there is sound.
"""

import base64
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser import play
from tests.browser.harness import Studio, served
from yesif.cli.demo.windows import Gear, Window, windows

SENTENCES: dict[str, tuple[str, set[str]]] = {
    "en": ("the weather is very good today and my mother is at home", {"weather", "good", "today", "mother", "home"}),
    "es": ("buenos días hoy hace muy buen tiempo en la casa", {"buenos", "hoy", "buen", "tiempo", "casa"}),
    "ko": ("안녕하세요 오늘 날씨가 좋습니다", set()),
}
"""What is spoken, and words of it of which a model gets two. espeak-ng's Korean it mishears: there, that words come."""

STATE = "() => document.getElementById('captions-state').textContent"

WORKER = """
let model = "";
onmessage = async ({ data }) => {
  if (data.action === "load") {
    model = await (await fetch(data.modelUrl)).text();
    postMessage({ event: "load", result: true });
  }
  if (data.action === "audioChunk") {
    const loud = data.data.some((one) => Math.abs(one) > 300);
    postMessage({ event: "partialresult", recognizerId: data.recognizerId, result: { partial: loud ? model : "" } });
  }
};
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio's pages; its captions folder is empty."""
    captions = tmp_path_factory.mktemp("captions")
    with served(tmp_path_factory.mktemp("studio"), YESIF_CAPTIONS=str(captions)) as running:
        yield running


@pytest.fixture
def kept(pages: Studio) -> Iterator[Path]:
    """The captions folder, empty before and after."""
    folder = Path(pages.environment["YESIF_CAPTIONS"])
    yield folder
    for one in folder.iterdir():
        one.unlink()


def keep(folder: Path, language: str, hears: str) -> None:
    """An engine that answers sound with what its model says."""
    worker = base64.b64encode(WORKER.encode()).decode()
    (folder / "vosk.js").write_text(f"var F = createBase64WorkerFactory('{worker}', null, false);")
    (folder / f"{language}.tar.gz").write_text(hears)


@contextmanager
def met(
    studio: Studio, folder: Path, *, language: str = "en", voice: Path | None = None
) -> Iterator[dict[str, Window]]:
    """Two performers who see and hear each other."""
    booked = studio.ask("book", language=language)
    gear = play.gear(folder, barcode=False)
    if voice:
        gear["b"] = Gear(camera=gear["b"].camera, voice=voice)
    with windows(folder, gear, headless=True) as both:
        for place, window in both.items():
            play.enter(window, booked["links"][place])
        play.check(*both.values())
        for window in both.values():
            window.page.wait_for_selector("body[data-call=yes]", timeout=play.WAIT_MS)
        yield both


def test_a_model_that_the_studio_keeps_writes_in_the_browser_of_who_asked(
    pages: Studio, kept: Path, tmp_path: Path
) -> None:
    keep(kept, "en", hears="I hear you")
    with met(pages, tmp_path) as both:
        page = both["a"].page
        asked: list[str] = []
        page.on("request", lambda request: asked.append(f"{request.method} {urlsplit(request.url).path}"))
        page.click("#captions-on")
        page.wait_for_function("() => captions.textContent.includes('I hear you')", timeout=play.WAIT_MS)
        assert page.get_attribute("#captions-on", "aria-pressed") == "true"
        assert "made in this browser" in page.inner_text("#captions-state")
        assert asked, "the engine comes from this studio"
        assert {one.split("/")[0] for one in asked} == {"GET "}, "nothing is sent anywhere"
        assert not both["b"].page.is_visible("#captions"), "who did not ask for captions has none"
        page.click("#captions-on")
        page.wait_for_selector("#captions", state="hidden")
        assert page.inner_text("#captions-state") == "Captions are off."
        assert not both["a"].faults


def test_without_a_model_the_room_says_for_which_language_there_is_none(
    pages: Studio, kept: Path, tmp_path: Path
) -> None:
    keep(kept, "es", hears="te oigo")
    with met(pages, tmp_path) as both:
        page = both["a"].page
        page.click("#captions-on")
        page.wait_for_function(STATE + ".startsWith('No captions here')")
        assert "a speech model for English" in page.inner_text("#captions-state")
        assert page.get_attribute("#captions-on", "aria-pressed") == "false"


def test_a_real_speech_model_writes_down_a_spoken_sentence(pages: Studio, kept: Path, tmp_path: Path) -> None:
    real = Path(os.environ.get("YESIF_CAPTIONS", ""))
    language = next((one for one in SENTENCES if (real / f"{one}.tar.gz").is_file()), "")
    if not (language and (real / "vosk.js").is_file()):
        pytest.skip("needs YESIF_CAPTIONS, a folder with vosk.js and a model such as en.tar.gz, which is not here")
    if not shutil.which("espeak-ng"):
        pytest.skip("needs espeak-ng to speak")
    sentence, hoped = SENTENCES[language]
    voice = tmp_path / "spoken.wav"
    subprocess.run(["espeak-ng", "-v", language, "-s", "130", "-w", voice, sentence], check=True)
    for name in ("vosk.js", f"{language}.tar.gz"):
        (kept / name).symlink_to(real / name)
    with met(pages, tmp_path, language=language, voice=voice) as both:
        page = both["a"].page
        page.click("#captions-on")
        page.wait_for_function(STATE + ".startsWith('Captions are on')", timeout=240_000)
        page.wait_for_function(
            "hoped => hoped.filter(one => captions.textContent.includes(one)).length >= Math.min(2, hoped.length)"
            " && captions.textContent.split(' ').length >= 3",
            arg=sorted(hoped),
            timeout=120_000,
        )
