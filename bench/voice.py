"""Voice, words and emphasis against their peers and references, in one run: CPU seconds, ratios, agreement.

Peers (openSMILE, Praat through parselmouth, silero-vad with torch) are installed into .cache/bench-venv and run there;
their licences keep them out of the package. A peer that cannot be installed is skipped in words. Speech comes from the
shared folder; without it the synthetic voice stands in and what needs references is skipped.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path

import _machine
import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from yesif.base.errors import YesIfError
from yesif.media.decode import decode
from yesif.media.features.energy import Energy, Loudness
from yesif.media.features.f0 import Pitch, PitchTrack, Stretch, analyse
from yesif.media.features.formants import Formants, formants
from yesif.media.features.prominence import emphasis_between
from yesif.media.features.prominence_contours import Spoken
from yesif.media.features.rhythm import syllables
from yesif.media.features.rhythm_level import SpeechLevel, speech_level
from yesif.media.features.transcript import HeardWord
from yesif.media.features.transcript_align import Aligner
from yesif.media.features.transcript_sounds import sounds_of, syllables_of
from yesif.media.features.vad import PIECE, SpeechActivity
from yesif.media.features.vad_net import FRAME, Silero
from yesif.media.features.voice_quality import VoiceQuality, qualities
from yesif.media.models import find
from yesif.media.stage import UNMOVED, Block, Listener, Need, Stage
from yesif.media.synthetic import voice_of

ROOT = Path(__file__).resolve().parent.parent
MODELS = Path(os.environ.get("YESIF_MODELS", ROOT / ".cache" / "models"))
SPEECH = Path(os.environ.get("YESIF_SHARED", ROOT.parent / "shared")) / "footage" / "speech"
PEERS = ROOT / ".cache" / "bench-venv"
CLIPS = ("LJ050-0276.wav", "LJ050-0277.wav", "jfk.flac", "2412-153948-0000.flac", "ES2011a.Headset-0-40s-46s.wav")
READ = ("LJ050-0276", "LJ050-0277")
PACKAGES = {
    "opensmile": ("opensmile",),
    "praat": ("praat-parselmouth",),
    "silero": ("torch==2.13.0", "silero-vad", "onnxruntime", "soundfile"),
}
ROUNDS = 5
Sound = NDArray[np.float32]


class Nothing:
    """A sink that keeps nothing."""

    def add(self, rows: object) -> None:
        """Forget them."""


class Sounds(Listener):
    """Keeps the whole sound at 16 kHz."""

    needs: frozenset[Need] = frozenset({"pcm16k"})

    def __init__(self) -> None:
        self.blocks: list[Sound] = []

    def on_audio(self, block: Block) -> None:
        self.blocks.append(block.samples.copy())


def say(label: str, value: float, unit: str, goal: str = "") -> None:
    print(f"{label:66} {value:9.4g} {unit:8} {goal}", flush=True)


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of all threads, best of ROUNDS."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def peer(name: str, folder: Path, files: list[Path]) -> dict[str, NDArray[np.float64]] | None:
    """What a peer measured, or None and a sentence why not."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", *PACKAGES[name]]
    out = folder / f"{name}.npz"
    run = [str(python), str(ROOT / "bench" / "_voice_peers.py"), name, str(out), *map(str, files)]
    for command in (install, run):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip() or "no message").splitlines()[-1]
            print(f"{name}: skipped, it could not be {'installed' if command is install else 'run'}: {last[:120]}")
            return None
    with np.load(out) as told:
        return dict(told)


def heard(path: Path) -> Sound:
    keeper = Sounds()
    decode(path, [keeper], audio=UNMOVED)
    whole = np.concatenate(keeper.blocks)
    return (np.round(np.clip(whole, -1, 1) * 32_767) / 32_767).astype(np.float32)  # as the peers read it from the file


def write_wav(path: Path, sound: Sound) -> Path:
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(16_000)
        target.writeframes(np.round(sound * 32_767).astype("<i2").tobytes())
    return path


def every_voice_stage() -> list[Stage]:
    pitch = PitchTrack()
    own: list[Stage] = [Pitch(pitch), VoiceQuality(pitch), Formants(pitch), SpeechLevel(pitch), Energy(), Loudness()]
    return [SpeechActivity(MODELS), *own]


def measure(path: Path, make: Callable[[], list[Stage]]) -> None:
    stages = make()
    for stage in stages:
        stage.start(Nothing())
    decode(path, stages, audio=UNMOVED)
    for stage in stages:
        stage.finish()


