"""Take logs over HTTP: tus as a browser speaks it, and every wrong way of speaking it, with nothing lost."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from pytest_django import Settings

from tests.apps.signing import BrowserKey, as_json
from tests.apps.takes_cast import NOW, take_of
from tests.people import person
from yesif.apps.footage.actions import review, uploads
from yesif.apps.footage.models import Take, Track
from yesif.apps.footage.queries import uploads as queries
from yesif.apps.stage.models import Session
from yesif.flows import ingest
from yesif.media import incoming
from yesif.web.room import upload_door
from yesif.web.room.upload_door import UploadDoor

pytestmark = pytest.mark.django_db
LOG = os.urandom(2 * incoming.PIECE_BYTES + 99)
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture(autouse=True)
def _folders(settings: Settings, tmp_path: Path) -> None:
    settings.INCOMING = tmp_path / "incoming"
    settings.STORAGE = f"file://{tmp_path / 'store'}"


def sha(body: bytes) -> str:
    return "sha256 " + base64.b64encode(hashlib.sha256(body).digest()).decode()


@dataclass
class Browser:
    """One performer's browser: a session cookie, a key, and one door for all of its PATCHes."""

    name: str
    client: Client = field(default_factory=Client)
    key: BrowserKey = field(default_factory=BrowserKey)
    door: UploadDoor = field(default_factory=lambda: UploadDoor(never))
    read: int = 0

    def __post_init__(self) -> None:
        self.client.force_login(person(self.name))

    def open(self, take: Take, kind: str = "voice", **said: str) -> Any:
        return self.open_saying({"take": take.pk, "kind": kind, "key": self.key.jwk} | said)

    def open_saying(self, said: dict[str, str]) -> Any:
        metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())
        headers = {**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": metadata}
        return self.client.post("/room/uploads", headers=headers)

    def patch(self, upload: str, at: int | str, body: bytes, **headers: str | None) -> tuple[int, dict[str, str], str]:
        asked = {
            "tus-resumable": "1.0.0",
            "content-type": "application/offset+octet-stream",
            "content-length": str(len(body)),
            "upload-offset": str(at),
            "upload-checksum": sha(body),
            "host": "testserver",
            "cookie": f"sessionid={self.client.cookies['sessionid'].value}" if self.client.cookies else None,
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        return self._send(upload, body, {name: value for name, value in asked.items() if value is not None})

    def seal(self, upload: str, log: bytes) -> Any:
        body = json.dumps(as_json(self.key.claim(upload, log)))
        return self.client.post(f"/room/uploads/{upload}/seal", body, content_type="application/json", headers=TUS)

    def head(self, upload: str) -> Any:
        return self.client.head(f"/room/uploads/{upload}", headers=TUS)

    def _send(self, upload: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        messages = [
            {"type": "http.request", "body": body[: len(body) // 2], "more_body": True},
            {"type": "http.request", "body": body[len(body) // 2 :], "more_body": False},
        ]
        if int(headers.get("content-length", 0)) > len(body):
            messages[1] = {"type": "http.disconnect"}
        answers: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            self.read += 1
            return messages.pop(0)

        async def send(message: dict[str, Any]) -> None:
            answers.append(message)

        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "PATCH", "path": f"/room/uploads/{upload}", "headers": raw}
        self.read = 0
        async_to_sync(self.door)(scope, receive, send)
        if not answers:
            return 0, {}, ""
        said = {name.decode(): value.decode() for name, value in answers[0]["headers"]}
        return answers[0]["status"], said, answers[1]["body"].decode()


async def never(*_: Any) -> None:
    raise AssertionError("a PATCH of an upload must not go past its door")


def opened(browser: Browser, take: Take | None = None, kind: str = "voice") -> str:
    answer = browser.open(take or take_of("ana", "bo"), kind)
    assert answer.status_code == 201, answer.content
    return str(answer["Location"]).rsplit("/", 1)[1]


def arrived(upload: str) -> bytes:
    return queries.path_of(upload).read_bytes()


def test_a_log_goes_in_piece_by_piece_and_is_safe() -> None:
    ana = Browser("ana")
    upload = opened(ana)
    assert ana.head(upload)["Upload-Offset"] == "0"
    at = 0
    for size in (100, incoming.PIECE_BYTES - 100, incoming.PIECE_BYTES, 99):
        status, headers, _ = ana.patch(upload, at, LOG[at : at + size])
        at += size
        assert (status, headers["upload-offset"]) == (204, str(at))
    head = ana.head(upload)
    assert (head["Upload-Offset"], head["Upload-Defer-Length"], head["Cache-Control"]) == (str(at), "1", "no-store")
    for _ in range(2):  # the second one, because the answer to the first was lost
        answer = ana.seal(upload, LOG)
        assert (answer.status_code, answer.json()) == (200, {"safe": True, "sha256": hashlib.sha256(LOG).hexdigest()})
    head = ana.head(upload)
    assert (head["Upload-Length"], head["Upload-Safe"]) == (str(len(LOG)), hashlib.sha256(LOG).hexdigest())
    assert Track.objects.get().state == "complete"
    assert not queries.path_of(upload).exists()


def test_the_last_upload_asks_for_the_ingest_once_and_a_lost_answer_changes_nothing() -> None:
    take, ana = take_of("ana", over=True), Browser("ana")
    ids = [opened(ana, take, kind) for kind in queries.KINDS]
    for upload in ids:
        ana.patch(upload, 0, LOG[:50])
        assert ingest.progress(take.pk) is None
        assert ana.seal(upload, LOG[:50]).json()["safe"]
    assert ingest.progress(take.pk) is not None
    Take.objects.update(state="sealed")  # the worker was faster than the browser's second try
    assert ana.seal(ids[-1], LOG[:50]).json()["safe"]
    assert Take.objects.get().state == "sealed"


def test_the_studio_says_what_it_speaks() -> None:
    answer = Browser("ana").client.options("/room/uploads")
    assert answer.status_code == 204
    assert set(answer["Tus-Extension"].split(",")) == {"creation", "creation-defer-length", "checksum", "termination"}
    assert answer["Tus-Checksum-Algorithm"] == "sha256"


def test_a_performer_may_close_the_window_where_the_partner_left_while_it_was_sending() -> None:
    take, ana = take_of("ana", "bo", over=True), Browser("ana")
    upload = opened(ana, take, "heard")
    assert ana.patch(upload, 0, LOG[:1000])[0] == 204
    Session.objects.update(opened_ns=None)  # the scene was just now
    his = take.performances.get(performer=person("bo"))
    review.withdraw(performance_id=his.pk, performer_id=his.performer_id, now=NOW)
    assert ana.patch(upload, 1000, LOG[1000:2000])[0] == 204
    for _ in range(2):  # the second one, because the answer to the first was lost
        assert ana.seal(upload, LOG[:2000]).json()["safe"]
    head = ana.head(upload)
    assert (head["Upload-Offset"], head["Upload-Safe"]) == ("2000", hashlib.sha256(LOG[:2000]).hexdigest())
    assert not queries.path_of(upload).exists()


def test_after_the_end_nothing_is_added() -> None:
    ana = Browser("ana")
    upload = opened(ana)
    ana.patch(upload, 0, LOG[:1000])
    assert ana.seal(upload, LOG[:1000]).status_code == 200
    assert ana.patch(upload, 1000, b"more")[0] == 409
    assert Browser("ana").patch(upload, 1000, b"more")[0] == 409
    assert ana.seal(upload, LOG[:1001]).status_code == 409
    assert ana.client.delete(f"/room/uploads/{upload}", headers=TUS).status_code == 409


@pytest.mark.parametrize("at", [99, 101, 10**14])
def test_a_wrong_offset_changes_nothing_and_is_told_the_right_one(at: int) -> None:
    ana = Browser("ana")
    upload = opened(ana)
    ana.patch(upload, 0, LOG[:100])
    status, headers, _ = ana.patch(upload, at, b"xyz")
    assert status == (409 if at < 10**14 else 413)
    assert headers.get("upload-offset", "100") == "100"
    assert arrived(upload) == LOG[:100]


def test_a_repeated_patch_is_a_wrong_offset_and_not_written_twice() -> None:
    ana = Browser("ana")
    upload = opened(ana)
    assert [ana.patch(upload, 0, LOG[:100])[0] for _ in range(3)] == [204, 409, 409]
    assert arrived(upload) == LOG[:100]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"upload_checksum": sha(b"other")}, 460),
        ({"upload_checksum": None}, 400),
        ({"upload_checksum": "sha1 AAAA"}, 400),
        ({"upload_checksum": "sha256 not-base-64"}, 400),
        ({"upload_offset": None}, 400),
        ({"upload_offset": "-1"}, 400),
        ({"upload_offset": "1e3"}, 400),
        ({"upload_offset": "²"}, 400),
        ({"tus_resumable": None}, 412),
        ({"tus_resumable": "0.2.0"}, 412),
        ({"content_type": "text/plain"}, 415),
        ({"content_length": None}, 411),
        ({"content_length": str(upload_door.LONGEST_PATCH + 1)}, 413),
        ({"content_length": "99999999999999999999"}, 400),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"cookie": None}, 401),
        ({"cookie": "sessionid=nonsense"}, 401),
        ({"upload_length": "2"}, 409),
    ],
)
def test_a_wrong_patch_is_refused_and_loses_nothing(wrong: dict[str, str | None], status: int) -> None:
    ana = Browser("ana")
    upload = opened(ana)
    ana.patch(upload, 0, LOG[:100])
    asked: dict[str, Any] = {"at": 100, "body": b"abc"} | wrong
    got, _, sentence = ana.patch(upload, **asked)
    assert got == status
    assert sentence.endswith(".")
    assert arrived(upload) == LOG[:100]
    assert ana.patch(upload, 100, LOG[100:200])[0] == 204


