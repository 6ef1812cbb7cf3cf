"""Media addresses: one viewer, ten minutes, asked again at every request; ranges as a player asks for them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from django.core import signing
from django.http import HttpResponseBase
from django.test import AsyncClient, Client
from django.utils.timezone import now
from hypothesis import given
from hypothesis import strategies as st

from tests.people import person
from tests.web.scene import Played, played, store
from yesif.apps.footage.actions import review as actions
from yesif.apps.footage.models import Performance
from yesif.media.strongbox import name_of
from yesif.web import media

SIZE = len("ana plays " * 4000)


@pytest.fixture
def scene(transactional_db: None) -> Played:
    return played()


def get(client: AsyncClient, address: str, **headers: str) -> tuple[HttpResponseBase, bytes]:
    async def fetch() -> tuple[HttpResponseBase, bytes]:
        answer = await client.get(address, headers=headers)
        if not answer.streaming:
            return answer, answer.content
        pieces: AsyncIterator[bytes] = answer.streaming_content
        return answer, b"".join([piece async for piece in pieces])

    return asyncio.run(fetch())


def signed_in(name: str) -> AsyncClient:
    client = AsyncClient()
    plain = Client()
    plain.force_login(person(name))
    client.cookies = plain.cookies
    return client


def anas(scene: Played, kind: str = "preview") -> str:
    return media.address(scene.ana, kind=kind, viewer_id=person("ana").id)


def test_the_viewer_gets_the_whole_or_the_asked_range(scene: Played) -> None:
    client = signed_in("ana")
    whole, content = get(client, anas(scene))
    assert (whole.status_code, len(content)) == (200, SIZE)
    assert whole["accept-ranges"] == "bytes"
    assert whole["cache-control"] == "no-store"
    assert whole["content-type"] == "application/octet-stream", "never a page or a script, whatever the bytes are"
    part, some = get(client, anas(scene), range="bytes=10-29")
    assert (part.status_code, part["content-range"], some) == (206, f"bytes 10-29/{SIZE}", content[10:30])
    assert part["content-length"] == "20"
    assert get(client, anas(scene), range="bytes=-5")[1] == content[-5:]
    assert get(client, anas(scene), range="bytes=39990-")[1] == content[39990:]


def test_a_range_beyond_the_end_is_416_with_the_size(scene: Played) -> None:
    answer, _ = get(signed_in("ana"), anas(scene), range=f"bytes={SIZE}-")
    assert (answer.status_code, answer["content-range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize("name", ["bo", "cy", "pia", "lab", "una"])
def test_an_address_given_away_is_worth_nothing(scene: Played, name: str) -> None:
    assert get(signed_in(name), anas(scene))[0].status_code == 404


def test_whoever_wants_a_page_gets_the_404_as_a_page(scene: Played) -> None:
    answer, content = get(signed_in("bo"), anas(scene), accept="text/html")
    assert answer.status_code == 404
    assert b"There is nothing here that you may see." in content


def test_a_stranger_gets_the_same_404(scene: Played) -> None:
    assert get(AsyncClient(), anas(scene))[0].status_code == 404


def test_after_ten_minutes_the_address_is_dead(scene: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    address = anas(scene)
    assert media.LIFETIME_S == 600
    monkeypatch.setattr(media, "LIFETIME_S", -1)
    assert get(signed_in("ana"), address)[0].status_code == 404


def test_an_altered_address_is_dead(scene: Played) -> None:
    client, address = signed_in("ana"), anas(scene)
    for wrong in (
        address[:-1] + ("A" if address[-1] != "A" else "B"),
        address.replace("/media/", "/media/x"),
        "/media/x",
    ):
        assert get(client, wrong)[0].status_code == 404
    forged = signing.dumps([scene.ana, "preview", person("ana").id], salt="elsewhere")
    assert get(client, f"/media/{forged}")[0].status_code == 404


def test_a_seal_stops_an_address_already_given_out(scene: Played) -> None:
    client, address = signed_in("ana"), anas(scene)
    assert get(client, address)[0].status_code == 200
    ana = person("ana").id
    actions.seal(performance_id=scene.ana, performer_id=ana, start_ns=0, end_ns=5, why="was-me", now=now())
    assert get(client, address)[0].status_code == 404


def test_a_blob_that_is_gone_is_404(scene: Played) -> None:
    store().delete(name_of(scene.ana, Performance.objects.get(pk=scene.ana).preview_sha256))
    assert get(signed_in("ana"), anas(scene))[0].status_code == 404


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x00\x00\x00\x20ftypisom0000", "video/mp4"),
        (b"\x1a\x45\xdf\xa3" + bytes(12), "video/webm"),
        (b"\x89PNG\r\n\x1a\n" + bytes(8), "image/png"),
        (b'{"v":1,"peaks":', "application/json"),
        (b"<html><script>al", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_bytes_are_served_as_what_they_are(head: bytes, kind: str) -> None:
    assert media.media_type(head) == kind


@given(st.text(max_size=40) | st.from_regex(r"bytes=\d{0,16}-\d{0,16}", fullmatch=True), st.integers(0, 2000))
def test_any_range_header_is_read_as_bytes_that_exist_or_refused(header: str, size: int) -> None:
    try:
        part = media.wanted(header, size)
    except ValueError:
        return
    if part is not None:
        start, end = part
        assert 0 <= start < end <= size
