"""Where everything happened on one clock, and how sure that is: clock maps, sample clocks, losses, manifests.

Client time is integer microseconds of a browser's own clock; studio time is integer nanoseconds of the server's; take
time is studio time counted from "action". Values in, values out; nothing here reads a file or a clock.
"""

from yesif.core.timeline.clockmap import ClockMap, Segment, fit_clock
from yesif.core.timeline.closure import closure_ns
from yesif.core.timeline.finding import Finding
from yesif.core.timeline.gaps import Loss, frame_losses
from yesif.core.timeline.manifest import Place, TrackManifest
from yesif.core.timeline.pings import Ping, PingBook, read_pings
from yesif.core.timeline.samples import DeviceClock, device_clock

__all__ = [
    "ClockMap",
    "DeviceClock",
    "Finding",
    "Loss",
    "Ping",
    "PingBook",
    "Place",
    "Segment",
    "TrackManifest",
    "closure_ns",
    "device_clock",
    "fit_clock",
    "frame_losses",
    "read_pings",
]
