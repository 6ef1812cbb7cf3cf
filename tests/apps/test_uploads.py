"""Take logs arrive: opened, checked against their signed chain, and safe exactly once."""

import multiprocessing
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from tests.apps.signing import BrowserKey
from tests.apps.takes_cast import NOW, take_of
from tests.people import person
from yesif.apps.footage.actions import erasure, review, uploads
from yesif.apps.footage.models import Performance, Take, Track, Upload
from yesif.apps.footage.queries import uploads as queries
from yesif.apps.keys import actions as key_actions
from yesif.apps.keys import queries as keys
from yesif.apps.stage.models import Session
from yesif.base.errors import BadInput, Conflict, LimitReached, NotFound
from yesif.media import incoming
from yesif.media.store import LocalStore
from yesif.media.strongbox import Sealed

pytestmark = pytest.mark.django_db
LOG = os.urandom(3 * incoming.PIECE_BYTES + 4321)


@pytest.fixture(autouse=True)
def _incoming(settings: Settings, tmp_path: Path) -> None:
    settings.INCOMING = tmp_path / "incoming"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def opened(take: Take, name: str, key: BrowserKey, kind: str = "voice") -> str:
    who = person(name).pk
    return uploads.open_upload(take_id=take.pk, kind=kind, performer_id=who, key=key.jwk, now=NOW).upload_id


def kept(sha256: str, store: LocalStore) -> bytes:
    """What the studio can read of a log it sealed."""
    box = keys.box(Track.objects.get().performance_id)
    return b"".join(Sealed(f"file://{store.root}", box, sha256).opened())


def sent(upload: str, log: bytes, store: LocalStore, key: BrowserKey, name: str = "ana") -> uploads.Finished:
    incoming.append(queries.path_of(upload), 0, log)
    agreed = uploads.agree(
        upload_id=upload, performer_id=person(name).pk, claim=key.claim(upload, log), store=store, now=NOW
    )
    return uploads.finish(agreed=agreed, now=NOW)


def test_a_lost_answer_to_the_opening_is_mended_by_opening_again() -> None:
    take, key = take_of("ana", "bo"), BrowserKey()
    first = opened(take, "ana", key)
    incoming.append(queries.path_of(first), 0, b"abc")
    again = uploads.open_upload(take_id=take.pk, kind="voice", performer_id=person("ana").pk, key=key.jwk, now=NOW)
    assert (again.upload_id, again.offset) == (first, 3)


def test_only_a_performer_of_the_take_may_open_and_see_an_upload() -> None:
    take, key = take_of("ana", "bo"), BrowserKey()
    with pytest.raises(NotFound):
        opened(take, "cy", key)
    upload = opened(take, "ana", key)
    for who, what in (("bo", upload), ("cy", upload), ("ana", "upl_" + "0" * 26), ("ana", "../" + upload)):
        with pytest.raises(NotFound):
            queries.incoming(upload_id=what, performer_id=person(who).pk)


def test_no_path_is_made_of_what_a_stranger_typed() -> None:
    for text in ("../secret-key", "upl_", "upl_01/../../x", "", "upl_" + "0" * 25 + "é"):
        with pytest.raises(NotFound):
            queries.path_of(text)


@pytest.mark.parametrize(
    "key", ["", "{}", "[]", "null", '{"kty":"RSA"}', '{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}']
)
def test_a_key_that_is_no_p256_key_is_refused(key: str) -> None:
    take = take_of("ana")
    with pytest.raises(BadInput):
        uploads.open_upload(take_id=take.pk, kind="voice", performer_id=person("ana").pk, key=key, now=NOW)
    assert not Upload.objects.exists()


def test_a_log_whose_hashes_agree_is_safe_once(store: LocalStore) -> None:
    take, key = take_of("ana", over=True), BrowserKey()
    upload = opened(take, "ana", key)
    sent(upload, LOG, store, key)
    track = Track.objects.get()
    assert (track.state, track.log_bytes, kept(track.log_sha256, store)) == (
        "complete",
        len(LOG),
        LOG,
    )
    again = uploads.agree(
        upload_id=upload, performer_id=person("ana").pk, claim=key.claim(upload, LOG), store=store, now=NOW
    )
    assert again.already
    assert again.sha256 == track.log_sha256
    uploads.finish(agreed=again, now=NOW + timedelta(hours=1))
    assert Upload.objects.get().ended_at == NOW
    uploads.clear(upload_id=upload)
    assert not queries.path_of(upload).exists()


