"""Which measurements a medium gets, in which order, and why one of them may be left out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from yesif.base.errors import Damaged, ModelMissing
from yesif.media.features.energy import Energy, Loudness
from yesif.media.features.f0 import Pitch, PitchTrack
from yesif.media.features.face import FaceMesh
from yesif.media.features.formants import Formants
from yesif.media.features.picture import PictureLook
from yesif.media.features.pose import BodyPose
from yesif.media.features.rhythm_level import SpeechLevel
from yesif.media.features.transcript import FasterWhisper, Transcript
from yesif.media.features.transcript_align import Aligner
from yesif.media.features.vad import SpeechActivity
from yesif.media.features.voice_quality import VoiceQuality
from yesif.media.features.words import GivenText, Line
from yesif.media.models import find
from yesif.media.stage import Stage


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure. `face`: blaze192 (468 points), v2 (478 and blendshapes), none, or best: v2 where its model is.

    `face_every`: every nth frame; 0: every frame of 468 points and every second of v2, which costs as much.
    `pose_hz`: looks at the body a second; 0: none. `words`: try a transcript, from `whisper` (a CTranslate2 model
    folder; None: the folder `whisper` below the models folder), in `language` (None: the engine decides). `lines`: what
    a person wrote or corrected; where there are any, they are placed in the sound and no engine is asked. `author`: who
    wrote them.
    """

    face: str = "best"
    face_every: int = 0
    pose_hz: int = 5
    words: bool = True
    whisper: Path | None = None
    language: str | None = None
    lines: tuple[Line, ...] = ()
    author: str = "editor"


USUAL = Wanted()
PROFILES: Mapping[str, Wanted] = {
    "usual": USUAL,
    "base": Wanted(face="blaze192", face_every=1, pose_hz=0),
    "standard": Wanted(face="v2", face_every=2),
    "everything": Wanted(face="v2", face_every=1),
    "voice": Wanted(face="none", pose_hz=0),
}
"""What can be asked for by name, and what the benchmark holds against bare decoding."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stage that is not run, and why, in a sentence."""

    stage: str
    reason: str


def listeners(medium: str, models: Path, wanted: Wanted) -> Iterator[Stage | Skipped]:
    """The stages of `voice` or `camera`. A stage whose model is absent or damaged comes as Skipped."""
    kit = _Kit(models, wanted, PitchTrack())
    for name, make in _MENU[medium].items():
        if name in wanted_not(wanted):
            continue
        try:
            yield make(kit)
        except (ModelMissing, Damaged) as reason:
            yield Skipped(name, str(reason))


def wanted_not(wanted: Wanted) -> frozenset[str]:
    """Stages that were not asked for, so that nobody has to be told why they are not there."""
    unasked = {"face": wanted.face == "none", "pose": wanted.pose_hz == 0, "words": not wanted.words}
    return frozenset(name for name, left_out in unasked.items() if left_out)


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


def _face(kit: _Kit) -> Stage:
    wanted = kit.wanted
    v2 = wanted.face == "v2" or (wanted.face == "best" and _is_there("face-landmarker-v2", kit.models))
    every = wanted.face_every or (2 if v2 else 1)
    return FaceMesh(kit.models, backend="v2" if v2 else "blaze192", every=every)


def _is_there(model: str, models: Path) -> bool:
    try:
        find(model, models)
    except (ModelMissing, Damaged):
        return False
    return True


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
        "face": _face,
        "pose": lambda kit: BodyPose(kit.models, hz=kit.wanted.pose_hz),
    },
}
