"""A sound server with nobody's real microphone: one physical signal that two browsers hear at the same instant.

PulseAudio null sinks: what is played into `stage` is what the microphone `mic` hears, sample for sample, so the true
lag between two browsers is exactly zero.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SoundStage:
    """A running sound server."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"PULSE_SERVER": f"unix:{self.folder / 'native'}"}

    def play(self, wav: Path) -> "subprocess.Popen[bytes]":
        """Start playing a WAV file into the stage."""
        return subprocess.Popen(["pacat", "--playback", "-d", "stage", "--file-format=wav", str(wav)],
                                env={**os.environ, **self.environment})  # fmt: skip


@contextmanager
def sound_stage() -> Iterator[SoundStage | None]:
    """A sound server of our own, or None where PulseAudio is not installed."""
    if not shutil.which("pulseaudio") or not shutil.which("pacat"):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="yesif-sound-") as name:
        folder = Path(name)
        config = folder / "daemon.conf"
        config.write_text("default-sample-rate = 48000\nexit-idle-time = -1\nflat-volumes = no\n")
        environment = {**os.environ, "XDG_RUNTIME_DIR": name, "PULSE_RUNTIME_PATH": name, "HOME": name,
                       "PULSE_CONFIG": str(config)}  # fmt: skip
        environment.pop("PULSE_SERVER", None)
        modules = [
            f"module-native-protocol-unix socket={folder / 'native'} auth-anonymous=1",
            "module-null-sink sink_name=stage rate=48000 channels=1",
            "module-null-sink sink_name=phones rate=48000 channels=2",
            "module-remap-source master=stage.monitor source_name=mic",  # browsers do not offer monitors
        ]
        command = ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--log-level=error"]
        server = subprocess.Popen([*command, *[part for m in modules for part in ("-L", m)]], env=environment,
                                  stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            deadline = time.monotonic() + 10
            while not (folder / "native").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            stage = SoundStage(folder)
            for words in (["set-default-sink", "phones"], ["set-default-source", "mic"]):
                subprocess.run(["pactl", *words], env={**os.environ, **stage.environment}, check=True)
            yield stage
        finally:
            server.terminate()
            server.wait(5)
