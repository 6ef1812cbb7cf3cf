"""What programs say badly: one clear sentence each, the right status, and nothing changed."""

import base64
from contextlib import closing as closing_of
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.cache import cache
from django.test import Client
from django.utils.timezone import now

from tests.flows import licensed, released
from tests.flows.licensed import Program
from tests.people import person
from yesif.api.v1 import door
from yesif.api.v1.releases import _span
from yesif.apps.market import queries
from yesif.apps.market.actions import organisations
from yesif.apps.market.models import Lease, Run
from yesif.apps.record import queries as record
from yesif.base import ids
from yesif.base.canonical import digest
from yesif.base.errors import BadInput, Damaged
from yesif.cli.licensee.run import OpenRun
from yesif.core.tlog import signed

pytestmark = pytest.mark.django_db
READER = base64.b64encode(bytes(31) + b"\x09").decode()


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def said(answer: Any, status: int, kind: str) -> str:
    """The sentence of a refusal; anything else fails."""
    assert answer.status_code == status, answer.content
    error = answer.json()["error"]
    assert error["kind"] == kind
    sentence: str = error["sentence"]
    assert sentence[0].isupper() or sentence[0] == "“" or kind == "Damaged"
    assert len(sentence) < 220
    return sentence


def opening(lab: Program, licence: str, /, **other: Any) -> dict[str, object]:
    """A declaration in which only what is said is wrong."""
    body = {
        "run": ids.new("run"),
        "licence": licence,
        "what": released.WHAT,
        "where": released.WHERE,
        "model": "m",
        "environment": "e",
        "reader": READER,
    }
    return lab.sign("run-open", body | other)


def ready() -> tuple[Program, str]:
    released.answer("ana", now=now())
    released.play("ana")
    lab = licensed.program()
    return lab, licensed.licence()


def test_without_a_good_token_no_address_says_anything(client: Client) -> None:
    lab = licensed.program()
    for path in ("licences", "releases/rel_x", "releases/rel_x/files/README.md", "runs", "leases", "purges"):
        for header in ("", "Bearer", "Bearer nonsense", f"Basic {lab.token}", "Bearer yif_" + "x" * 43):
            answer = client.get(f"/api/v1/{path}", headers={"authorization": header})
            assert said(answer, 401, "Refused")
    tokens = queries.organisations.organisation_of(person("lab").id).tokens
    organisations.end_token(person_id=person("lab").id, token_id=tokens[0].id, now=now())
    assert "ended" in said(lab.raw("licences"), 401, "Refused")


def test_the_wrong_method_and_no_object_are_bad_input() -> None:
    lab = licensed.program()
    said(lab.raw("runs"), 400, "BadInput")
    said(lab.raw("licences", {}), 400, "BadInput")
    for body in ("", "[]", "nonsense", "{", "1", '"x"', "[" * 100_000, b"\xff\xfe", "{}"):
        said(lab.raw("runs", body), 400, "BadInput")
        said(lab.raw("purges", body), 400, "BadInput")
        said(lab.raw("leases", body), 400, "BadInput")


def test_a_cookie_opens_nothing(client: Client) -> None:
    person("lab")
    client.force_login(person("lab"))
    said(client.get("/api/v1/licences"), 401, "Refused")


BADLY: list[tuple[dict[str, Any], int, str]] = [
    ({"run": "run_short"}, 400, "BadInput"),
    ({"run": 7}, 400, "BadInput"),
    ({"licence": "lic_00000000000000000000000000"}, 404, "NotFound"),
    ({"what": "speak-like-people"}, 403, "Refused"),
    ({"where": "companions"}, 403, "Refused"),
    ({"model": ""}, 400, "BadInput"),
    ({"model": "m" * 121}, 400, "BadInput"),
    ({"environment": " "}, 400, "BadInput"),
    ({"reader": "AAAA"}, 400, "BadInput"),
    ({"reader": "é"}, 400, "BadInput"),
    ({"extra": "x"}, 400, "BadInput"),
    ({"model": None}, 400, "BadInput"),
]


def test_a_run_that_is_declared_badly_is_not_opened() -> None:
    lab, licence = ready()
    for other, status, kind in BADLY:
        said(lab.raw("runs", opening(lab, licence, **other)), status, kind)
    assert not Run.objects.exists()
    assert record.count("run-open") == 0


