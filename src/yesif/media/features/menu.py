"""Which measurements a medium gets, in which order, and why one of them may be left out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from yesif.base.errors import Damaged, ModelMissing
from yesif.media.features.energy import Energy, Loudness
from yesif.media.features.f0 import Pitch, PitchTrack
from yesif.media.features.face import FaceMesh
from yesif.media.features.formants import Formants
from yesif.media.features.picture import PictureLook
from yesif.media.features.rhythm_level import SpeechLevel
from yesif.media.features.transcript import FasterWhisper, Transcript
from yesif.media.features.transcript_align import Aligner
from yesif.media.features.vad import SpeechActivity
from yesif.media.features.voice_quality import VoiceQuality
from yesif.media.features.words import GivenText, Line
from yesif.media.stage import Stage


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure. `face`: blaze192 (468 points), v2 (478 and blendshapes; its model must be there) or none.

    `face_every`: every nth frame. `words`: try a transcript, from `whisper` (a CTranslate2 model folder; None: the
    folder `whisper` below the models folder), in `language` (None: the engine decides). `lines`: what a person wrote
    or corrected; where there are any, they are placed in the sound and no engine is asked. `author`: who wrote them.
    """

    face: str = "blaze192"
    face_every: int = 1
    words: bool = True
    whisper: Path | None = None
    language: str | None = None
    lines: tuple[Line, ...] = ()
    author: str = "editor"


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stage that is not run, and why, in a sentence."""

    stage: str
    reason: str


def listeners(medium: str, models: Path, wanted: Wanted) -> Iterator[Stage | Skipped]:
    """The stages of `voice` or `camera`. A stage whose model is absent or damaged comes as Skipped."""
    kit = _Kit(models, wanted, PitchTrack())
    for name, make in _MENU[medium].items():
        if (name == "face" and wanted.face == "none") or (name == "words" and not wanted.words):
            continue
        try:
            yield make(kit)
        except (ModelMissing, Damaged) as reason:
            yield Skipped(name, str(reason))


@dataclass(frozen=True, slots=True)
class _Kit:
    """What stages are made from. One pitch track for all: what several need is worked out once."""

    models: Path
    wanted: Wanted
    pitch: PitchTrack


def _words(kit: _Kit) -> Stage:
    wanted = kit.wanted
    if wanted.lines:
        return GivenText(Aligner(), wanted.lines, wanted.author)
    return Transcript(FasterWhisper(wanted.whisper or kit.models / "whisper", wanted.language))


_MENU: dict[str, dict[str, Callable[[_Kit], Stage]]] = {
    "voice": {
        "vad": lambda kit: SpeechActivity(kit.models),
        "f0": lambda kit: Pitch(kit.pitch),
        "voice_quality": lambda kit: VoiceQuality(kit.pitch),
        "formants": lambda kit: Formants(kit.pitch),
        "speech_level": lambda kit: SpeechLevel(kit.pitch),
        "energy": lambda _: Energy(),
        "loudness": lambda _: Loudness(),
        "words": _words,
    },
    "camera": {
        "picture": lambda _: PictureLook(),
        "face": lambda kit: FaceMesh(kit.models, backend=kit.wanted.face, every=kit.wanted.face_every),
    },
}
