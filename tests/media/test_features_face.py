"""Faces against what was drawn: where, how far open, how turned; and against real faces where footage is here."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tests.media.equipment import Rows, models_dir
from tests.shared import shared
from yesif.base.errors import ModelMissing
from yesif.media import models
from yesif.media.decode import decode
from yesif.media.features.crop import Square, crop_rgb, rgb
from yesif.media.features.face import FaceMesh
from yesif.media.features.head import RECIPE, angles, head_rows, pose
from yesif.media.features.nets import FaceModels, face_points, load_face_models, square_around
from yesif.media.features.picture import PictureLook, sharpness
from yesif.media.stage import UNMOVED, Picture
from yesif.media.synthetic import LOOKS, Look, Pose, draw_face
from yesif.media.tables import TableWriter

STILL = Pose()


def as_frame(image: NDArray[np.uint8], t_ns: int = 0) -> Picture:
    """An RGB picture with even sides as the decoder would give it."""
    height, width = image.shape[:2]
    flat = np.asarray(Image.fromarray(image).convert("YCbCr")).astype(np.float32)
    small = flat.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    luma, u, v = flat[..., 0], small[..., 1], small[..., 2]
    planes = (np.round(plane).astype(np.uint8) for plane in (luma, u, v))
    return Picture(*planes, t_ns=t_ns, full_range=True, bt709=False)


def drawn(look: Look, pose: Pose = STILL, at: tuple[int, int] = (440, 160)) -> Picture:
    """A drawn head at a place of a 1280 × 720 picture."""
    canvas = np.full((720, 1280, 3), look.wall, np.uint8)
    patch = draw_face(look, pose)
    height = min(patch.shape[0], 720 - at[1])
    canvas[at[1] : at[1] + height, at[0] : at[0] + patch.shape[1]] = patch[:height]
    return as_frame(canvas)


@pytest.fixture(scope="module")
def nets() -> FaceModels:
    return load_face_models(models_dir(), "blaze192")


def mesh_rows(nets: FaceModels, pictures: list[Picture], tmp_path: Path) -> dict[str, NDArray[np.generic]]:
    """Head rows of some pictures, each seen for the first time."""
    stage = FaceMesh(models_dir())
    writer = TableWriter(tmp_path / "face.parquet", stage.recipe, {})
    stage.start(writer)
    for picture in pictures:
        stage.on_video(picture)
    stage.finish()
    writer.close({})
    parts = list(head_rows(tmp_path / "face.parquet"))
    return {column.name: np.concatenate([part[column.name] for part in parts]) for column in RECIPE.columns}  # type: ignore[arg-type]


@pytest.mark.parametrize("look", LOOKS, ids=["ana", "bo"])
@pytest.mark.parametrize("at", [(440, 160), (60, 140), (800, 170)])
def test_both_drawn_heads_are_found_where_they_were_drawn(nets: FaceModels, look: Look, at: tuple[int, int]) -> None:
    nets.tracker.forget()
    face = nets.tracker(drawn(look, at=at))
    assert face is not None
    assert face.score > 0.9
    lips = face.points[13, :2] - at
    eyes = (face.points[33, :2] + face.points[263, :2]) / 2 - at
    assert lips == pytest.approx([200, 354], abs=12)
    assert eyes == pytest.approx([200, 233], abs=12)


def test_an_empty_room_has_no_face(nets: FaceModels) -> None:
    nets.tracker.forget()
    assert nets.tracker(as_frame(np.full((720, 1280, 3), (150, 160, 152), np.uint8))) is None


def test_a_face_that_leaves_is_lost_and_found_when_it_is_back(nets: FaceModels) -> None:
    nets.tracker.forget()
    room = as_frame(np.full((720, 1280, 3), LOOKS[0].wall, np.uint8))
    seen = [
        nets.tracker(picture) is not None for picture in (drawn(LOOKS[0]), room, room, drawn(LOOKS[0], at=(100, 150)))
    ]
    assert seen == [True, False, False, True]


def test_a_face_that_jumps_is_found_in_the_same_frame(nets: FaceModels) -> None:
    nets.tracker.forget()
    assert nets.tracker(drawn(LOOKS[0], at=(60, 150))) is not None
    face = nets.tracker(drawn(LOOKS[0], at=(820, 150)))
    assert face is not None
    assert face.points[13, 0] == pytest.approx(1020, abs=14)


def test_mouth_eyes_and_roll_are_as_drawn(nets: FaceModels, tmp_path: Path) -> None:
    poses = [Pose(), Pose(mouth=0.5), Pose(mouth=1.0), Pose(eyes=0.0), Pose(roll_deg=8), Pose(), Pose(roll_deg=-8)]
    rows = mesh_rows(nets, [drawn(LOOKS[0], pose) for pose in poses], tmp_path)
    shut, half, wide = rows["mouth_open"][:3]
    assert shut < 0.06 < half < wide
    for eye in ("eye_right_open", "eye_left_open"):
        assert rows[eye][3] < 0.8 * rows[eye][0]
    assert rows["roll_deg"] == pytest.approx([0, 0, 0, 0, 8, 0, -8], abs=2)
    assert np.abs(rows["yaw_deg"]).max() < 6  # drawn from the front
    assert np.abs(rows["px_per_cm"] / rows["px_per_cm"][0] - 1).max() < 0.1


def test_a_frame_without_a_face_is_a_row_that_says_so(tmp_path: Path) -> None:
    stage, rows = FaceMesh(models_dir(), every=2), Rows()
    stage.start(rows)
    for number in range(4):
        stage.on_video(as_frame(np.full((180, 320, 3), 90, np.uint8), t_ns=number))
    stage.finish()
    assert list(rows["t_ns"]) == [0, 2]
    assert not rows["valid"].any()
    assert np.isnan(rows["mesh"]).all()
    assert rows["mesh"].shape == (2, 468 * 3)


@given(
    yaw=st.floats(-60, 60), pitch=st.floats(-40, 40), roll=st.floats(-40, 40), size=st.floats(2, 40),
    x=st.floats(0, 1000), y=st.floats(0, 700),
)  # fmt: skip
def test_a_turned_canonical_head_has_the_angles_it_was_turned_by(
    yaw: float, pitch: float, roll: float, size: float, x: float, y: float
) -> None:
    canonical = np.array(face_points()["canonical"])
    turned = canonical[:, 1:4] @ rotation_of(yaw, pitch, roll).T * size
    mesh = np.zeros((1, 468, 3))
    mesh[0, canonical[:, 0].astype(int)] = turned * [1, -1, -1] + [x, y, 0]
    found, scale = pose(mesh)
    assert angles(found)[:, 0] == pytest.approx([yaw, pitch, roll], abs=1e-6)
    assert scale[0] == pytest.approx(size)


def rotation_of(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Yaw to the picture's right, pitch up, roll clockwise, in axes x right, y up, z to the camera."""
    y, p, r = np.radians([yaw, -pitch, -roll])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return about_y @ about_x @ about_z


