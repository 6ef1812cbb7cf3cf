"""The auditor's replay: green on every honest record, and every way of cheating found by the check that is for it."""

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.core.audit_frauds import FRAUDS
from tests.core.audit_world import honest, rules
from yesif.base.errors import YesIfError
from yesif.cli.audit import audit
from yesif.core.tlog.audit import Bundle, replay


@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_found_on_an_honest_record(seed: int) -> None:
    outcome = replay(Bundle.of(honest(seed, more=seed * 40).files()), rules())
    assert [str(one) for one in outcome.findings] == []
    assert outcome.checkpoint is not None
    assert not outcome.unread


@pytest.mark.parametrize("name", sorted(FRAUDS))
def test_every_fraud_is_found_by_the_check_that_is_for_it(name: str) -> None:
    check, make = FRAUDS[name]
    outcome = replay(Bundle.of(make()), rules())
    assert check in {one.check for one in outcome.findings}, [str(one) for one in outcome.findings]
    assert not outcome.green


def packed(files: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_the_command_reads_a_zip_or_a_folder_and_draws_the_same_sample(tmp_path: Path) -> None:
    whole = packed(honest().files(), tmp_path / "bundle.zip")
    with zipfile.ZipFile(whole) as archive:
        archive.extractall(tmp_path / "bundle")
    said = [
        CliRunner().invoke(audit, [str(path), "--sample", "2", "--seed", "tuesday"])
        for path in (whole, tmp_path / "bundle")
    ]
    assert [one.exit_code for one in said] == [0, 0], said[0].output
    assert said[0].output == said[1].output
    assert "Everything adds up." in said[0].output
    assert "Sample of 2 of 3 leased performances" in said[0].output


@pytest.mark.parametrize(
    "change",
    [
        {"about.json": b"nonsense"},
        {"lines.jsonl": b"nonsense\n"}, {"trust-policy": b"\xff"}, {"tlog/checkpoint": b""},
        {"journal.jsonl": b"[1]\n"}, {"lines.jsonl": b'{"c": 1}\n'},
    ],
)  # fmt: skip
def test_a_malformed_bundle_is_told_in_one_sentence(change: dict[str, bytes], tmp_path: Path) -> None:
    said = CliRunner().invoke(audit, [str(packed({**honest().files(), **change}, tmp_path / "b.zip"))])
    assert isinstance(said.exception, YesIfError)


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    assert isinstance(CliRunner().invoke(audit, [str(tmp_path / "x")]).exception, YesIfError)


def test_there_are_enough_kinds_of_fraud() -> None:
    assert len(FRAUDS) >= 30
