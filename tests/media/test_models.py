"""Model files: what is absent is said, what is wrong is refused, and nothing is fetched that was not asked for."""

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.shared import ROOT, shared
from yesif.base.errors import BadInput, Damaged, ModelMissing, NotFound
from yesif.cli.models import models as command
from yesif.media import models


def test_every_locked_model_has_a_licence_a_digest_a_size_and_a_source() -> None:
    for model in models.locked():
        assert model.licence in {"MIT", "Apache-2.0"}
        assert len(model.sha256) == 64
        assert model.size > 0
        assert model.sources
        assert not Path(model.path).is_absolute()


def test_an_absent_model_is_missing_and_the_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="yesif models pull"):
        models.find("silero-vad", tmp_path)
    assert {finding.state for finding in models.verify(tmp_path)} == {"absent"}


def test_a_model_nobody_locked_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="silero-vad"):
        models.find("openface", tmp_path)


def test_a_damaged_model_is_refused_and_never_used(tmp_path: Path) -> None:
    path = tmp_path / models.named("silero-vad").path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a model")
    with pytest.raises(Damaged, match=models.named("silero-vad").sha256):
        models.find("silero-vad", tmp_path)


def test_a_given_file_is_taken_when_its_bytes_are_right(tmp_path: Path) -> None:
    given = shared("models/face_landmarker.task")
    taken = models.pull(tmp_path, ["face-landmarker-v2"], given=given)
    assert [model.name for model in taken] == ["face-landmarker-v2"]
    assert models.find("face-landmarker-v2", tmp_path).read_bytes() == given.read_bytes()
    assert models.pull(tmp_path, ["face-landmarker-v2"], given=given) == ()


def test_a_given_file_with_other_bytes_leaves_nothing_behind(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.task"
    wrong.write_bytes(b"x" * 100)
    with pytest.raises(Damaged, match="100 bytes"):
        models.pull(tmp_path / "models", ["face-landmarker-v2"], given=wrong)
    assert not (tmp_path / "models").exists()


def test_a_file_can_be_given_for_one_model_only(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="one model"):
        models.pull(tmp_path, given=tmp_path)


def test_a_wheel_is_unpacked_and_never_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = models.named("silero-vad")
    wheel = tmp_path / "silero.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("silero_vad/data/silero_vad_16k_sequence.onnx", b"too short to be it")
    monkeypatch.setattr(models, "_wheel", lambda requirement, scratch: wheel)
    with pytest.raises(Damaged, match=model.sha256):
        models.pull(tmp_path / "models", ["silero-vad"])


def test_a_wheel_pip_cannot_have_is_a_missing_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(ModelMissing, match=r"silero-vad==6\.2\.3"):
        models.pull(tmp_path, ["silero-vad"])


def test_verify_tells_a_script_that_models_are_absent(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(command, ["--dir", str(tmp_path), "verify"])
    assert isinstance(outcome.exception, ModelMissing)
    listing = CliRunner().invoke(command, ["--dir", str(tmp_path), "list"])
    assert listing.output.count("absent") == len(models.locked())


def test_the_pulled_models_of_this_machine_are_whole() -> None:
    folder = ROOT / ".cache" / "models"
    if not folder.is_dir():
        pytest.skip("no models were pulled here; `yesif models pull` fetches them")
    assert {finding.state for finding in models.verify(folder) if not finding.model.optional} == {"present"}