def cost(minute: Path, folder: Path) -> None:
    whole = cpu(partial(measure, minute, every_voice_stage))
    say("all voice measurements, decoding and resampling included", whole / 60, "x real", "goal <= 0.015")
    pitch = PitchTrack
    kinds: list[tuple[str, Callable[[], list[Stage]]]] = [
        ("  decoding and resampling to 16 kHz", lambda: [Sounds()]),  # type: ignore[list-item]
        ("  + pitch", lambda: [Pitch(pitch())]),
        ("  + jitter, shimmer, HNR, CPP, tilt", lambda: (lambda p: [Pitch(p), VoiceQuality(p)])(pitch())),
        ("  + formants", lambda: (lambda p: [Pitch(p), VoiceQuality(p), Formants(p)])(pitch())),
    ]
    for label, make in kinds:
        say(label, cpu(partial(measure, minute, make)) / 60, "x real")
    if (told := peer("opensmile", folder, [minute])) is not None:
        say("openSMILE eGeMAPS descriptors", float(told["cpu"]) / 60, "x real")
        say("  over all of ours", float(told["cpu"]) / whole, "x", "goal >= 2.5")


def activity(minute: Path, folder: Path) -> None:
    sound = heard(minute)
    sound = sound[: len(sound) // FRAME * FRAME]
    model = find("silero-vad", MODELS)

    def by_pieces() -> list[NDArray[np.float32]]:
        net = Silero(model)
        return [net(sound[start : start + PIECE]) for start in range(0, len(sound), PIECE)]

    def by_steps() -> list[NDArray[np.float32]]:
        net = Silero(model)
        return [net(sound[start : start + FRAME]) for start in range(0, len(sound), FRAME)]

    ours, seconds = np.concatenate(by_pieces()), cpu(by_pieces)
    say("speech activity", seconds / 60, "x real")
    differing = int((ours != np.concatenate(by_steps())).sum())
    say("  frames that differ from the same net step by step", differing, "frames", "goal 0")
    if (told := peer("silero", folder, [minute])) is not None:
        say("  largest difference from the package's own loop (ONNX)", np.abs(ours - told["onnx"]).max(), "1")
        say(
            "  frames on another side of 0.5 there",
            int(((ours > 0.5) != (told["onnx"] > 0.5)).sum()),
            "frames",
            "goal 0",
        )
        say(
            "  silero's package over ours, both loading their net", float(told["cpu_torch"]) / seconds, "x", "goal >= 8"
        )
        say("  the same with its net already loaded", float(told["cpu_torch_loaded"]) / seconds, "x")
        say("  the same with its ONNX net already loaded", float(told["cpu_onnx_loaded"]) / seconds, "x")


def praat(sounds: list[Sound], folder: Path) -> None:
    files = [write_wav(folder / f"{index}.wav", sound) for index, sound in enumerate(sounds)]
    if (told := peer("praat", folder, files)) is None:
        return
    own = [own_figures(sound) for sound in sounds]
    ours = {name: np.concatenate([one[name] for one in own]) for name in own[0]}
    both = np.isfinite(ours["f0"]) & np.isfinite(told["f0"])
    ratio = ours["f0"][both] / told["f0"][both]
    say("f0 against Praat: median difference", float(np.median(1200 * np.abs(np.log2(ratio)))), "cents", "goal <= 3")
    say("  gross errors (off by more than a fifth)", 100 * float((np.abs(ratio - 1) > 0.2).mean()), "%", "goal <= 0.5")
    voicing = np.isfinite(ours["f0"]) != np.isfinite(told["f0"])
    say("  frames voiced here and not there, or there and not here", 100 * float(voicing.mean()), "%")
    for name, unit in (("hnr", "dB"), ("jitter", "%"), ("shimmer", "%"), ("f1", "Hz"), ("f2", "Hz"), ("f3", "Hz")):
        known = np.isfinite(ours[name]) & np.isfinite(told[name]) & both
        a, b = ours[name][known], told[name][known]
        print(
            f"  {name}: median {np.median(a):.4g} {unit}, Praat {np.median(b):.4g}, Spearman {spearmanr(a, b)[0]:.2f}"
        )


def own_figures(sound: Sound) -> dict[str, NDArray[np.float64]]:
    silence = np.zeros(16_000, np.float32)
    padded = np.concatenate([silence, sound, silence])
    f0, strength, power = analyse(padded)
    rows = slice(100, 100 + -(-len(sound) // 160))
    found = qualities(Stretch(padded, f0, strength, power, rows, np.zeros(0, np.int64)))
    voiced = np.isfinite(f0[rows])
    vowel = np.full((len(voiced), 3), np.nan)
    vowel[voiced] = formants(power[rows][voiced])
    names = {"hnr": "hnr_db", "jitter": "jitter_pct", "shimmer": "shimmer_pct"}
    quality = {short: found[name][rows] for short, name in names.items()}
    return {"f0": f0[rows], **quality, **{f"f{i + 1}": vowel[:, i] for i in range(3)}}


Reference = list[tuple[float, float, str, float, float]]


def reference(clip: str) -> Reference:
    """Start and end in seconds, word, prominence and boundary."""
    lines = (SPEECH / f"{clip}.prom").read_text("utf-8").splitlines()
    cells = [line.split("\t") for line in lines if line]
    return [(float(a), float(b), word, float(c), float(d)) for _, a, b, word, c, d in cells]


def words() -> None:
    """Times of placed words and what they stress, against the times and figures that came with LJSpeech."""
    aligner = Aligner()
    edges: list[float] = []
    seconds = length = 0.0
    placed: dict[str, list[HeardWord]] = {}
    for clip in READ:
        truth, sound = reference(clip), heard(SPEECH / f"{clip}.wav")
        text = " ".join(word for _, _, word, *_ in truth)
        seconds += cpu(partial(aligner.align, sound, text))
        length += len(sound) / 16_000
        placed[clip] = aligner.align(sound, text) or []
        grid = grid_words(clip)
        for word, (start, end) in zip(placed[clip], grid, strict=True):
            edges += [abs(word.start / 16_000 - start), abs(word.end / 16_000 - end)]
    say(f"word times against {len(edges)} LJSpeech edges: median", 1000 * float(np.median(edges)), "ms", "goal <= 20")
    say("  within 50 ms", 100 * float((np.array(edges) <= 0.05).mean()), "%", "goal >= 88")
    say("  cost", seconds / length, "x real")
    stress(
        "prominence, our word times",
        {c: [(w.start / 16_000, w.end / 16_000, w.text) for w in p] for c, p in placed.items()},
    )
    stress("prominence, LJSpeech word times", {clip: [row[:3] for row in reference(clip)] for clip in READ})
    counted = found = 0
    for clip in READ:
        f0, _, power = analyse(heard(SPEECH / f"{clip}.wav"))
        found += len(syllables(speech_level(power), f0.astype(np.float32)))
        counted += sum(syllables_of(word) for _, _, word, *_ in reference(clip))
    say(f"syllables heard of {counted} in the dictionary", found, "")


def grid_words(clip: str) -> list[tuple[float, float]]:
    """Start and end of the words of a TextGrid's tier `words`, seconds."""
    tier = (SPEECH / f"{clip}.TextGrid").read_text("utf-8").split('name = "words"')[1].split('name = "phones"')[0]
    cells = re.findall(r'xmin = ([\d.]+)\s*xmax = ([\d.]+)\s*text = "(.*?)"', tier)
    return [(float(start), float(end)) for start, end, text in cells if text.strip()]


def stress(label: str, said: dict[str, list[tuple[float, float, str]]]) -> None:
    ours: list[list[float]] = [[], []]
    theirs: list[list[float]] = [[], []]
    for clip, spoken in said.items():
        f0, _, power = analyse(heard(SPEECH / f"{clip}.wav"))
        each = [Spoken(start, end, len(sounds_of(word))) for start, end, word in spoken]
        found = emphasis_between(each, np.arange(len(f0)) / 100, f0, speech_level(power).astype(np.float64))
        ours[0] += found.prominence.tolist()
        ours[1] += found.boundary[:-1].tolist()
        theirs[0] += [row[3] for row in reference(clip)]
        theirs[1] += [row[4] for row in reference(clip)][:-1]
    say(f"{label}: Spearman", float(spearmanr(ours[0], theirs[0])[0]), "1", "goal >= 0.90")
    say("  boundary strength: Spearman", float(spearmanr(ours[1], theirs[1])[0]), "1")


def main() -> None:
    """Print one line a figure."""
    _machine.head("numpy", "scipy", "onnxruntime", "pocketsphinx")
    real = all((SPEECH / clip).is_file() for clip in CLIPS)
    sounds = [heard(SPEECH / clip) for clip in CLIPS] if real else [voice_of(seed, 30)[::3].copy() for seed in (0, 1)]
    print(f"speech: {', '.join(CLIPS) if real else 'synthetic, for no speech lies in the shared folder'}")
    with tempfile.TemporaryDirectory() as folder:
        joined = np.concatenate(sounds)
        minute = write_wav(Path(folder) / "minute.wav", np.tile(joined, 3)[: 60 * 16_000])
        try:
            cost(minute, Path(folder))
            activity(minute, Path(folder))
        except YesIfError as reason:
            print(f"cost and speech activity: skipped. {reason}")
        praat(sounds, Path(folder))
    if real:
        words()
    else:
        print("word times, prominence: skipped, for LJSpeech's references are not in the shared folder")


if __name__ == "__main__":
    main()