def test_an_oversized_body_is_refused_before_it_is_read() -> None:
    ana = Browser("ana")
    upload = opened(ana)
    status, headers, _ = ana.patch(upload, 0, b"x" * (upload_door.LONGEST_PATCH + 1))
    assert (status, headers["connection"], ana.read) == (413, "close", 0)


def test_half_a_piece_is_not_written() -> None:
    ana = Browser("ana")
    upload = opened(ana)
    body = LOG[:1000]
    status, _, _ = ana.patch(upload, 0, body, content_length="2000", upload_checksum=sha(LOG[:2000]))
    assert (status, arrived(upload)) == (0, b"")
    assert ana.patch(upload, 0, LOG[:2000])[0] == 204


def test_another_performers_upload_is_not_there_whatever_one_asks() -> None:
    ana, bo, cy = Browser("ana"), Browser("bo"), Browser("cy")
    upload = opened(ana)
    unknown = "upl_" + "0" * 26
    for stranger in (bo, cy):
        for which in (upload, unknown, "upl_..", "..%2Fsecret-key"):
            assert stranger.patch(which, 0, b"abc")[0] == 404
            assert stranger.head(which).status_code == 404
            assert stranger.client.delete(f"/room/uploads/{which}", headers=TUS).status_code == 404
            assert stranger.seal(which, b"").status_code == 404
    foreign, absent = (
        bo.client.delete(f"/room/uploads/{upload}", headers=TUS),
        bo.client.delete(f"/room/uploads/{unknown}", headers=TUS),
    )
    assert foreign.content == absent.content
    assert arrived(upload) == b""


