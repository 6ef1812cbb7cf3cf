"""MediaPipe's own face landmarker over a recording, for bench/media.py; run by the Python of .cache/bench-face, cut off
from every network (its releases from 0.10.35 on send metrics to their vendor).

python _face_peer.py TASK FILE: prints CPU seconds of loading the nets, decoding and finding the face, and frames with a
face. Loading is counted on both sides.
"""

import sys
import time

import av
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision


def once(task: str, file: str) -> tuple[float, int, int]:
    """CPU seconds of all threads, frames, and frames with a face."""
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=task),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
    )
    started = time.process_time()
    with vision.FaceLandmarker.create_from_options(options) as net, av.open(file) as source:
        stream = source.streams.video[0]
        stream.codec_context.thread_count = 1
        frames = faces = 0
        for frame in source.decode(stream):
            image = np.ascontiguousarray(frame.to_ndarray(format="rgb24"))
            found = net.detect_for_video(mp.Image(mp.ImageFormat.SRGB, image), round(frame.time * 1000))
            frames, faces = frames + 1, faces + bool(found.face_landmarks)
        return time.process_time() - started, frames, faces


if __name__ == "__main__":
    seconds, frames, faces = once(sys.argv[1], sys.argv[2])
    print(f"cpu={seconds} frames={frames} faces={faces} version={mp.__version__}")
