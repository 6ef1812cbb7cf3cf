"""A take log, cut or damaged anywhere, gives every whole record it holds, and says what it does not."""

import hashlib
import io
import struct
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yesif.base.errors import BadInput, Damaged, NotFound
from yesif.media.takelog import HEADER_BYTES, LARGEST_PAYLOAD, MAGIC, Kind, LogWriter, chain, scan, verify
from yesif.media.takelog.form import pack, unpack_head

PAYLOADS = [b"", b"a", bytes(100), b"\x00\x01" * 480, MAGIC * 3, bytes(range(256))]


def log_bytes(payloads: list[bytes]) -> tuple[bytes, list[int]]:
    """A log of a header and these samples, and where each record ends."""
    memory = io.BytesIO()
    writer = LogWriter(memory)
    writer.say(Kind.HEADER, {"v": 1, "kind": "voice"})
    ends = [memory.tell()]
    for number, payload in enumerate(payloads):
        writer.add(Kind.PCM, payload, timestamp_us=number, arrival_us=number * 10, key=number % 2 == 0)
        ends.append(memory.tell())
    return memory.getvalue(), ends


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "take.yif"


def test_what_is_written_is_read(path: Path) -> None:
    path.write_bytes(log_bytes(PAYLOADS)[0])
    log = scan(path)
    assert list(log.payloads(log.of(Kind.PCM))) == PAYLOADS
    assert log.timestamp_us.tolist() == [0, 1, 2, 3, 4, 5]
    assert log.arrival_us.tolist() == [0, 10, 20, 30, 40, 50]
    assert log.key.tolist() == [True, False] * 3
    assert log.header == {"v": 1, "kind": "voice"}
    assert (log.findings, log.tail_bytes, log.ended) == ([], 0, False)


def test_the_form_is_the_one_that_is_written_down() -> None:
    record = pack(3, 1, 7, -5, 1_795_000_000_000_000, b"abc")
    length, kind, flags, zero, seq, timestamp, arrival, _crc = struct.unpack("<IBBHIqqI", record[:HEADER_BYTES])
    assert (length, kind, flags, zero, seq, timestamp, arrival) == (3, 3, 1, 0, 7, -5, 1_795_000_000_000_000)
    assert record[HEADER_BYTES:] == b"abc"


@given(cut=st.integers(0, 3_500))
@settings(max_examples=120, deadline=None)
def test_a_log_cut_at_any_byte_gives_every_whole_record_before_it(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cut") / "take.yif"
    whole, ends = log_bytes(PAYLOADS * 2)
    cut = min(cut, len(whole))
    path.write_bytes(whole[:cut])
    log = scan(path)
    kept = [end for end in ends if end <= cut]
    assert log.records == len(kept)
    assert log.tail_bytes == cut - (kept[-1] if kept else min(cut, len(MAGIC)))
    assert [finding.check for finding in log.findings] == (["cut"] if log.tail_bytes else [])


@given(at=st.integers(8, 3_400), flip=st.integers(1, 255))
@settings(max_examples=120, deadline=None)
def test_a_changed_byte_costs_its_own_record_and_no_other(
    at: int, flip: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("flip") / "take.yif"
    whole, ends = log_bytes(PAYLOADS * 2)
    at = min(at, len(whole) - 1)
    changed = bytearray(whole)
    changed[at] ^= flip
    path.write_bytes(changed)
    log = scan(path)
    assert log.records == len(ends) - 1
    assert {finding.check for finding in log.findings} <= {"damaged-bytes", "missing-records", "cut"}
    assert log.findings


def test_what_stands_twice_counts_once(path: Path) -> None:
    whole, ends = log_bytes([b"one", b"two"])
    path.write_bytes(whole + whole[ends[0] : ends[1]])
    log = scan(path)
    assert list(log.payloads(log.of(Kind.PCM))) == [b"one", b"two"]
    assert [finding.check for finding in log.findings] == ["repeated-record"]


def test_what_stands_late_is_put_back(path: Path) -> None:
    whole, ends = log_bytes([b"one", b"two", b"three"])
    first, second, third = (whole[a:b] for a, b in pairwise(ends))
    path.write_bytes(whole[: ends[0]] + first + third + second)
    log = scan(path)
    assert list(log.payloads(log.of(Kind.PCM))) == [b"one", b"two", b"three"]
    assert [finding.check for finding in log.findings] == ["missing-records", "out-of-order"]


def test_a_missing_record_is_counted(path: Path) -> None:
    whole, ends = log_bytes([b"one", b"two", b"three", b"four"])
    path.write_bytes(whole[: ends[1]] + whole[ends[3] :])
    log = scan(path)
    assert list(log.payloads(log.of(Kind.PCM))) == [b"one", b"four"]
    assert [(finding.check, finding.count) for finding in log.findings] == [("missing-records", 2)]


def test_a_second_header_begins_a_run(path: Path) -> None:
    with path.open("wb") as file:
        writer = LogWriter(file)
        writer.say(Kind.HEADER, {"v": 1, "sample_rate": 48_000})
        writer.add(Kind.PCM, b"aa")
        writer.say(Kind.HEADER, {"v": 1, "sample_rate": 44_100})
        writer.add(Kind.PCM, b"bb")
    log = scan(path)
    assert log.run.tolist() == [0, 1]
    assert [text.value["sample_rate"] for text in log.said(Kind.HEADER)] == [48_000, 44_100]
    assert [finding.check for finding in log.findings] == ["second-header"]


def test_a_recorder_that_counts_from_zero_again_loses_nothing(path: Path) -> None:
    one, _ = log_bytes([b"aa", b"bb"])
    two, _ = log_bytes([b"cc"])
    path.write_bytes(one + two[len(MAGIC) :])
    log = scan(path)
    assert list(log.payloads(log.of(Kind.PCM))) == [b"aa", b"bb", b"cc"]


def test_an_empty_file_is_a_log_of_nothing(path: Path) -> None:
    path.touch()
    assert (scan(path).records, scan(path).header) == (0, {})


def test_a_file_that_is_no_log_is_refused(path: Path) -> None:
    path.write_bytes(b"RIFF....WAVE")
    with pytest.raises(BadInput, match="not a take log"):
        scan(path)


def test_a_log_that_is_not_there_is_not_found(path: Path) -> None:
    with pytest.raises(NotFound):
        scan(path)


def test_a_payload_larger_than_allowed_is_no_record() -> None:
    head = struct.pack("<IBBHIqqI", LARGEST_PAYLOAD + 1, 3, 0, 0, 0, 0, 0, 0)
    assert unpack_head(head, 0) is None
    assert unpack_head(struct.pack("<IBBHIqqI", LARGEST_PAYLOAD, 3, 0, 0, 0, 0, 0, 0), 0) is not None


@pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b"[" * 100_000, b"", b"NaN nan"])
def test_a_note_that_is_no_json_is_a_finding(path: Path, text: bytes) -> None:
    with path.open("wb") as file:
        writer = LogWriter(file)
        writer.add(Kind.NOTE, text)
        writer.add(Kind.PCM, b"aa")
    log = scan(path)
    assert [finding.check for finding in log.findings] == ["unreadable-note"]
    assert len(log.of(Kind.PCM)) == 1