def test_a_seal_after_the_blob_but_before_the_facts_is_repeatable(store: LocalStore) -> None:
    take, key = take_of("ana"), BrowserKey()
    upload = opened(take, "ana", key)
    incoming.append(queries.path_of(upload), 0, LOG)
    for _ in range(2):  # the first one's process died before `finish`
        agreed = uploads.agree(
            upload_id=upload, performer_id=person("ana").pk, claim=key.claim(upload, LOG), store=store, now=NOW
        )
    uploads.finish(agreed=agreed, now=NOW)
    assert Track.objects.get().state == "complete"


@pytest.mark.parametrize("at", [0, 5, incoming.PIECE_BYTES, 2 * incoming.PIECE_BYTES + 7, len(LOG) - 1])
def test_a_wrong_byte_is_found_and_everything_before_its_piece_is_kept(store: LocalStore, at: int) -> None:
    take, key = take_of("ana"), BrowserKey()
    upload = opened(take, "ana", key)
    damaged = LOG[:at] + bytes([LOG[at] ^ 1]) + LOG[at + 1 :]
    incoming.append(queries.path_of(upload), 0, damaged)
    with pytest.raises(uploads.Disagrees) as found:
        uploads.agree(
            upload_id=upload, performer_id=person("ana").pk, claim=key.claim(upload, LOG), store=store, now=NOW
        )
    whole = at // incoming.PIECE_BYTES * incoming.PIECE_BYTES
    assert found.value.offset == incoming.offset(queries.path_of(upload)) == whole
    incoming.append(queries.path_of(upload), whole, LOG[whole:])
    agreed = uploads.agree(
        upload_id=upload, performer_id=person("ana").pk, claim=key.claim(upload, LOG), store=store, now=NOW
    )
    assert kept(agreed.sha256, store) == LOG


@pytest.mark.parametrize("length", [0, 1, incoming.PIECE_BYTES, len(LOG) - 1])
def test_a_seal_before_everything_arrived_says_where_to_go_on(store: LocalStore, length: int) -> None:
    take, key = take_of("ana"), BrowserKey()
    upload = opened(take, "ana", key)
    incoming.append(queries.path_of(upload), 0, LOG[:length])
    with pytest.raises(uploads.Disagrees) as found:
        uploads.agree(
            upload_id=upload, performer_id=person("ana").pk, claim=key.claim(upload, LOG), store=store, now=NOW
        )
    assert found.value.offset <= length
    assert found.value.offset % incoming.PIECE_BYTES == 0


def test_an_empty_log_can_be_sealed(store: LocalStore) -> None:
    take, key = take_of("ana"), BrowserKey()
    upload = opened(take, "ana", key)
    sent(upload, b"", store, key)
    assert Track.objects.get().log_bytes == 0


def test_a_signature_by_another_key_a_wrong_chain_and_missing_pieces_change_nothing(store: LocalStore) -> None:
    take, key = take_of("ana"), BrowserKey()
    upload = opened(take, "ana", key)
    incoming.append(queries.path_of(upload), 0, LOG)
    good = key.claim(upload, LOG)
    for bad in (
        BrowserKey().claim(upload, LOG),
        key.claim("upl_" + "0" * 26, LOG),
        replace(good, signature=good.signature[:63]),
        replace(good, chain="0" * 64),
        replace(good, pieces=good.pieces[:-1]),
        replace(good, size=good.size - incoming.PIECE_BYTES),
    ):
        with pytest.raises(BadInput):
            uploads.agree(upload_id=upload, performer_id=person("ana").pk, claim=bad, store=store, now=NOW)
    assert incoming.offset(queries.path_of(upload)) == len(LOG)
    assert Track.objects.get().state == "uploading"


def test_a_second_upload_of_a_safe_track_is_refused(store: LocalStore) -> None:
    take, key, other = take_of("ana"), BrowserKey(), BrowserKey()
    one, two = opened(take, "ana", key), opened(take, "ana", other)
    sent(one, LOG, store, key)
    with pytest.raises(Conflict):
        sent(two, LOG[:100], store, other)
    assert Track.objects.get().log_bytes == len(LOG)
    with pytest.raises(Conflict):
        opened(take, "ana", BrowserKey())