def test_a_declaration_counts_once_and_only_just_now() -> None:
    lab, licence = ready()
    good = opening(lab, licence)
    assert lab.raw("runs", good).status_code == 200
    assert "once" in said(lab.raw("runs", good), 409, "Conflict")
    old = {**{k: v for k, v in opening(lab, licence).items() if k != "signed"}, "at_ms": 1_700_000_000_000}
    old["signed"] = signed.sign("run-open", old, lab.key)
    assert "too long ago" in said(lab.raw("runs", old), 403, "Refused")


def test_a_changed_or_foreign_signature_is_refused() -> None:
    lab, licence = ready()
    good = opening(lab, licence)
    said(lab.raw("runs", {**good, "model": "another"}), 422, "Damaged")
    said(lab.raw("runs", {**good, "signed": {}}), 422, "Damaged")
    said(lab.raw("runs", {**good, "signed": "x"}), 422, "Damaged")
    said(lab.raw("runs", {**good, "signed": {**good["signed"], "scheme": "rot13"}}), 422, "Damaged")  # type: ignore[dict-item]
    said(lab.raw("runs", {**good, "model": 1.5}), 422, "Damaged")
    stranger = Program(lab.token, Ed25519PrivateKey.generate())
    assert "not your organisation's" in said(lab.raw("runs", opening(stranger, licence)), 403, "Refused")
    closing = lab.sign("run-close", {"run": good["run"], "licence": licence, "root": "0" * 64, "clips": 0})
    said(lab.raw("runs", closing), 400, "BadInput")
    key = queries.organisations.organisation_of(person("lab").id).keys[0]
    organisations.end_key(person_id=person("lin").id, key_id=key.id, now=now())
    assert "was ended" in said(lab.raw("runs", good), 403, "Refused")
    assert not Run.objects.exists()


def test_a_foreign_run_release_or_file_is_not_there() -> None:
    lab, licence = ready()
    release = licensed.build(licence)
    run = licensed.run(lab, licence, release.id)
    other = organisations.open_organisation(name="Other", producer_id=person("pia").id, now=now())
    organisations.let_in(
        organisation_id=other, email="una@example.test", stage_name="Una", by=person("pia").id, now=now()
    )
    foreign = Program(organisations.make_token(person_id=person("una").id, name="t", now=now()))
    organisations.add_key(person_id=person("una").id, public=foreign.public, name="k", now=now())
    asked = {"run": run.id, "release": release.id}
    said(foreign.raw("leases", asked), 404, "NotFound")
    said(foreign.raw("runs", opening(foreign, licence)), 404, "NotFound")
    for path in (
        f"releases/{release.id}",
        f"releases/{release.id}/withdrawn",
        f"releases/{release.id}/files/README.md",
    ):
        said(foreign.raw(path), 404, "NotFound")
        with closing_of(lab.raw(path)) as answer:
            assert answer.status_code == 200
    closing = foreign.sign("run-close", {"run": run.id, "licence": licence, "root": "0" * 64, "clips": 0})
    said(foreign.raw(f"runs/{run.id}/close", closing), 404, "NotFound")
    said(lab.raw("leases", {**asked, "release": "rel_x"}), 404, "NotFound")
    assert foreign.ask("licences") == {"licences": []}
    assert not Lease.objects.exists()


def test_a_lease_lasts_1_to_72_hours_and_never_beyond_the_licence() -> None:
    lab, _ = ready()
    licence = licensed.licence(ends_at=now() + timedelta(hours=5))
    release = licensed.build(licence)
    run = licensed.run(lab, licence, release.id)
    asked = {"run": run.id, "release": release.id}
    for hours in (0, -1, 73, 10**9):
        said(lab.raw("leases", {**asked, "hours": hours}), 400, "BadInput")
    for hours in ("24", True, 1.5):
        said(lab.raw("leases", {**asked, "hours": hours}), 400, "BadInput")
    terms = lab.ask("leases", {**asked, "hours": 72})["terms"]
    assert terms["expires"] - terms["starts"] <= 5 * 3600


def test_a_closed_run_leases_nothing_more() -> None:
    lab, licence = ready()
    release = licensed.build(licence)
    run = licensed.run(lab, licence, release.id)
    run.close()
    said(lab.raw("leases", {"run": run.id, "release": release.id}), 403, "Refused")
    closing = lab.sign("run-close", {"run": run.id, "licence": licence, "root": "0" * 64, "clips": 0})
    said(lab.raw(f"runs/{run.id}/close", closing), 409, "Conflict")
    said(lab.raw("runs/run_other/close", closing), 404, "NotFound")


