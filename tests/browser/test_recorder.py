"""A take is recorded on the performer's own machine and every byte of it gets to the studio, whatever happens."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.harness import Studio
from tests.browser.recording import (
    SCRIPTS,
    Line,
    begin,
    log_of,
    recording_window,
    safe,
    take_in,
    visit,
    wait_until,
)
from yesif.media.takelog import form, read

pytestmark = pytest.mark.alone

KINDS = {"voice", "camera", "heard"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio's pages without its worker; whoever kills them starts them again."""
    running = Studio(tmp_path_factory.mktemp("studio"))
    running.start_server()
    try:
        yield running
    finally:
        running.stop()


def scans(studio: Studio, tracks: dict[str, str]) -> dict[str, read.Scan]:
    assert set(tracks) == KINDS
    found = {kind: read.scan(log_of(studio, sha256)) for kind, sha256 in tracks.items()}
    assert all(scan.tail_bytes == 0 for scan in found.values())
    return found


def ledger(scan: read.Scan) -> dict[str, int]:
    return dict(next(text.value for text in scan.texts if text.kind == form.Kind.END))


def samples(scan: read.Scan) -> int:
    return int(scan.length[scan.kind == form.Kind.PCM].sum()) // 2


@pytest.mark.parametrize("tier", ["A", "B"])
def test_every_sample_and_frame_of_the_ledger_is_at_the_studio(pages: Studio, tmp_path: Path, tier: str) -> None:
    played = take_in(pages)
    with recording_window(tmp_path, pages.url, played) as window:
        action_us = begin(window.page, played, tier=tier, actionIn=1.5)
        window.page.wait_for_timeout(4000)
        window.page.evaluate("studio.stop()")
        found = scans(pages, safe(window.page))
        assert window.page.evaluate("studio.unfinished()") == []
        assert [one for one in window.page.evaluate("studio.said") if one["name"] == "fault"] == []
    voice, camera = found["voice"], found["camera"]
    assert samples(voice) == ledger(voice)["samples_written"] == ledger(voice)["samples_in"] > 4 * 44_100
    assert sum(text.kind == form.Kind.PINGS for text in voice.texts) >= 3
    if tier == "A":
        assert ledger(camera)["frames_written"] == int((camera.kind == form.Kind.VIDEO).sum())
        assert ledger(camera)["frames_in"] == ledger(camera)["frames_written"] + ledger(camera)["frames_dropped"]
        keys = camera.arrival_us[camera.key]
        assert 0 <= min(key - action_us for key in keys if key >= action_us) < 100_000
    else:
        assert int(camera.length[camera.kind == form.Kind.CONTAINER].sum()) == ledger(camera)["container_bytes"]
        assert (
            sum(len(text.value) for text in camera.texts if text.kind == form.Kind.FRAMES) > 30
        )  # of 120: a busy machine


def test_a_cut_line_loses_nothing_and_sending_begins_again_within_three_seconds(pages: Studio, tmp_path: Path) -> None:
    played, line = take_in(pages), Line(pages.port)
    with recording_window(tmp_path, line.url, played) as window:
        page = window.page
        begin(page, played)
        page.wait_for_timeout(2500)
        line.cut()
        page.wait_for_timeout(500)
        before = page.evaluate("studio.progress.voice.sent")
        page.wait_for_timeout(6000)
        assert page.evaluate("studio.progress.voice.sent") == before > 0
        page.evaluate("studio.stop()")
        kept = page.evaluate("(take) => studio.hashes(take)", played.take)
        line.mend()
        mended = time.monotonic()
        page.wait_for_function(f"studio.progress.voice.sent > {before}", timeout=3000, polling=50)
        assert time.monotonic() - mended < 3
        assert safe(page) == kept
        scans(pages, kept)


def test_a_killed_server_goes_on_where_it_was(pages: Studio, tmp_path: Path) -> None:
    played = take_in(pages)
    with recording_window(tmp_path, pages.url, played) as window:
        begin(window.page, played)
        for _ in range(2):
            window.page.wait_for_timeout(1700)
            pages.kill_server()
            window.page.wait_for_timeout(1000)
            pages.start_server()
        window.page.evaluate("studio.stop()")
        found = scans(pages, safe(window.page))
        assert samples(found["voice"]) == ledger(found["voice"])["samples_in"]


