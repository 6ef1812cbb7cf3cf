"""The auditor's replay: green on every honest record, and every way of cheating found by the check that is for it."""

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.core.audit_frauds import FRAUDS
from tests.core.audit_world import HOUR, Told, honest, rules
from yesif.base.errors import YesIfError
from yesif.cli.audit import audit
from yesif.core.tlog.audit import Bundle, replay
from yesif.core.tlog.rows import Row


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


def without_rows_of(who: str, files: dict[str, bytes]) -> dict[str, bytes]:
    """The same bundle, in which each row of `who` is given by its digest alone."""
    told = [json.loads(line) for line in files["lines.jsonl"].splitlines()]
    for one in told:
        for place, row in enumerate(one.get("rows", [])):
            if row.get("row", {}).get("performer") == who:
                content = Row("", row["row"], bytes.fromhex(row["salt"])).content
                one["rows"][place] = {"digest": content.hex()}
    return {**files, "lines.jsonl": b"".join(json.dumps(one).encode() + b"\n" for one in told)}


def test_rows_of_someone_who_was_erased_are_held_against_nobody() -> None:
    world = honest()
    world.lines.append(Told("erasure", {"person": "per_BO"}, at_ms=90 * HOUR))
    found = replay(Bundle.of(without_rows_of("per_BO", world.files())), rules()).findings
    assert [str(one) for one in found] == []


def test_an_auditor_who_may_see_one_persons_rows_is_not_alarmed_by_the_others() -> None:
    files = without_rows_of("per_BO", without_rows_of("per_CY", honest().files()))
    files["about.json"] = files["about.json"].replace(b"true", b"false")
    assert [str(one) for one in replay(Bundle.of(files), rules()).findings] == []


def test_rows_withheld_from_an_auditor_who_may_see_all_are_found() -> None:
    found = replay(Bundle.of(without_rows_of("per_BO", honest().files())), rules()).findings
    assert {one.check for one in found} == {"body"}