@given(x=st.floats(-50, 400), y=st.floats(-50, 250), side=st.floats(20, 600), angle=st.floats(-3, 3))
def test_points_of_a_crop_go_back_to_the_picture(x: float, y: float, side: float, angle: float) -> None:
    square = Square(x, y, side, angle)
    corners = np.array([[96, 96, 0], [0, 96, 0], [192, 96, 0]], np.float32)
    middle, left, right = square.to_picture(corners, 192)
    assert middle[:2] == pytest.approx([x, y], abs=0.01)
    assert np.hypot(*(right - left)[:2]) == pytest.approx(side, rel=1e-4)
    assert np.arctan2(*(right - left)[1::-1]) == pytest.approx(angle, abs=1e-3)


def test_a_crop_shows_what_stands_there() -> None:
    image = np.zeros((360, 640, 3), np.uint8)
    image[100:200, 300:400] = (200, 60, 40)
    frame = as_frame(image)
    inside = crop_rgb(frame, Square(350, 150, 80, angle=0.3), 64)
    assert np.abs(inside * 255 - [200, 60, 40]).max() < 4
    around = crop_rgb(frame, Square(350, 150, 200), 64)
    assert around[32, 32] * 255 == pytest.approx([200, 60, 40], abs=4)
    assert np.abs(around[2, 2]).max() < 0.03
    assert np.abs(crop_rgb(frame, Square(-500, -500, 50), 64)).max() < 0.03  # outside is black


def test_a_large_square_is_averaged_and_not_sampled_with_gaps() -> None:
    stripes = np.zeros((1080, 1920, 3), np.uint8)
    stripes[:, ::2] = 255
    shown = crop_rgb(as_frame(stripes), Square(960, 540, 1000), 64)
    assert np.abs(shown - 0.5).max() < 0.05


