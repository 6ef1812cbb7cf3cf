"""Shards: USTAR that anyone reads, the same bytes every time, whole or not there."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesif.base.errors import BadInput, Damaged, LimitReached
from yesif.core.corpus.npz import Array, write_npz
from yesif.core.corpus.shard import LARGEST_MEMBER, Member, header, write_shard


def members(folder: Path) -> list[Member]:
    big = folder / "picture.bin"
    big.write_bytes(bytes(range(256)) * 4099)
    return [Member("a.json", b"{}"), Member("a.wav", b"x" * 512), Member("a.mp4", big), Member("b.json", b"")]


def test_every_member_lies_where_the_index_says(tmp_path: Path) -> None:
    put = members(tmp_path)
    shard = write_shard(tmp_path / "out" / "0000.tar", put)
    content = (tmp_path / "out" / "0000.tar").read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (shard.size, shard.sha256)
    with tarfile.open(tmp_path / "out" / "0000.tar") as tar:
        for member, written, entry in zip(put, shard.members, tar.getmembers(), strict=True):
            expected = member.content.read_bytes() if isinstance(member.content, Path) else member.content
            piece = content[written.offset : written.offset + written.size]
            assert piece == expected
            assert written.sha256 == hashlib.sha256(expected).hexdigest()
            assert (entry.name, entry.size, entry.offset_data) == (member.name, written.size, written.offset)
            assert (entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname) == (0, 0, 0, "", "")


def test_our_headers_are_those_of_the_standard_library() -> None:
    entry = tarfile.TarInfo("V00_S0001_I00000011_P0001.wav")
    entry.size = 123_456_789
    theirs = entry.tobuf(tarfile.USTAR_FORMAT)
    ours = header(entry.name, entry.size)
    checksum = slice(148, 156)  # theirs also counts device numbers, which a file does not have
    assert ours[: checksum.start] + ours[checksum.stop : 265] == theirs[: checksum.start] + theirs[checksum.stop : 265]
    assert tarfile.TarInfo.frombuf(ours, "ascii", "strict").size == entry.size


def test_two_writings_are_the_same_bytes(tmp_path: Path) -> None:
    first = write_shard(tmp_path / "1.tar", members(tmp_path))
    assert write_shard(tmp_path / "2.tar", members(tmp_path)) == first
    assert (tmp_path / "1.tar").read_bytes() == (tmp_path / "2.tar").read_bytes()


def test_a_writing_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "0000.tar"
    write_shard(target, [Member("a.json", b"{}")])
    before = target.read_bytes()

    def broken() -> Iterator[Member]:
        yield Member("a.json", b"new")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_shard(target, broken())
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["0000.tar"]


def test_a_file_that_shrinks_under_our_hands_is_damage(tmp_path: Path) -> None:
    class Shrinking(type(tmp_path)):  # type: ignore[misc]  # the platform's own Path
        def stat(self, **kwargs: object) -> object:
            class Promised:
                st_size = 5000

            return Promised()

    real = tmp_path / "short.bin"
    real.write_bytes(b"short")
    with pytest.raises(Damaged, match="5000 bytes ended 4995 bytes early"):
        write_shard(tmp_path / "0.tar", [Member("a.mp4", Shrinking(real))])
    assert not (tmp_path / "0.tar").exists()


@pytest.mark.parametrize("name", ["", "a/b", "é.wav", "x" * 101, "../a"])
def test_a_name_that_is_not_plain_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        header(name, 1)


def test_a_member_too_large_for_the_format_is_refused() -> None:
    assert len(header("a", LARGEST_MEMBER)) == 512
    with pytest.raises(LimitReached):
        header("a", LARGEST_MEMBER + 1)


DTYPES = st.sampled_from(["<f2", "<f4", "<f8", "|b1", "<i2", "<i4", "<i8"])


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]+:[a-z_]+", fullmatch=True),
        st.tuples(DTYPES, st.lists(st.integers(0, 5), max_size=3)),
        max_size=5,
    )
)
def test_numpy_reads_back_what_we_write_and_twice_the_same(drawn: dict[str, tuple[str, list[int]]]) -> None:
    made = {name: np.ones(shape, descr) for name, (descr, shape) in drawn.items()}
    arrays = {name: Array(a.dtype.str, a.shape, a.tobytes()) for name, a in made.items()}
    content = write_npz(arrays)
    assert write_npz(dict(reversed(arrays.items()))) == content
    with np.load(io.BytesIO(content)) as back:
        assert sorted(back) == sorted(made)
        for name, value in made.items():
            assert back[name].dtype == value.dtype
            assert np.array_equal(back[name], value)


def test_an_array_whose_bytes_do_not_fit_its_shape_is_refused() -> None:
    with pytest.raises(BadInput, match="holds 8 bytes, not 4"):
        Array("<f4", (2,), b"0000")
    with pytest.raises(BadInput):
        Array("|O", (1,), b"00000000")
