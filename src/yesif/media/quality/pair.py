"""Do two tracks make a scene of two? Lengths, shares of speech, and leak of one voice into the other microphone."""

from collections.abc import Sequence

from yesif.media.quality.finding import Finding, judge
from yesif.media.quality.leak import Leak

Span = tuple[int, int]
_QUIETEST_DB = -60.0  # without a sure leak the value shown is this floor: nothing above it was found


def pair_findings(
    spans: tuple[Span, Span], speech: tuple[Sequence[Span], Sequence[Span]], leaks: tuple[Leak | None, Leak | None]
) -> list[Finding]:
    """The pair's checks. `spans`: the voices' first and last moments; `leaks[i]`: the partner's voice on voice i."""
    lengths = [(end - start) / 1e9 for start, end in spans]
    whole = (min(start for start, _ in spans), max(end for _, end in spans))
    found = [judge("pair-length", "pair", abs(lengths[0] - lengths[1]), (min(end for _, end in spans), whole[1]))]
    spoken = [sum(end - start for start, end in side) for side in speech]
    if sum(spoken):
        found.append(judge("one-sided", "pair", 100 * min(spoken) / sum(spoken), whole))
    for index, leak in enumerate(leaks):
        if leak is not None:
            level = leak.level_db if leak.found else _QUIETEST_DB
            found.append(judge("leak", f"voice-{index}", level, whole, lag=f"{leak.lag_ms:.0f}"))
    return found
