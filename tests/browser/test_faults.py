"""Whatever dies in mid-take, every byte arrives and the take is sealed once."""

import random
from pathlib import Path

import pytest

from tests.browser import faults, play
from tests.browser.harness import Studio
from yesif.cli.demo.windows import windows

pytestmark = pytest.mark.alone


def test_a_take_survives_a_dead_server_a_dead_worker_a_lost_network_and_a_reload(
    own_studio: Studio, tmp_path: Path
) -> None:
    booked = own_studio.ask("book")
    rng = random.Random(1)
    with windows(tmp_path, play.gear(tmp_path), headless=True) as opened:
        faults.accept_dialogs(opened)
        for place, window in opened.items():
            play.enter(window, booked["links"][place])
        play.check(*opened.values())
        faults.troubled_take(own_studio, opened, rng, list(faults.KINDS), booked)
    own_studio.wait_for("states", ["sealed"], session=booked["session"], seconds=200)
    assert own_studio.ask("damage", session=booked["session"]) == []
