"""The licensee's commands: read in memory through a lease, delete what was withdrawn, attest it."""

import io
import json
import shutil
import stat
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.flows import licensed, released
from tests.flows.test_lease import answers
from tests.people import person
from yesif.apps.consent.queries import notices
from yesif.apps.market import queries
from yesif.apps.record import queries as record
from yesif.base.errors import BadInput, Refused
from yesif.cli.licensee import Account
from yesif.cli.open import open_
from yesif.cli.prune import prune
from yesif.core.corpus import Reader
from yesif.flows import revoke

pytestmark = pytest.mark.django_db


def test_open_streams_a_tar_and_prune_deletes_and_attests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grants = answers()
    released.play("ana", "bo")
    released.play("cy")
    lab = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    copy = tmp_path / "copy"
    shutil.copytree(release.folder, copy)
    monkeypatch.setattr(Account, "read", lambda _path: lab)
    said = ["--licence", licence, "--release", release.id, "--what", released.WHAT, "--where", released.WHERE,
            "--model", "m", "--environment", "e"]  # fmt: skip

    def opened(*more: str) -> bytes:
        done = CliRunner().invoke(open_, [str(copy), *said, *more], catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout_bytes

    with tarfile.open(fileobj=io.BytesIO(opened()), mode="r|") as tar:
        names = [member.name for member in tar]
    assert len({name.partition(".")[0] for name in names}) == 3
    assert len(names) == 12
    revoke.end_yes(grant_id=grants["ana"], performer_id=person("ana").id, now=datetime.now(UTC))
    assert len(opened("--list").split()) == 1
    dry = CliRunner().invoke(prune, [str(copy), "--release", release.id, "--dry-run"])
    assert len(dry.stdout.split()) == 2
    done = CliRunner().invoke(prune, [str(copy), "--release", release.id], catch_exceptions=False)
    assert "2 samples were deleted" in done.output
    reader = Reader(copy)
    assert len(reader) == 1
    assert reader.check() > 15
    assert next(line.kind for line in record.lines_about(licence)) == "purge"
    assert record.count("purge") == 2, "one for the copy, one for the notice"
    organisation = queries.licence_terms(licence).organisation_id
    assert queries.runs.purges_of_organisation(organisation)[0].samples == 2
    assert [one.state(now=datetime.now(UTC)) for one in notices.of_licensee(organisation)] == ["purged"]


def test_a_command_that_lacks_words_says_which(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--licence, --release"):
        CliRunner().invoke(open_, [str(tmp_path)], catch_exceptions=False)


def test_an_account_is_made_for_its_owner_alone_and_never_over_plain_http(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    made = CliRunner().invoke(
        open_, ["--account", str(path), "--new-account", "http://localhost:8700"], env={"YESIF_TOKEN": "yif_x"}
    )
    assert made.exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    account = Account.read(path)
    assert account.public in made.output
    assert "yif_x" not in repr(account) + made.output
    with pytest.raises(BadInput, match="there already"):
        CliRunner().invoke(
            open_, ["--account", str(path), "--new-account", "http://localhost:8700"], catch_exceptions=False
        )
    path.chmod(0o644)
    with pytest.raises(Refused, match="chmod 600"):
        Account.read(path)
    path.chmod(0o600)
    told = json.loads(path.read_text())
    for wrong, kind in (
        ({**told, "studio": "http://studio.example"}, Refused),
        ({**told, "studio": "file:///etc/passwd"}, Refused),
        ({**told, "key": "x"}, BadInput),
        ({"token": 1}, BadInput),
        ([], BadInput),
    ):
        path.write_text(json.dumps(wrong))
        with pytest.raises(kind):
            Account.read(path)
