"""The outside measurements that bench/voice.py compares with; run by the Python of .cache/bench-venv, never by ours.

python _voice_peers.py opensmile|praat|silero  OUT.npz  FILE.wav …
"""

import sys
import time
from collections.abc import Callable

import numpy as np

ROUNDS = 5


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds, best of ROUNDS."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def opensmile(files: list[str]) -> dict[str, object]:
    """eGeMAPSv02 low-level descriptors of every file."""
    import opensmile as peer

    smile = peer.Smile(
        feature_set=peer.FeatureSet.eGeMAPSv02, feature_level=peer.FeatureLevel.LowLevelDescriptors, num_workers=1
    )
    return {"cpu": cpu(lambda: [smile.process_file(file) for file in files])}


def praat(files: list[str]) -> dict[str, object]:
    """Pitch, harmonicity, jitter, shimmer and formants at 0, 10, 20 … ms of every file, joined."""
    import parselmouth
    from parselmouth.praat import call

    found: dict[str, list[np.ndarray]] = {}
    seconds = 0.0
    for file in files:
        sound = parselmouth.Sound(file)
        at = np.arange(-(-sound.n_samples // 160)) * 0.01
        seconds += cpu(lambda sound=sound: sound.to_pitch_ac(time_step=0.01, pitch_floor=75, pitch_ceiling=500))
        pitch = sound.to_pitch_ac(time_step=0.01, pitch_floor=75, pitch_ceiling=500)
        f0 = np.array([pitch.get_value_at_time(t) for t in at])
        harmonicity = sound.to_harmonicity_cc(time_step=0.01, minimum_pitch=75)
        nearest = np.clip(np.round((at - harmonicity.x1) / 0.01).astype(int), 0, harmonicity.n_frames - 1)
        hnr = np.where(harmonicity.values[0][nearest] > -100, harmonicity.values[0][nearest], np.nan)
        pulses = call([sound, pitch], "To PointProcess (cc)")
        formant = sound.to_formant_burg(time_step=0.01)
        limits = (0.0001, 0.02, 1.3)
        rows = {"f0": f0, "hnr": hnr, "jitter": np.full(len(at), np.nan), "shimmer": np.full(len(at), np.nan)}
        for index, t in enumerate(at):
            if np.isfinite(f0[index]):
                around = (t - 0.03, t + 0.03)
                rows["jitter"][index] = 100 * call(pulses, "Get jitter (local)", *around, *limits)
                rows["shimmer"][index] = 100 * call([sound, pulses], "Get shimmer (local)", *around, *limits, 1.6)
        for number in (1, 2, 3):
            rows[f"f{number}"] = np.array([formant.get_value_at_time(number, t) for t in at])
        for name, values in rows.items():
            found.setdefault(name, []).append(values)
    return {"cpu_pitch": seconds, **{name: np.concatenate(values) for name, values in found.items()}}


def silero(files: list[str]) -> dict[str, object]:
    """Probabilities by the package's step loop; cost of its call for stretches of speech, with torch and with ONNX."""
    import soundfile
    import torch
    from silero_vad import get_speech_timestamps, load_silero_vad

    torch.set_num_threads(1)
    sound, _ = soundfile.read(files[0], dtype="float32")
    frames = torch.from_numpy(sound[: len(sound) // 512 * 512]).reshape(-1, 512)
    told: dict[str, object] = {}
    for name, onnx in (("torch", False), ("onnx", True)):
        model = load_silero_vad(onnx=onnx)

        def loop(model: object = model) -> list[float]:
            model.reset_states()
            return [float(model(frame, 16_000).item()) for frame in frames]

        whole = frames.reshape(-1)
        told[f"cpu_{name}"] = cpu(
            lambda onnx=onnx, whole=whole: get_speech_timestamps(whole, load_silero_vad(onnx=onnx))
        )
        told[f"cpu_{name}_loaded"] = cpu(lambda model=model, whole=whole: get_speech_timestamps(whole, model))
        told[name] = np.array(loop(), np.float32)
    return told


if __name__ == "__main__":
    peer = {"opensmile": opensmile, "praat": praat, "silero": silero}[sys.argv[1]]
    np.savez(sys.argv[2], **peer(sys.argv[3:]))
