"""Sealed messages and wrapped keys: any change, cut or wrong place is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yesif.base.errors import Damaged
from yesif.core.vault import chunks, envelope
from yesif.core.vault.chunks import CHUNK, Opened, plain_size, seal, sealed_size

KEY = bytes(range(16))
ROUND = bytes(n * 7 % 251 for n in range(251))
SIZES = st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 77, 16 * CHUNK, 33 * CHUNK + 1])


def message_of(size: int) -> bytes:
    return (ROUND * (size // 251 + 1))[:size]


def sealed_of(size: int, portion: int = 10_000) -> bytes:
    message = message_of(size)
    return b"".join(seal(KEY, (message[at : at + portion] for at in range(0, size, portion)), context=b"clip"))


def in_one_pass(sealed: bytes, short: int = 0) -> bytes:
    """Opened as the licensee's reader does it; `short`: how many bytes of the end are not there to be read."""
    there = chunks.from_memory(sealed[: len(sealed) - short])
    return chunks.open_from(KEY, there, len(sealed), context=b"clip")


def opened(sealed: bytes, key: bytes = KEY, context: bytes = b"clip") -> Opened:
    return Opened(key, lambda at, length: sealed[at : at + length], len(sealed), context=context)


@given(SIZES, st.integers(1, 40_000))
@settings(max_examples=40, deadline=None)
def test_a_message_reads_back_however_it_came(size: int, portion: int) -> None:
    sealed = sealed_of(size, portion)
    assert len(sealed) == sealed_size(size)
    assert plain_size(len(sealed)) == size
    assert b"".join(opened(sealed)) == in_one_pass(sealed) == chunks.open_whole(KEY, sealed, context=b"clip")
    assert in_one_pass(sealed) == message_of(size)


@given(st.integers(0, 3 * CHUNK), st.integers(0, 40_000))
@settings(max_examples=60, deadline=None)
def test_it_reads_from_anywhere(offset: int, length: int) -> None:
    size = 2 * CHUNK + 500
    assert opened(sealed_of(size)).read(offset, length) == message_of(size)[offset : offset + length]


@given(SIZES, st.data())
@settings(max_examples=80, deadline=None)
def test_any_changed_bit_is_refused(size: int, draw: st.DataObject) -> None:
    sealed = bytearray(sealed_of(size))
    bit = draw.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(Damaged):
        b"".join(opened(bytes(sealed)))
    with pytest.raises(Damaged):
        in_one_pass(bytes(sealed))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_cut_is_refused_even_at_a_chunks_border(draw: st.DataObject) -> None:
    sealed = sealed_of(2 * CHUNK + 500)
    borders = [chunks.HEAD + n * (CHUNK + chunks.TAG) for n in range(3)]
    at = draw.draw(st.sampled_from(borders) | st.integers(0, len(sealed) - 1))
    with pytest.raises(Damaged):
        b"".join(opened(sealed[:at]))
    with pytest.raises(Damaged):
        in_one_pass(sealed[:at])
    with pytest.raises(Damaged):
        in_one_pass(sealed, short=len(sealed) - at)


def test_a_file_that_loses_its_end_while_it_is_read_is_refused() -> None:
    sealed = sealed_of(20 * CHUNK)
    with pytest.raises(Damaged, match="ends after chunk 16"):
        in_one_pass(sealed, short=1)


def test_a_wrong_key_or_context_is_refused_before_anything_is_read() -> None:
    sealed = sealed_of(100)
    with pytest.raises(Damaged, match="does not open"):
        opened(sealed, key=bytes(16))
    with pytest.raises(Damaged, match="does not open"):
        opened(sealed, context=b"another clip")


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16), st.text(max_size=20))
def test_a_wrapped_key_opens_in_its_place_only(key: bytes, under: bytes, place: str) -> None:
    wrapped = envelope.wrap(key, under=under, place=place)
    assert envelope.unwrap(wrapped, under=under, place=place) == key
    with pytest.raises(Damaged):
        envelope.unwrap(wrapped, under=under, place=place + "x")
    with pytest.raises(Damaged):
        envelope.unwrap(wrapped, under=bytes(b ^ 1 for b in under), place=place)


KEYS = st.binary(min_size=16, max_size=16)


@given(KEYS, st.dictionaries(st.text(min_size=1, max_size=8), KEYS, min_size=1, max_size=4), st.text(max_size=20))
def test_a_nested_key_needs_every_key_around_it(key: bytes, under: dict[str, bytes], place: str) -> None:
    nested = envelope.nest(key, under=under, place=place)
    assert envelope.unnest(nested, under=under, place=place) == key
    with pytest.raises(Damaged):
        envelope.unnest(nested, under=under, place=place + "x")
    for name in under:
        fewer = {one: value for one, value in under.items() if one != name}
        with pytest.raises(Damaged):
            envelope.unnest(nested, under=fewer, place=place)
        with pytest.raises(Damaged):
            envelope.unnest(nested, under={**fewer, name: bytes(b ^ 1 for b in under[name])}, place=place)