def test_files_are_fetched_whole_or_from_where_it_broke_off() -> None:
    lab, licence = ready()
    release = licensed.build(licence)
    sums = lab.ask(f"releases/{release.id}")["files"]
    shard = next(name for name in sums if name.endswith(".tar"))
    path = f"releases/{release.id}/files/{shard}"
    whole = (Path(release.folder) / shard).read_bytes()
    assert b"".join(lab.raw(path).streaming_content) == whole
    part = lab.raw(path, range="bytes=512-")
    assert (part.status_code, b"".join(part.streaming_content)) == (206, whole[512:])
    assert b"".join(lab.raw(path, range="bytes=0-9").streaming_content) == whole[:10]
    for wrong in ("bytes=-5", "bytes=9-1", f"bytes={len(whole)}-", "lines=1-2", "bytes=a-b"):
        said(lab.raw(path, range=wrong), 400, "BadInput")
    for wrong in ("../secret", "improvised", "nothing.tar", "%2e%2e/x"):
        assert lab.raw(f"releases/{release.id}/files/{wrong}").status_code == 404


def test_more_than_the_limit_in_a_minute_has_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = licensed.program()
    monkeypatch.setattr(door, "A_MINUTE", 3)
    at = datetime(2026, 11, 25, 12, 0, 1, tzinfo=UTC)
    monkeypatch.setattr(door, "now", lambda: at)
    answers = [lab.raw("licences") for _ in range(5)]
    assert [one.status_code for one in answers[:3]] == [200] * 3
    assert answers[3]["Retry-After"] == "60"
    said(answers[4], 429, "LimitReached")


def test_a_purge_is_signed_for_the_very_samples_and_attested_once() -> None:
    lab, licence = ready()
    release = licensed.build(licence)

    def purge(samples: list[str], **other: Any) -> dict[str, Any]:
        body: dict[str, object] = {
            "notice": "n1",
            "licence": licence,
            "release": release.id,
            "root": digest(sorted(samples)),
            "count": len(samples),
            "before": release.digest,
            "after": "0" * 64,
        }
        return {**lab.sign("purge", body | other), "deleted": samples}

    said(lab.raw("purges", {**purge(["a"]), "deleted": ["b"]}), 400, "BadInput")
    said(lab.raw("purges", {**purge(["a"]), "deleted": [1]}), 400, "BadInput")
    said(lab.raw("purges", purge(["a"], licence="lic_x")), 404, "NotFound")
    said(lab.raw("purges", purge(["a"], release="rel_x")), 404, "NotFound")
    said(lab.raw("purges", purge(["a"], notice="")), 400, "BadInput")
    assert record.count("purge") == 0
    assert lab.ask("purges", purge([])) == {"left": []}
    said(lab.raw("purges", purge([])), 409, "Conflict")


def test_the_record_holds_the_very_words_that_were_signed() -> None:
    lab, licence = ready()
    release = licensed.build(licence)
    with licensed.run(lab, licence, release.id) as run:
        run.keys(release.folder)
    for line in record.lines_about(run.id):
        if line.kind in ("run-open", "run-close"):
            assert signed.verify(line.kind, dict(line.body or {})) == lab.public


def test_an_answer_that_is_not_the_studios_is_refused_by_the_reader() -> None:
    class Lying(Program):
        def ask(self, path: str, said: dict[str, object] | None = None) -> dict[str, Any]:
            told = super().ask(path, said)
            if path == "leases":
                told["terms"] = {**told["terms"], **self.lie}
            return told

        @property
        def lie(self) -> dict[str, object]:
            return lies[0]

    lies: list[dict[str, object]] = [{"what": "companions"}, {"run": "run_x"}, {"more": 1}]
    lab, licence = ready()
    release = licensed.build(licence)
    liar = Lying(lab.token, lab.key)
    run: OpenRun = licensed.run(liar, licence, release.id)
    while lies:
        with pytest.raises(Damaged, match=r"another run|own form"):
            run.keys(release.folder)
        lies.pop(0)


@pytest.mark.parametrize("wrong", ["bytes=²-", "bytes=0-²", "bytes=٣-", f"bytes={10**400}-", "bytes=-1", "items=0-1"])
def test_a_range_in_no_numbers_is_one_sentence(wrong: str) -> None:
    with pytest.raises(BadInput, match="range reads bytes"):
        _span(wrong, 100)
    assert _span("bytes=3-", 100) == (3, 100)
    assert _span("bytes=3-7", 100) == (3, 8)