@pytest.mark.parametrize("bt709", [False, True])
def test_studio_range_and_full_range_mean_the_same_colours(bt709: bool) -> None:
    full = [np.full((2, 2), 128, np.uint8), np.full((1, 1), 90, np.uint8), np.full((1, 1), 170, np.uint8)]
    studio = [
        np.full((2, 2), round(16 + 128 * 219 / 255), np.uint8),
        np.full((1, 1), round(128 + (90 - 128) * 224 / 255), np.uint8),
        np.full((1, 1), round(128 + (170 - 128) * 224 / 255), np.uint8),
    ]
    one = rgb(full[0], full[1], full[2], full_range=True, bt709=bt709)
    other = rgb(studio[0], studio[1], studio[2], full_range=False, bt709=bt709)
    assert one == pytest.approx(other, abs=0.008)


def test_the_next_square_lies_around_the_points() -> None:
    points = np.zeros((468, 3), np.float32)
    points[:, 0], points[:, 1] = np.linspace(100, 200, 468), np.linspace(50, 130, 468)
    points[33, :2], points[263, :2] = (120, 80), (180, 80)
    square = square_around(points)
    assert (square.x, square.y, square.side, square.angle) == pytest.approx((150, 90, 150, 0))


def test_a_damaged_or_absent_net_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="blazeface"):
        load_face_models(tmp_path, "blaze192")


def test_light_movement_and_sharpness_are_those_of_the_pictures() -> None:
    stage, rows = PictureLook(), Rows()
    stage.start(rows)
    grey, bright = np.full((72, 128, 3), 100, np.uint8), np.full((72, 128, 3), 250, np.uint8)
    for number, image in enumerate((grey, grey, bright)):
        stage.on_video(as_frame(image, t_ns=number))
    stage.finish()
    assert list(rows["luma"]) == [100, 100, 250]
    assert np.isnan(rows["motion"][0])
    assert list(rows["motion"][1:]) == [0, 150]
    assert list(rows["bright"]) == [0, 0, 1]
    assert list(rows["sharpness"]) == [0, 0, 0]


def test_light_in_studio_range_is_told_in_full_range() -> None:
    stage, rows = PictureLook(), Rows()
    stage.start(rows)
    for number, code in enumerate((16, 126, 200, 235, 250)):
        planes = [np.full((72, 128), code, np.uint8), *[np.full((36, 64), 128, np.uint8)] * 2]
        stage.on_video(Picture(*planes, t_ns=number, full_range=False, bt709=False))
    stage.finish()
    assert list(rows["luma"]) == [0, 128, 214, 255, 255]
    assert list(rows["bright"]) == [0, 0, 0, 1, 1]


def test_a_blurred_picture_is_less_sharp() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (120, 160), np.uint8)
    soft = np.asarray(Image.fromarray(picture).resize((40, 30)).resize((160, 120)))
    assert sharpness(soft) < sharpness(picture) / 10


@pytest.mark.parametrize("clip", ["footage/grid/bbaf2n.mpg", "footage/pyfeat/single_face.mp4"])
def test_a_real_face_is_followed_through_every_frame(clip: str) -> None:
    stage, rows = FaceMesh(models_dir()), Rows()
    stage.start(rows)
    decode(shared(clip), [stage], video=UNMOVED)
    stage.finish()
    assert rows["valid"].mean() > 0.99


def test_a_clip_without_a_face_has_almost_none() -> None:
    stage, rows = FaceMesh(models_dir()), Rows()
    stage.start(rows)
    decode(shared("footage/pyfeat/no_face.mp4"), [stage], video=UNMOVED)
    stage.finish()
    assert rows["valid"].mean() < 0.1


def test_the_second_mesh_agrees_and_brings_blendshapes(nets: FaceModels, tmp_path: Path) -> None:
    task = shared("models/face_landmarker.task")
    models.pull(tmp_path, ["face-landmarker-v2"], given=task)
    assert zipfile.is_zipfile(models.find("face-landmarker-v2", tmp_path))
    second = load_face_models(tmp_path, "v2")
    nets.tracker.forget()
    names = face_points()["blendshape_names"]
    shut, wide = (second.tracker(drawn(LOOKS[0], Pose(mouth=mouth))) for mouth in (0.0, 1.0))
    plain = nets.tracker(drawn(LOOKS[0], Pose(mouth=0.0)))
    assert shut is not None
    assert wide is not None
    assert plain is not None
    assert shut.blendshapes is not None
    assert wide.blendshapes is not None
    assert wide.blendshapes[names.index("jawOpen")] > shut.blendshapes[names.index("jawOpen")] + 0.1
    assert shut.blendshapes.min() >= 0
    assert shut.blendshapes.max() <= 1
    eyes_apart = np.linalg.norm(plain.points[33] - plain.points[263])
    apart = np.linalg.norm(shut.points[:468, :2] - plain.points[:, :2], axis=1).mean()
    assert apart / eyes_apart < 0.05