def test_only_performers_of_the_take_open_uploads() -> None:
    take = take_of("ana", "bo")
    assert Browser("cy").open(take).status_code == 404
    assert Browser("pia").open(take).status_code == 404
    answer = Client().post("/room/uploads", headers=TUS | {"accept": "*/*"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "said", [{"kind": "screen"}, {"take": "tak_none"}, {"key": "{}"}, {"key": '{"kty":"EC","crv":"P-256","x":1,"y":2}'}]
)
def test_an_opening_that_makes_no_sense_is_refused(said: dict[str, str]) -> None:
    ana = Browser("ana")
    assert ana.open_saying({"take": take_of("ana").pk, "kind": "voice", "key": ana.key.jwk} | said).status_code in (
        400,
        404,
    )
    assert not Track.objects.exists()


@pytest.mark.parametrize("header", ["", "take", "take ???", "take dGFr,kind dm9pY2U=", ",,,", "kind " + "A" * 9])
def test_metadata_that_cannot_be_read_is_refused(header: str) -> None:
    headers = {**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": header}
    assert Browser("ana").client.post("/room/uploads", headers=headers).status_code == 400


def test_a_request_without_the_tus_version_or_the_csrf_token_is_refused() -> None:
    ana = Browser("ana")
    assert ana.client.post("/room/uploads").status_code == 412
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("ana"))
    assert strict.post("/room/uploads", headers=TUS).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_thrown_away_upload_is_gone() -> None:
    ana = Browser("ana")
    upload = opened(ana)
    ana.patch(upload, 0, LOG[:100])
    assert ana.client.delete(f"/room/uploads/{upload}", headers=TUS).status_code == 204
    assert ana.head(upload).status_code == 410
    assert Browser("ana").patch(upload, 100, b"abc")[0] == 410
    assert ana.patch(upload, 100, b"abc")[0] in (409, 410)


def test_a_seal_that_disagrees_tells_where_to_go_on() -> None:
    ana = Browser("ana")
    upload = opened(ana)
    wrong = bytes([LOG[0]]) + LOG[1 : incoming.PIECE_BYTES] + b"\0" * incoming.PIECE_BYTES
    ana.patch(upload, 0, wrong[: incoming.PIECE_BYTES])
    ana.patch(upload, incoming.PIECE_BYTES, wrong[incoming.PIECE_BYTES :])
    answer = ana.seal(upload, LOG)
    assert (answer.status_code, answer.json()["offset"], answer.json()["safe"]) == (409, incoming.PIECE_BYTES, False)
    ana.patch(upload, incoming.PIECE_BYTES, LOG[incoming.PIECE_BYTES :])
    assert ana.seal(upload, LOG).json()["safe"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"null", b"\xff", b'{"bytes":1.5,"chain":"","signature":"","pieces":""}',
        b'{"bytes":true,"chain":"","signature":"","pieces":""}', b'{"bytes":0,"chain":1,"signature":"","pieces":""}',
        b'{"bytes":0,"chain":"","signature":"?","pieces":""}', b'{"bytes":0,"chain":"","signature":"","pieces":"AAAA"}',
    ],
)  # fmt: skip
def test_a_seal_that_cannot_be_read_is_refused(body: bytes) -> None:
    ana = Browser("ana")
    upload = opened(ana)
    ana.patch(upload, 0, LOG[:100])
    address = f"/room/uploads/{upload}/seal"
    assert ana.client.post(address, body, content_type="application/json", headers=TUS).status_code == 400
    assert arrived(upload) == LOG[:100]