def test_a_killed_browser_loses_a_tenth_of_a_second_at_most(pages: Studio, tmp_path: Path) -> None:
    played = take_in(pages)
    with recording_window(tmp_path, pages.url, played) as window:
        begin(window.page, played)
        window.page.wait_for_timeout(4300)
        killed_us = time.time() * 1e6
        window.kill()
    with recording_window(tmp_path, pages.url, played) as window:
        left = window.page.evaluate("studio.unfinished()")
        assert [(one["take"], {log["kind"] for log in one["logs"]}) for one in left] == [(played.take, KINDS)]
        found = scans(pages, window.page.evaluate("(take) => studio.rescue(take)", played.take))
        assert window.page.evaluate("studio.unfinished()") == []
    for kind in ("voice", "camera"):
        assert (killed_us - int(found[kind].arrival_us.max())) / 1e6 <= 0.1
        assert not found[kind].ended


def test_a_reload_in_mid_take_goes_on_in_the_same_log(pages: Studio, tmp_path: Path) -> None:
    played = take_in(pages)
    with recording_window(tmp_path, pages.url, played) as window:
        begin(window.page, played)
        window.page.wait_for_timeout(2500)
        visit(window.page, pages.url)
        begin(window.page, played)
        window.page.wait_for_timeout(2000)
        window.page.evaluate("studio.stop()")
        found = scans(pages, safe(window.page))
    for scan in found.values():
        assert sum(text.kind == form.Kind.HEADER for text in scan.texts) == 2
        assert set(scan.run.tolist()) == {0, 1}


def test_one_tab_records_a_take_and_the_other_is_told_so(pages: Studio, tmp_path: Path) -> None:
    played = take_in(pages)
    with recording_window(tmp_path, pages.url, played) as window:
        begin(window.page, played)
        other = window.context.new_page()
        visit(other, pages.url)
        with pytest.raises(Exception, match="Another tab of this browser is recording this take"):
            begin(other, played)
        assert other.evaluate("studio.unfinished()") == []
        window.page.evaluate("studio.stop()")
        scans(pages, safe(window.page))


def test_a_take_left_behind_is_offered_in_words_and_sent_with_one_press(pages: Studio, tmp_path: Path) -> None:
    played, line = take_in(pages), Line(pages.port)
    with recording_window(tmp_path, line.url, played) as window:
        page = window.page
        begin(page, played)
        page.wait_for_timeout(1500)
        line.cut()
        page.wait_for_timeout(1500)
        page.evaluate("studio.stop()")
        page.goto("about:blank")
        line.mend()
        visit(page, line.url)
        page.evaluate(
            """(scripts) => { document.body.append(document.createElement("yesif-rescue"));
            return import(scripts + "elements/rescue.js"); }""",
            SCRIPTS,
        )
        page.get_by_role("heading", name="One take is still on this computer").wait_for()
        page.get_by_text("is not yet safe at the studio").wait_for()
        page.get_by_role("button", name="Send it now").click()
        page.get_by_text("The studio has this take, every byte").wait_for(timeout=20_000)
        wait_until(lambda: page.evaluate("studio.unfinished()") == [], 5)


@pytest.mark.parametrize("tier", ["A", "B"])
def test_another_device_goes_on_in_the_same_log(pages: Studio, tmp_path: Path, tier: str) -> None:
    played = take_in(pages)
    with recording_window(tmp_path, pages.url, played) as window:
        begin(window.page, played, tier=tier)
        window.page.wait_for_timeout(1500)
        for kind, media in (("voice", "getAudioTracks"), ("camera", "getVideoTracks")):
            window.page.evaluate(f"studio.recorder.replace('{kind}', studio.media.{media}()[0].clone())")
        window.page.wait_for_timeout(1500)
        window.page.evaluate("studio.stop()")
        found = scans(pages, safe(window.page))
    for kind in ("voice", "camera"):
        assert set(found[kind].run.tolist()) == {0, 1}
    assert ledger(found["voice"])["samples_in"] == samples(found["voice"]) > 2.5 * 44_100


def test_nothing_of_a_take_that_was_called_off_stays_anywhere(pages: Studio, tmp_path: Path) -> None:
    played = take_in(pages)
    before = set((pages.folder / "incoming").glob("*"))
    with recording_window(tmp_path, pages.url, played) as window:
        begin(window.page, played)
        window.page.wait_for_function("studio.progress.voice?.sent > 0")
        assert set((pages.folder / "incoming").glob("*")) > before
        window.page.evaluate("studio.recorder.discard()")
        assert window.page.evaluate("studio.unfinished()") == []
    assert set((pages.folder / "incoming").glob("*")) == before