def test_a_note_of_another_shape_is_not_said(path: Path) -> None:
    with path.open("wb") as file:
        writer = LogWriter(file)
        writer.say(Kind.HEADER, ["not", "an", "object"])
        writer.say(Kind.PINGS, {"not": "a list"})
    log = scan(path)
    assert log.header == {}
    assert log.rows(Kind.PINGS) == []


def test_garbage_between_records_is_walked_over(path: Path) -> None:
    whole, ends = log_bytes([b"one", b"two"])
    path.write_bytes(whole[: ends[1]] + bytes(range(256)) * 20 + whole[ends[1] :])
    log = scan(path)
    assert list(log.payloads(log.of(Kind.PCM))) == [b"one", b"two"]
    assert [(finding.check, finding.count) for finding in log.findings] == [("damaged-bytes", 5_120)]


def test_a_log_made_to_be_slow_to_read_is_given_up(path: Path) -> None:
    # Two hundred heads that each promise two megabytes: without a limit, 400 megabytes would be read.
    head = struct.pack("<IBBHIqqI", 2_000_000, 3, 0, 0, 0, 0, 0, 0)
    path.write_bytes(MAGIC + head * 200 + bytes(2_100_000))
    log = scan(path)
    assert log.records == 0
    assert log.tail_bytes == log.size - len(MAGIC)


@given(content=st.binary(max_size=2_000))
@settings(max_examples=80, deadline=None)
def test_no_bytes_raise_anything_but_bad_input(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("any") / "take.yif"
    path.write_bytes(MAGIC + content)
    scan(path)


def test_the_chain_is_the_one_a_recorder_signs(path: Path) -> None:
    content = bytes(range(256)) * 3_000  # 768,000 bytes: two whole pieces and a short one
    path.write_bytes(content)
    head = bytes(32)
    for start in range(0, len(content), 262_144):
        head = hashlib.sha256(head + hashlib.sha256(content[start : start + 262_144]).digest()).digest()
    proved = chain(path)
    assert proved == verify(path, size=768_000, chain_hex=head.hex())
    assert proved.sha256 == hashlib.sha256(content).hexdigest()


def test_another_length_or_another_byte_breaks_the_chain(path: Path) -> None:
    path.write_bytes(b"x" * 300_000)
    signed = chain(path)
    with pytest.raises(Damaged, match="300000 bytes; its recorder signed 300001"):
        verify(path, size=300_001, chain_hex=signed.chain)
    path.write_bytes(b"x" * 299_999 + b"y")
    with pytest.raises(Damaged, match="chain"):
        verify(path, size=300_000, chain_hex=signed.chain)
