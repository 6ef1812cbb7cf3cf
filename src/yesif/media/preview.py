"""The film a performer reviews: one file a browser plays, the sound's outline, and one still, all without sealed parts.

H.264 stays as it was recorded and gets AAC beside it in MP4; VP8, VP9 and AV1 get Opus in WebM. The film's zero is
"action": its times are take times, and the sound is stretched to the studio's clock by the track's measured drift.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from numpy.typing import NDArray

from yesif.base.errors import BadInput
from yesif.media.assemble.imported import encode_again
from yesif.media.assemble.made import writing
from yesif.media.cut import Curtain, Placed, Span, merged, open_pictures, silence, silent
from yesif.media.decode import LARGEST_PIXELS
from yesif.media.probe import open_recording

RATE = 48_000
STEP_NS = 10_000_000
"""One pair of peaks stands for this long."""
_STEP = RATE * STEP_NS // 1_000_000_000
_POSTER_WIDTH = 640
_FORMS = {"h264": "mp4", "vp8": "webm", "vp9": "webm", "av1": "webm"}

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Preview:
    """What was made. `film`, of `media_type` video/mp4, video/webm or audio/mp4; `poster`: PNG, None without picture.

    `peaks`: JSON {"v": 1, "step_ns": 10000000, "peaks": [low, high, low, high, …]}, −128…127, from take time 0.
    `length_ns`: how long the film is. `left_out`: the seals that are not in it, merged; `dark`: where no picture is.
    """

    film: Path
    media_type: str
    peaks: Path
    poster: Path | None
    length_ns: int
    left_out: tuple[Span, ...]
    dark: tuple[Span, ...]

    def as_json(self) -> dict[str, object]:
        """Plain JSON; paths as text."""
        return {
            "film": str(self.film),
            "media_type": self.media_type,
            "peaks": str(self.peaks),
            "poster": str(self.poster) if self.poster else None,
            "length_ns": self.length_ns,
            "left_out": [list(span) for span in self.left_out],
            "dark": [list(span) for span in self.dark],
        }


def make_preview(out_dir: Path, *, camera: Placed | None, voice: Placed | None, sealed: Sequence[Span] = ()) -> Preview:
    """Write film, peaks and poster of one performance into `out_dir` (made if absent).

    `camera` and `voice`: `Placed.of(path, manifest)`; one of them may be None. `sealed`: take times. Raises BadInput
    where there is nothing to show, Damaged or NotFound where a track cannot be read.
    """
    if camera is None and voice is None:
        raise BadInput("There is neither picture nor voice to preview.")
    out_dir.mkdir(parents=True, exist_ok=True)
    spans = merged(sealed)
    camera, borrowed = _playable(camera, out_dir)
    try:
        return _make(out_dir, camera, voice, spans)
    finally:
        if borrowed is not None:
            borrowed.unlink(missing_ok=True)


def _playable(camera: Placed | None, out_dir: Path) -> tuple[Placed | None, Path | None]:
    """The camera as browsers can play it; a second path where it had to be encoded again, to be removed."""
    if camera is None:
        return None, None
    with open_recording(camera.path) as source:
        if source.streams.video and source.streams.video[0].codec_context.name in _FORMS:
            return camera, None
        made = encode_again(source, source.streams.video[0], out_dir / f".again.{os.getpid()}")
    if made.path is None or made.place is None:
        return None, None
    return Placed(made.path, camera.at(made.place.offset_ns), camera.drift_ppb), made.path


def _make(out_dir: Path, camera: Placed | None, voice: Placed | None, spans: list[Span]) -> Preview:
    form = _form(camera)
    film = out_dir / f"preview.{form}"
    curtain = Curtain(spans)
    outline: list[NDArray[np.int8]] = []
    with writing(film, form) as target:
        end_ns = _write(target, form, camera, voice, curtain, outline)
    if not film.exists():
        raise BadInput("Everything in this performance is sealed; there is nothing to show.")
    peaks = out_dir / "peaks.json"
    pairs = np.concatenate(outline).tolist() if outline else []
    peaks.write_text(json.dumps({"v": 1, "step_ns": STEP_NS, "peaks": pairs}, separators=(",", ":")))
    media = "audio/mp4" if camera is None else f"video/{form}"
    poster = _poster(film, out_dir / "poster.png") if camera else None
    return Preview(film, media, peaks, poster, end_ns, tuple(spans), curtain.end(end_ns) if camera else ())


def _form(camera: Placed | None) -> str:
    if camera is None:
        return "mp4"
    with open_recording(camera.path) as source:
        return _FORMS[source.streams.video[0].codec_context.name]


def _write(
    target: OutputContainer,
    form: str,
    camera: Placed | None,
    voice: Placed | None,
    curtain: Curtain,
    outline: list[NDArray[np.int8]],
) -> int:
    """Write both streams side by side; the end of the film, nanoseconds."""
    unit = 1_000 if form == "mp4" else 1_000_000
    sound = _SoundTrack(target, form, voice, curtain.spans, outline) if voice else None
    if camera is None:
        return sound.until(None) if sound else 0
    end_ns = 0
    with open_recording(camera.path) as source:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream, opaque=True)
        base = copy.time_base = Fraction(unit, 1_000_000_000)
        previous = -(1 << 62)
        for shown in open_pictures(source, camera, curtain):
            packet: Packet[Any] = Packet(bytes(shown.packet))
            packet.stream, packet.time_base = copy, base
            ahead = _lag(shown.packet, stream.time_base or base)
            packet.pts = (shown.at_ns + unit // 2) // unit
            previous = packet.dts = max(min((shown.at_ns - ahead + unit // 2) // unit, packet.pts), previous + 1)
            packet.pts = max(packet.pts, packet.dts)
            packet.is_keyframe = shown.packet.is_keyframe
            usual = shown.packet.duration or 0
            packet.duration = int(usual * (stream.time_base or base) / base)
            target.mux(packet)
            end_ns = max(end_ns, shown.at_ns + packet.duration * unit)
            if sound:
                sound.until(shown.at_ns)
    return max(end_ns, sound.until(None) if sound else 0)


def _lag(packet: "Packet[Any]", base: Fraction) -> int:
    """How long before it is shown a packet is decoded, nanoseconds."""
    if packet.pts is None or packet.dts is None:
        return 0
    return int((packet.pts - packet.dts) * base * 1_000_000_000)


class _SoundTrack:
    """The voice in take time: encoded into the film as far as the picture has come, its outline kept on the way."""

    def __init__(
        self, target: OutputContainer, form: str, voice: Placed, spans: list[Span], outline: list[NDArray[np.int8]]
    ) -> None:
        self.target, self.outline = target, outline
        self.stream: AudioStream = target.add_stream("aac" if form == "mp4" else "libopus", rate=RATE, layout="mono")
        self.stream.codec_context.bit_rate = 96_000
        self.sample_format = self.stream.codec_context.format.name
        self.seconds = _seconds(voice, spans)
        self.given = 0
        self.ended = False

    def until(self, at_ns: int | None) -> int:
        """Write sound up to a second beyond `at_ns`, or all that is left; the end of what was written, nanoseconds."""
        while not self.ended and (at_ns is None or self.given * 1_000_000_000 // RATE < at_ns + 1_000_000_000):
            second = next(self.seconds, None)
            if second is None:
                self.target.mux(self.stream.encode(None))
                self.ended = True
                break
            self._give(second)
        return self.given * 1_000_000_000 // RATE

    def _give(self, second: Sound) -> None:
        whole = np.zeros(-(-len(second) // _STEP) * _STEP, np.float32)
        whole[: len(second)] = second
        bins = np.clip(np.round(whole.reshape(-1, _STEP) * 127), -128, 127)
        self.outline.append(np.stack([bins.min(axis=1), bins.max(axis=1)], axis=1).astype(np.int8).reshape(-1))
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(second[None]), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.given, Fraction(1, RATE)
        self.target.mux(self.stream.encode(frame))
        self.given += len(second)


def _seconds(voice: Placed, spans: list[Span]) -> Iterator[Sound]:
    """The voice at 48 kHz by the studio's clock from take time 0, a second at a time, sealed parts silent.

    Drift is taken out by linear interpolation: parts per million of a sample's distance, inaudible in a preview.
    """
    held, first = np.zeros(0, np.float32), 0
    pieces = _source(voice, spans)
    at, ended = 0, False
    step = 1 / (1 + voice.drift_ppb * 1e-9)
    start = -voice.offset_ns * step * RATE / 1e9
    while True:
        wanted = start + (at + np.arange(RATE)) * step
        while not ended and first + len(held) <= wanted[-1] + 1:
            piece = next(pieces, None)
            if piece is None:
                ended = True
            else:
                held = np.concatenate([held, piece])
        inside = wanted <= first + len(held) - 1 if ended else np.ones(RATE, np.bool_)
        if not inside.any():
            return
        where = wanted[inside] - first
        if len(held):
            second = np.interp(where, np.arange(len(held)), held, left=0.0).astype(np.float32)
        else:
            second = np.zeros(len(where), np.float32)  # the voice begins later than this second
        yield second
        at += len(second)
        if not inside.all():
            return
        gone = max(0, min(int(wanted[-1]) - first - 1, len(held)))
        held, first = held[gone:], first + gone


def _source(voice: Placed, spans: list[Span]) -> Iterator[Sound]:
    """The voice's own samples at 48 kHz, mono, full scale ±1, sealed parts silent before anything else."""
    with open_recording(voice.path) as source:
        stream = source.streams.audio[0]
        own = stream.codec_context.sample_rate
        holes = [silent(voice, span, own) for span in spans]
        mono = av.AudioResampler("flt", "mono", own)
        to_rate = av.AudioResampler("flt", "mono", RATE) if own != RATE else None
        at = 0
        for frame in source.decode(stream):
            frame.pts = None
            for out in mono.resample(frame):
                sound = out.to_ndarray()[0].astype(np.float32)
                silence(sound, at, holes)
                at += len(sound)
                yield from [sound] if to_rate is None else _converted(to_rate, sound, own)
        if to_rate is not None:
            yield from _converted(to_rate, None, own)


