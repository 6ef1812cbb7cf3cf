"""Keys held for hours, in memory only: what a lease opened, and the clips of one release they open.

A release ships every clip's key wrapped, nested, under a key for each performer in it. A lease holds the performers'
keys where everything of theirs may be read, and single clips' own keys where something of theirs may not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from yesif.base.errors import Damaged, Refused
from yesif.core.vault import chunks
from yesif.core.vault.chunks import ReadInto
from yesif.core.vault.envelope import unnest


@dataclass(frozen=True, slots=True)
class Wrapped:
    """One clip's key as the release ships it: whose keys it needs."""

    under: tuple[str, ...]
    nested: bytes


def clip_place(release: str, sample: str) -> str:
    """The place a clip's key is wrapped for."""
    return f"clip:{release}:{sample}"


def member_context(release: str, sample: str, suffix: str) -> bytes:
    """What a member's sealing is bound to: it opens as this member of this sample of this release only."""
    return f"yesif/clip/1\x00{release}\x00{sample}.{suffix}".encode()


class Held:
    """The keys of one lease, until it expires. Never written anywhere."""

    def __init__(
        self, keys: Mapping[str, bytes], wrapped: Mapping[str, Wrapped], *, release: str, expires: datetime
    ) -> None:
        self.release, self.expires = release, expires
        self._keys, self._wrapped = dict(keys), wrapped

    def opens(self, sample: str) -> bool:
        """Does this lease hold what the sample needs?"""
        one = self._wrapped.get(sample)
        return sample in self._keys or (one is not None and all(name in self._keys for name in one.under))

    def open(self, sample: str, suffix: str, read: ReadInto, sealed: int, *, now: datetime) -> bytes:
        """A member of a sample, of `sealed` bytes, in the clear. Raises Refused where the lease is over or lacks it,
        Damaged."""
        if now >= self.expires:
            self._keys.clear()
            raise Refused("this lease is over: ask for a new one")
        context = member_context(self.release, sample, suffix)
        return chunks.open_from(self._clip_key(sample), read, sealed, context=context)

    def _clip_key(self, sample: str) -> bytes:
        if sample in self._keys:
            return self._keys[sample]
        one = self._wrapped.get(sample)
        if one is None:
            raise Damaged("this release ships no key for this sample")
        if not self.opens(sample):
            raise Refused("this lease holds no key for this sample: not everyone in it allows this use today")
        under = {name: self._keys[name] for name in one.under}
        return unnest(one.nested, under=under, place=clip_place(self.release, sample))
