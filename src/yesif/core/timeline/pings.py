"""Questions about the time: what a browser asked, what the other side answered, and which answers cannot be true."""

from collections.abc import Iterable
from dataclasses import dataclass, field

_FASTEST_NS = -200_000  # browsers step their clock by up to 100 µs at either end; below this a ping answers too early
_SLOWEST_NS = 10_000_000_000
_LIMIT = 1 << 62


@dataclass(frozen=True, slots=True)
class Ping:
    """One question and its answer: asked at `t0_us` and heard at `t3_us` on the near clock (a browser's, microseconds),
    received at `t1_ns` and answered at `t2_ns` on the far clock (nanoseconds)."""

    t0_us: int
    t1_ns: int
    t2_ns: int
    t3_us: int

    @property
    def rtt_ns(self) -> int:
        """Time on the way there and back, without the far side's own."""
        return (self.t3_us - self.t0_us) * 1000 - (self.t2_ns - self.t1_ns)

    @property
    def offset_ns(self) -> int:
        """Far clock minus near clock if both ways took equally long (RFC 5905, §8). Wrong by at most half the way."""
        return ((self.t1_ns - self.t0_us * 1000) + (self.t2_ns - self.t3_us * 1000)) // 2

    @property
    def at_us(self) -> int:
        """The middle of the question, near clock."""
        return (self.t0_us + self.t3_us) // 2


@dataclass(slots=True)
class PingBook:
    """All pings of a log that may be true, by way ("ws" to the studio, "dc" to the partner), and why others may not."""

    ways: dict[str, list[Ping]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def to(self, way: str) -> list[Ping]:
        """The pings of one way, as they were written."""
        return self.ways.get(way, [])


def read_pings(rows: Iterable[object]) -> PingBook:
    """Pings as a browser wrote them, `[way, t0_us, t1_ns, t2_ns, t3_us]`, each judged by itself.

    Nothing raises: a row that is no ping, or whose times contradict each other, is counted under a reason in `refused`.
    Times beyond 2^53 may come as decimal strings, because JavaScript's numbers end there.
    """
    book = PingBook()
    for row in rows:
        ping, why = _ping(row)
        if ping is None:
            book.refused[why] = book.refused.get(why, 0) + 1
        else:
            book.ways.setdefault(str(row[0]), []).append(ping)  # type: ignore[index]  # _ping saw that it is a row
    return book


def _ping(row: object) -> tuple[Ping | None, str]:
    if not isinstance(row, list | tuple) or len(row) != 5 or row[0] not in ("ws", "dc"):
        return None, "not-a-ping"
    times = [_whole(value) for value in row[1:]]
    if None in times:
        return None, "not-a-ping"
    ping = Ping(*(time for time in times if time is not None))
    if ping.t3_us < ping.t0_us:
        return None, "heard-before-asked"
    if ping.t2_ns < ping.t1_ns:
        return None, "answered-before-received"
    if ping.rtt_ns < _FASTEST_NS:
        return None, "faster-than-possible"
    if ping.rtt_ns > _SLOWEST_NS:
        return None, "too-slow"
    return ping, ""


def _whole(value: object) -> int | None:
    if isinstance(value, str) and len(value) < 21 and value.lstrip("-").isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LIMIT:
        return None
    return value
