"""Synthetic performers whose truth is known: drawn so that the face model finds them, saying known words.

`write_camera` and `write_voice` make files for Chromium's fake devices, `write_recording` a finished recording.
Performers `seed` 2n and 2n + 1 look and sound different and play one scene together. `part` tells the truth about it.
"""

from yesif.media.synthetic.barcode import paint_barcode, read_barcode
from yesif.media.synthetic.espeak import espeak_installed
from yesif.media.synthetic.face import LOOKS, Look, Pose, draw_face
from yesif.media.synthetic.picture import Moment, moments, planes
from yesif.media.synthetic.scene import LOOP_SECONDS, Part, Turn, Word, part, voice_of
from yesif.media.synthetic.voice import SAMPLE_RATE
from yesif.media.synthetic.write import write_camera, write_recording, write_voice

__all__ = [
    "LOOKS",
    "LOOP_SECONDS",
    "SAMPLE_RATE",
    "Look",
    "Moment",
    "Part",
    "Pose",
    "Turn",
    "Word",
    "draw_face",
    "espeak_installed",
    "moments",
    "paint_barcode",
    "part",
    "planes",
    "read_barcode",
    "voice_of",
    "write_camera",
    "write_recording",
    "write_voice",
]
