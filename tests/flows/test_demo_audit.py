"""The demo's last chapter: it ends well only where the auditor's replay is green."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.flows import released
from tests.people import person
from yesif.base.errors import Damaged
from yesif.cli.demo import audit
from yesif.cli.demo.cast import Booked
from yesif.cli.main import exit_code
from yesif.core.tlog.audit import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked() -> Booked:
    released.answer("ana")
    return Booked(str(released.project().id), person("pia").id, "", {}, {})


def test_a_green_replay_lets_the_demo_go_on(booked: Booked, tmp_path: Path) -> None:
    assert audit.replay_everything(tmp_path, booked).is_file()


def test_a_finding_ends_the_demo_with_an_exit_code(
    booked: Booked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = audit.replay

    def spoiled(*asked: Any) -> Any:
        return replace(real(*asked), findings=(Finding(-1, "late", "Nobody paid."),))

    monkeypatch.setattr(audit, "replay", spoiled)
    with pytest.raises(Damaged, match="1 findings") as stopped:
        audit.replay_everything(tmp_path, booked)
    assert exit_code(stopped.value) == 6
    assert "Nobody paid." in capsys.readouterr().out