def test_a_take_has_a_most_and_it_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(queries.BYTES_PER_SECOND, "voice", 1)
    ana = Browser("ana")
    upload = opened(ana)
    assert ana.patch(upload, 0, LOG[:3600])[0] == 204
    status, _, sentence = ana.patch(upload, 3600, b"x")
    assert status == 413
    assert "3600 bytes" in sentence


def test_a_flood_of_tiny_pieces_is_slowed_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_door, "SMALL_PER_SECOND", 0.1)  # on a machine that takes its time as well
    ana = Browser("ana")
    upload = opened(ana)
    answers = []
    for at in range(20 * int(upload_door.SMALL_BURST)):  # a slow machine floods late
        answers.append(ana.patch(upload, at, b"x"))
        if answers[-1][0] != 204:
            break
    status, headers, sentence = answers[-1]
    assert (status, headers["retry-after"]) == (429, "1")
    assert len(answers) > int(upload_door.SMALL_BURST)
    assert "wait a second" in sentence
    assert len(arrived(upload)) == len(answers) - 1


def test_whoever_signs_out_sends_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_door, "TRUST_SECONDS", 0.0)
    ana = Browser("ana")
    upload = opened(ana)
    assert ana.patch(upload, 0, LOG[:10])[0] == 204
    cookie = f"sessionid={ana.client.cookies['sessionid'].value}"
    ana.client.logout()
    assert ana.patch(upload, 10, LOG[10:20], cookie=cookie)[0] == 401


def test_the_quota_covers_all_openings_of_a_track_by_their_number() -> None:
    take = take_of("ana")
    for _ in range(uploads.UPLOADS_PER_TRACK):
        Browser("ana").open(take)
    answer = Browser("ana").open(take)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "3600"