def _converted(resampler: av.AudioResampler, sound: Sound | None, rate: int) -> Iterator[Sound]:
    frame = None
    if sound is not None:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[None]), format="flt", layout="mono")
        frame.sample_rate = rate
    for out in resampler.resample(frame):
        yield out.to_ndarray()[0].astype(np.float32)


def _poster(film: Path, path: Path) -> Path | None:
    """A still from a third of the way in, out of the film itself, so that nothing sealed can be in it."""
    with open_recording(film) as source:
        if not source.streams.video:
            return None  # every picture is sealed
        stream = source.streams.video[0]
        if stream.codec_context.width * stream.codec_context.height > LARGEST_PIXELS:
            return None
        frame = _still(source)
    if frame is None:
        return None
    width = min(_POSTER_WIDTH, frame.width)
    image = frame.reformat(width=width, height=max(1, frame.height * width // frame.width), format="rgb24").to_image()
    if frame.rotation:
        image = image.rotate(frame.rotation, expand=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    image.save(beside, format="PNG")
    os.replace(beside, path)
    return path


def _still(source: InputContainer) -> Any:
    stream = source.streams.video[0]
    if source.duration:
        source.seek(source.duration // 3)
    for _ in range(2):
        try:
            for frame in source.decode(stream):
                return frame
        except av.FFmpegError:
            pass
        source.seek(0)
    return None