def test_what_is_safe_cannot_be_stopped_and_what_is_stopped_is_gone(
    store: LocalStore, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    take, key = take_of("ana"), BrowserKey()
    upload = opened(take, "ana", key)
    incoming.append(queries.path_of(upload), 0, LOG)
    with django_capture_on_commit_callbacks(execute=True):
        uploads.stop(upload_id=upload, performer_id=person("ana").pk, now=NOW)
    assert not queries.path_of(upload).exists()
    with pytest.raises(Conflict):
        uploads.agree(
            upload_id=upload, performer_id=person("ana").pk, claim=key.claim(upload, LOG), store=store, now=NOW
        )
    second = opened(take, "ana", key)
    assert second != upload
    sent(second, LOG, store, key)
    with pytest.raises(Conflict):
        uploads.stop(upload_id=second, performer_id=person("ana").pk, now=NOW)


def test_the_take_is_complete_with_its_last_track_and_not_before_the_cut(store: LocalStore) -> None:
    take = take_of("ana", "bo")
    keys = {name: BrowserKey() for name in ("ana", "bo")}
    ids = {(n, k): opened(take, n, keys[n], k) for n in keys for k in ("voice", "camera", "heard")}
    answers = [sent(ids[n, k], LOG[:9], store, keys[n], n).take_complete for n, k in ids]
    assert answers == [False] * 6
    Take.objects.update(cut_ns=9_000_000_000)
    assert queries.take_is_complete(take_id=take.pk)
    assert set(Performance.objects.values_list("state", flat=True)) == {"received"}


def test_a_take_waits_for_a_partner_who_has_sent_nothing(store: LocalStore) -> None:
    take, key = take_of("ana", "bo", over=True), BrowserKey()
    last = [sent(opened(take, "ana", key, kind), LOG[:9], store, key) for kind in ("voice", "camera")][-1]
    assert not last.take_complete


def test_a_closed_take_takes_nothing_more() -> None:
    take = take_of("ana")
    Take.objects.update(state="sealed")
    with pytest.raises(Conflict):
        opened(take, "ana", BrowserKey())


def test_of_a_sealed_take_whoever_brought_a_track_is_told_that_it_is_safe(store: LocalStore) -> None:
    take, key = take_of("ana", over=True), BrowserKey()
    upload = opened(take, "ana", key)
    sent(upload, LOG, store, key)
    uploads.clear(upload_id=upload)
    Take.objects.update(state="sealed")
    again = uploads.open_upload(take_id=take.pk, kind="voice", performer_id=person("ana").pk, key=key.jwk, now=NOW)
    assert (again.upload_id, again.offset) == (upload, len(LOG))
    with pytest.raises(Conflict, match="already safe"):
        opened(take, "ana", BrowserKey())
    with pytest.raises(Conflict, match="closed"):
        opened(take, "ana", key, "heard")


def test_what_was_coming_in_when_the_take_was_sealed_and_cleared_still_ends_safe(store: LocalStore) -> None:
    """Bo left while Ana's browser was sending what she heard of him: its leftover is cleared, then it comes back."""
    take, key = take_of("ana", "bo", over=True), BrowserKey()
    heard = opened(take, "ana", key, "heard")
    incoming.append(queries.path_of(heard), 0, LOG[:100])
    take_back(take, "withdrawn")
    Take.objects.update(state="sealed")
    assert uploads.clear_leftovers(older_than=NOW + timedelta(hours=1)) == 1
    assert opened(take, "ana", key, "heard") == heard
    sent(heard, LOG, store, key)
    assert queries.incoming(upload_id=heard, performer_id=person("ana").pk).ended
    assert Track.objects.get(kind="heard").state == "gone", "nothing of it is kept"


def test_nothing_of_a_take_that_was_called_off_is_kept(store: LocalStore) -> None:
    take, key = take_of("ana", over=True), BrowserKey()
    upload = opened(take, "ana", key)
    incoming.append(queries.path_of(upload), 0, LOG)
    Take.objects.update(state="called-off")
    with pytest.raises(Conflict, match="called off"):
        uploads.agree(
            upload_id=upload, performer_id=person("ana").pk, claim=key.claim(upload, LOG), store=store, now=NOW
        )
    with pytest.raises(Conflict, match="called off"):
        opened(take, "ana", key, "camera")
    assert uploads.clear_leftovers(older_than=NOW + timedelta(hours=1)) == 1
    assert not queries.path_of(upload).exists()


def take_back(take: Take, how: str) -> None:
    """Bo takes his part back, soon after the scene: this one performance, or everything of his."""
    Session.objects.update(opened_ns=None)
    his = take.performances.get(performer=person("bo"))
    if how == "erased":
        key_actions.destroy(performer_id=his.performer_id, now=NOW)
        erasure.erase(performer_id=his.performer_id, now=NOW)
    else:
        review.withdraw(performance_id=his.pk, performer_id=his.performer_id, now=NOW)


@pytest.mark.parametrize("how", ["withdrawn", "erased"])
@pytest.mark.parametrize("begun", [True, False])
def test_what_a_partner_who_left_is_heard_in_is_taken_and_dropped(store: LocalStore, how: str, begun: bool) -> None:
    take, key = take_of("ana", "bo", over=True), BrowserKey()
    for kind in ("voice", "camera"):
        sent(opened(take, "ana", key, kind), LOG[:9], store, key)
    upload = opened(take, "ana", key, "heard") if begun else ""
    take_back(take, how)
    upload = upload or opened(take, "ana", key, "heard")
    before = sorted(store.root.rglob("*"))
    assert sent(upload, LOG, store, key).take_complete
    track = Track.objects.get(kind="heard")
    assert (track.state, track.sha256, track.log_bytes) == ("gone", "", len(LOG))
    assert sorted(store.root.rglob("*")) == before, "nothing of it is kept"
    claim = key.claim(upload, LOG)
    again = uploads.agree(upload_id=upload, performer_id=person("ana").pk, claim=claim, store=store, now=NOW)
    assert (again.already, again.sha256) == (True, track.log_sha256)
    uploads.clear(upload_id=upload)
    assert not queries.path_of(upload).exists()
    assert set(Track.objects.exclude(kind="heard").values_list("state", flat=True)) == {"complete"}


def test_what_one_takes_back_of_oneself_is_not_called_safe(store: LocalStore) -> None:
    take, key = take_of("ana", "bo"), BrowserKey()
    upload = opened(take, "bo", key)
    take_back(take, "withdrawn")
    with pytest.raises(Conflict):
        sent(upload, LOG, store, key, "bo")


def test_what_a_partner_who_left_was_heard_in_does_not_lie_about() -> None:
    take, key = take_of("ana", "bo"), BrowserKey()
    voice, heard = opened(take, "ana", key), opened(take, "ana", key, "heard")
    take_back(take, "withdrawn")
    assert uploads.clear_leftovers(older_than=NOW + timedelta(hours=1)) == 1
    assert queries.path_of(voice).exists()
    assert not queries.path_of(heard).exists()
    assert opened(take, "ana", key, "heard") == heard, "a browser that comes back begins it again"


def test_openings_in_a_flood_are_refused_in_words() -> None:
    for _ in range(10):
        take = take_of("ana")
        for kind in queries.KINDS:
            opened(take, "ana", BrowserKey(), kind)
    take = take_of("ana")
    with pytest.raises(uploads.TooOften, match="wait a minute"):
        opened(take, "ana", BrowserKey())
    assert Upload.objects.count() == uploads.OPENINGS_PER_MINUTE


def test_a_declared_length_stays_and_is_bounded() -> None:
    take, key = take_of("ana"), BrowserKey()
    upload, who = opened(take, "ana", key), person("ana").pk
    uploads.declare_length(upload_id=upload, performer_id=who, length=10)
    uploads.declare_length(upload_id=upload, performer_id=who, length=10)
    with pytest.raises(Conflict):
        uploads.declare_length(upload_id=upload, performer_id=who, length=11)
    with pytest.raises(LimitReached):
        uploads.declare_length(upload_id=opened(take, "ana", key, "heard"), performer_id=who, length=1 << 40)


def test_leftovers_of_a_crash_are_cleared(store: LocalStore) -> None:
    take, key = take_of("ana"), BrowserKey()
    ended, open_still = opened(take, "ana", key), opened(take, "ana", key, "camera")
    sent(ended, LOG, store, key)
    assert uploads.clear_leftovers(older_than=NOW + timedelta(hours=1)) == 1
    assert not queries.path_of(ended).exists()
    assert queries.path_of(open_still).exists()


def test_how_far_each_track_is(store: LocalStore) -> None:
    take, key = take_of("ana"), BrowserKey()
    sent(opened(take, "ana", key), LOG, store, key)
    incoming.append(queries.path_of(opened(take, "ana", key, "camera")), 0, b"12345")
    assert [(one.kind, one.arrived, one.safe) for one in queries.behind(take_id=take.pk)] == [
        ("voice", len(LOG), True),
        ("camera", 5, False),
    ]


def _append_many(path: str, content: bytes, won: "multiprocessing.Queue[int]") -> None:
    for _ in range(50):
        at = os.stat(path).st_size
        try:
            incoming.append(Path(path), at, content)
            won.put(at)
        except incoming.WrongOffset:
            pass


def test_two_processes_never_write_over_each_other(tmp_path: Path) -> None:
    path = tmp_path / "log"
    incoming.begin(path)
    context = multiprocessing.get_context("fork")
    won = context.Queue()
    writers = [context.Process(target=_append_many, args=(str(path), bytes([n]) * 1000, won)) for n in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    offsets = sorted(won.get() for _ in range(path.stat().st_size // 1000))
    assert offsets == list(range(0, path.stat().st_size, 1000))
    content = path.read_bytes()
    assert all(len(set(content[i : i + 1000])) == 1 for i in range(0, len(content), 1000))
