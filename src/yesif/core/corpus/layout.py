"""Where everything in a release stands, and what everything in it is called.

A release is laid out so that readers of the Seamless Interaction corpus open it unchanged (label/split/batch/archive):

    README.md  croissant.json  SHA256SUMS  manifest.parquet
    assets/{filelist,interactions,participants,relationships}.csv
    metadata/<table>.parquet
    improvised/{train,dev,test}/0000/0000.tar     V00_S0001_I00000011_P0001.{json,npz,wav,mp4}, the partner after it

Numbers in ids are pseudonyms of one line of releases (one project, use and licensee): they do not join across licences.
No name that a person typed ever reaches a path.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from yesif.base.errors import BadInput, Damaged

LABEL = "improvised"
SPLITS = ("train", "dev", "test")
SUFFIXES = ("json", "npz", "wav", "mp4")
"""Members of a sample, in the order in which they stand in a shard."""

SHARDS_PER_BATCH = 1000

_FORM = re.compile(r"^V(\d{2})_S(\d{4,})_I(\d{8})_P(\d{4,})$")


@dataclass(frozen=True, slots=True, order=True)
class SampleKey:
    """The name of one performance in a release: `V00_S0001_I00000011_P0001`.

    V studio, S session, I one take of one scene (never a prompt's id), P performer. Digits only, no dot: readers of
    WebDataset split a member's name at its first dot.
    """

    studio: int
    session: int
    interaction: int
    performer: int

    def __post_init__(self) -> None:
        if not 0 <= self.studio <= 99 or not 0 <= self.interaction <= 99_999_999:
            raise BadInput("a sample's name holds a studio of 0 to 99 and an interaction of 0 to 99999999")
        if self.session < 0 or self.performer < 0:
            raise BadInput("the numbers in a sample's name are not negative")

    def __str__(self) -> str:
        return f"{self.interaction_key}_P{self.performer:04d}"

    @property
    def session_key(self) -> str:
        return f"V{self.studio:02d}_S{self.session:04d}"

    @property
    def interaction_key(self) -> str:
        return f"{self.session_key}_I{self.interaction:08d}"

    @property
    def participant_key(self) -> str:
        return f"V{self.studio:02d}_P{self.performer:04d}"

    @classmethod
    def parse(cls, text: str) -> "SampleKey":
        """Read a name back; `str(SampleKey.parse(text)) == text` or it is refused. Raises BadInput."""
        found = _FORM.match(text)
        if found is None or not text.isascii():
            raise BadInput("a sample's name reads like V00_S0001_I00000011_P0001")
        key = cls(*(int(group) for group in found.groups()))
        if str(key) != text:
            raise BadInput("a sample's name has no more leading zeros than it needs")
        return key


def member_name(key: SampleKey, suffix: str) -> str:
    """`V00_S0001_I00000011_P0001.wav`. Raises BadInput for a suffix that no sample has."""
    if suffix not in SUFFIXES:
        raise BadInput(f"a sample's members are {', '.join(SUFFIXES)}")
    return f"{key}.{suffix}"


def shard_path(split: str, batch: int, archive: int) -> str:
    """Where a shard stands, below the release: `improvised/train/0000/0007.tar`."""
    if split not in SPLITS:
        raise BadInput(f"a split is one of {', '.join(SPLITS)}")
    if not 0 <= batch <= 9999 or not 0 <= archive < SHARDS_PER_BATCH:
        raise BadInput(f"a batch is 0 to 9999 and an archive 0 to {SHARDS_PER_BATCH - 1}")
    return f"{LABEL}/{split}/{batch:04d}/{archive:04d}.tar"


def inside(folder: Path, relative: str) -> Path:
    """The file `relative` below `folder`; a path that a stranger wrote may not lead out. Raises Damaged."""
    parts = relative.split("/")
    if not relative or "\\" in relative or "\0" in relative or any(part in ("", ".", "..") for part in parts):
        raise Damaged("a path in this release leads out of it")
    return folder.joinpath(*parts)


def pseudonyms(subjects: Iterable[str], *, key: bytes, taken: Mapping[str, int]) -> dict[str, int]:
    """Numbers 1, 2, 3 … for `subjects`: those in `taken` keep theirs, new ones follow in keyed order.

    The order is that of HMAC-SHA256(key, subject), so that numbers tell neither who joined first nor, between two
    lines of releases with different keys, who is who.
    """
    subjects = set(subjects)
    numbers = {subject: taken[subject] for subject in subjects if subject in taken}
    following = max(taken.values(), default=0)
    fresh = sorted(subjects - taken.keys(), key=lambda s: hmac.digest(key, s.encode(), "sha256"))
    return numbers | {subject: following + place for place, subject in enumerate(fresh, start=1)}


def token(subject: str, *, key: bytes) -> str:
    """A name for `subject` that only the studio can lead back to it: 24 hexadecimal digits of HMAC-SHA256."""
    return hmac.new(key, subject.encode(), hashlib.sha256).hexdigest()[:24]
