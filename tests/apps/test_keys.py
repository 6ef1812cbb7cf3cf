"""Keys at rest: what is sealed opens for those it was sealed for, and for nobody once one key of it is destroyed."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.apps.takes_cast import NOW
from yesif.apps.keys import actions, queries, root
from yesif.apps.keys.models import Box as Row
from yesif.apps.keys.models import PerformerKey
from yesif.base.errors import BadInput, Conflict, Damaged, NotFound
from yesif.media import strongbox
from yesif.media.store import open_store
from yesif.media.strongbox import Box, Sealed, name_of

ANA, BO = "per_ana", "per_bo"
WORDS = b"yes, if" * 10_000


@pytest.fixture
def address(settings: Settings, tmp_path: Path) -> str:
    settings.ROOT_KEY_FILE = tmp_path / "kept" / "root-key"
    return f"file://{tmp_path / 'store'}"


@pytest.fixture
def own(db: None, address: str) -> Box:
    return actions.box_for(box_id="prf_1", owners=[ANA], now=NOW)


@pytest.fixture
def joint(db: None, address: str) -> Box:
    return actions.box_for(box_id="tak_1", owners=[BO, ANA], now=NOW)


def put(address: str, box: Box, content: bytes = WORDS) -> Sealed:
    return Sealed(address, box, strongbox.put_bytes(open_store(address), box, content).sha256)


def test_the_root_key_is_made_once_and_only_its_owner_may_read_it(settings: Settings, address: str) -> None:
    assert root.root_key() == root.root_key()
    assert settings.ROOT_KEY_FILE.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in settings.ROOT_KEY_FILE.parent.iterdir()] == ["root-key"]


@pytest.mark.parametrize("content", ["", "abc", "zz" * 16, "00" * 15, "00" * 17])
def test_a_file_that_holds_no_root_key_is_refused(settings: Settings, address: str, content: str) -> None:
    settings.ROOT_KEY_FILE.parent.mkdir()
    settings.ROOT_KEY_FILE.write_text(content)
    with pytest.raises(Damaged):
        root.root_key()


def test_a_box_is_the_same_whenever_it_is_asked_for(own: Box) -> None:
    assert actions.box_for(box_id="prf_1", owners=[ANA], now=NOW) == queries.box("prf_1") == own
    assert queries.boxes(["prf_1"]) == queries.living(["prf_1", "prf_unknown"]) == {"prf_1": own}


def test_nothing_on_the_disk_is_the_key_or_the_words(own: Box, address: str, tmp_path: Path) -> None:
    put(address, own)
    row = Row.objects.get(pk="prf_1")
    performer = PerformerKey.objects.get(pk=ANA)
    assert own.key not in bytes(row.wrapped or b"")
    assert queries.performer_key(ANA) not in bytes(performer.wrapped or b"")
    for path in (tmp_path / "store").rglob("*"):
        assert not path.is_file() or b"yes, if" not in path.read_bytes()
    assert "key" not in repr(own)


def test_equal_bytes_of_two_people_are_two_blobs(own: Box, address: str) -> None:
    other = actions.box_for(box_id="prf_2", owners=[BO], now=NOW)
    mine, his = put(address, own), put(address, other)
    assert mine.sha256 == his.sha256
    open_store(address).delete(name_of("prf_1", mine.sha256))
    assert his.read(0, 7) == b"yes, if"
    with pytest.raises(NotFound):
        mine.read(0, 7)


def test_what_is_sealed_reads_as_a_file(own: Box, address: str, tmp_path: Path) -> None:
    content = os.urandom(100_003)
    sealed = put(address, own, content)
    assert sealed.size == len(content)
    with sealed.open() as file:
        file.seek(-5, os.SEEK_END)
        assert file.read() == content[-5:]
        file.seek(40_000)
        assert file.read(20_000) == content[40_000:60_000]
    assert sealed.copy(tmp_path).read_bytes() == content


def test_one_changed_bit_in_the_store_is_found(own: Box, address: str) -> None:
    sealed = put(address, own)
    path = open_store(address).local_path(name_of("prf_1", sealed.sha256))
    rotten = bytearray(path.read_bytes())
    rotten[len(rotten) // 2] ^= 1
    path.write_bytes(rotten)
    with pytest.raises(Damaged):
        b"".join(sealed.opened())


def test_a_blob_moved_to_another_box_does_not_open(own: Box, address: str) -> None:
    sealed, store = put(address, own), open_store(address)
    store.put_named(name_of("prf_2", sealed.sha256), [store.local_path(name_of("prf_1", sealed.sha256)).read_bytes()])
    with pytest.raises(Damaged):
        Sealed(address, Box("prf_2", own.key), sealed.sha256).read(0, 1)


@pytest.mark.parametrize("gone", [ANA, BO])
def test_what_holds_both_opens_for_nobody_once_one_key_is_destroyed(own: Box, joint: Box, gone: str) -> None:
    assert queries.box("tak_1") == joint
    assert actions.destroy(performer_id=gone, now=NOW)
    assert not actions.destroy(performer_id=gone, now=NOW), "a second time is none"
    with pytest.raises(NotFound):
        queries.box("tak_1")
    assert queries.living(["prf_1", "tak_1"]) == ({} if gone == ANA else {"prf_1": own})
    with pytest.raises(NotFound):
        queries.performer_key(gone)
    with pytest.raises(Conflict):
        actions.give(performer_id=gone, now=NOW)
    with pytest.raises(Conflict):
        actions.box_for(box_id="prf_9", owners=[gone], now=NOW)


def test_a_destroyed_box_is_never_made_again(own: Box) -> None:
    actions.destroy_boxes(box_ids=["prf_1", "prf_never_made"], now=NOW)
    for box_id in ("prf_1", "prf_never_made"):
        with pytest.raises(NotFound):
            queries.box(box_id)
        with pytest.raises(Conflict):
            actions.box_for(box_id=box_id, owners=[ANA], now=NOW)


def test_a_box_stays_with_those_it_was_made_for(joint: Box) -> None:
    for owners in ([ANA], [ANA, BO, "per_cy"], []):
        with pytest.raises(BadInput):
            actions.box_for(box_id="tak_1", owners=owners, now=NOW)


def test_another_root_key_opens_nothing(own: Box, settings: Settings, tmp_path: Path) -> None:
    settings.ROOT_KEY_FILE = tmp_path / "another"
    with pytest.raises(Damaged):
        queries.box("prf_1")


def test_inside_a_transaction_no_bytes_are_forgotten_yet(own: Box) -> None:
    assert not actions.forget_bytes()
