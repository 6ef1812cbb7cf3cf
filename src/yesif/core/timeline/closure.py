"""Do three clocks agree with each other? A to studio, B to studio, and A to B must close a triangle."""

from yesif.core.timeline.clockmap import ClockMap


def closure_ns(a: ClockMap, b: ClockMap, a_to_b: ClockMap, at_us: int) -> int | None:
    """By how much the triangle fails to close at A's time `at_us`: (A → studio) − (A → B → studio), nanoseconds.

    `a_to_b` is fitted to pings over the data channel, whose far clock is B's. None where one side is not known.
    An error common to both ways to the studio cancels here; what remains is what two tracks are apart.
    """
    if not (a.known and b.known and a_to_b.known):
        return None
    return a.at(at_us) - b.at(a_to_b.at(at_us) // 1000)
