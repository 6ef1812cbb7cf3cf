"""Every store keeps the same promises: files on a disk, and a bucket that speaks S3 (moto's, or YESIF_TEST_S3)."""

import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from yesif.base.errors import BadInput, Damaged, LimitReached, NotFound
from yesif.media.store import Blob, Store, check, open_store

ABSENT = hashlib.sha256(b"absent").hexdigest()
WORDS = b"yes, if"
HASH = hashlib.sha256(WORDS).hexdigest()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Where a bucket may be made: moto's server in this process, or the one that YESIF_TEST_S3 names."""
    given = os.environ.get("YESIF_TEST_S3")
    if given:
        yield given
        return
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, os.environ.get(name, "test"))
    name = f"yesif-{uuid.uuid4().hex[:12]}"
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=name)
    return name


@pytest.fixture(params=["file", "s3"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return f"file://{tmp_path / 'store'}"
    endpoint, bucket = request.getfixturevalue("endpoint"), request.getfixturevalue("bucket")
    return f"s3://{bucket}/studio?endpoint={endpoint}&cache={tmp_path / 'copies'}"


@pytest.fixture
def store(address: str) -> Store:
    return open_store(address)


def test_what_is_put_can_be_read_whole_and_in_part(store: Store) -> None:
    assert store.put_bytes(WORDS) == Blob(HASH, len(WORDS))
    assert store.local_path(HASH).read_bytes() == WORDS
    assert store.read_range(HASH, 5, 2) == b"if"
    assert store.read_range(HASH, 5, 100) == b"if"
    assert store.read_range(HASH, 100, 5) == b""
    assert (store.exists(HASH), store.size(HASH)) == (True, len(WORDS))


def test_putting_the_same_twice_is_once(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(WORDS)
    assert store.put_file(tmp_path / "file") == store.put_bytes(WORDS) == store.put_file(tmp_path / "file")
    assert store.local_path(HASH).read_bytes() == WORDS


@pytest.mark.parametrize("size", [0, 1, 5_242_880, 12_000_001])
def test_files_of_every_size_come_back_as_they_were(store: Store, tmp_path: Path, size: int) -> None:
    content = (hashlib.sha256(str(size).encode()).digest() * (size // 32 + 1))[:size]
    (tmp_path / "file").write_bytes(content)
    blob = store.put_file(tmp_path / "file")
    assert blob == Blob(hashlib.sha256(content).hexdigest(), size)
    assert store.local_path(blob.sha256).read_bytes() == content
    assert store.read_range(blob.sha256, size // 2, 77) == content[size // 2 : size // 2 + 77]
    check(store, blob)


def test_another_process_with_the_same_address_sees_the_same(address: str) -> None:
    open_store(address).put_bytes(WORDS)
    assert open_store(address).local_path(HASH).read_bytes() == WORDS


def test_what_is_deleted_is_gone_and_deleting_again_is_no_error(store: Store) -> None:
    store.put_bytes(WORDS)
    copy = store.local_path(HASH)
    store.delete(HASH)
    store.delete(HASH)
    assert (store.exists(HASH), copy.exists()) == (False, False)
    with pytest.raises(NotFound):
        store.local_path(HASH)


@pytest.mark.parametrize("name", [ABSENT, "", "../../etc/passwd", HASH.upper(), HASH + "\n", HASH[:-1]])
def test_what_is_not_there_and_what_is_no_name_are_the_same_answer(store: Store, name: str) -> None:
    store.put_bytes(WORDS)
    for ask in (store.local_path, store.size, lambda one: store.read_range(one, 0, 1)):
        with pytest.raises(NotFound):
            ask(name)


def test_a_bucket_that_answers_with_other_bytes_is_caught(bucket: str, endpoint: str, tmp_path: Path) -> None:
    store = open_store(f"s3://{bucket}?endpoint={endpoint}&cache={tmp_path}")
    store.put_bytes(WORDS)
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.put_object(Bucket=bucket, Key=f"sha256/{HASH[:2]}/{HASH[2:4]}/{HASH}", Body=b"no, but")
    with pytest.raises(Damaged, match="7 bytes"):
        store.local_path(HASH)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_copies_go_a_day_after_they_were_last_asked_for(bucket: str, endpoint: str, tmp_path: Path) -> None:
    store = open_store(f"s3://{bucket}?endpoint={endpoint}&cache={tmp_path}")
    old, new = store.put_bytes(b"old"), store.put_bytes(b"new")
    copy = store.local_path(old.sha256)
    os.utime(copy, (time.time() - 90_000, time.time() - 90_000))
    store.local_path(new.sha256)
    assert not copy.exists()
    assert store.local_path(old.sha256).read_bytes() == b"old"


def test_a_bucket_that_does_not_answer_is_tried_again_and_not_taken_for_empty(tmp_path: Path, bucket: str) -> None:
    nowhere = open_store(f"s3://{bucket}-of-nobody?endpoint=http://127.0.0.1:9&cache={tmp_path}&retries=0")
    with pytest.raises(LimitReached):
        nowhere.exists(HASH)


@pytest.mark.parametrize("address", ["ftp://host/x", "file://", "s3://", "s3://b?colour=blue", "nonsense", ""])
def test_an_address_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match="YESIF_STORAGE"):
        open_store(address)


def test_bytes_under_a_name_of_their_own_take_the_place_of_older_ones(store: Store) -> None:
    for portions in ([b"yes"], [b"yes, ", b"if"]):
        store.put_named(ABSENT, portions)
    assert (store.size(ABSENT), store.read_range(ABSENT, 5, 9)) == (7, b"if")
    with pytest.raises(NotFound):
        store.put_named("../x", [b"never a path made of what a stranger typed"])
    store.delete(ABSENT)
    assert not store.exists(ABSENT)
