"""Nets made cheaper at load say what they said: the same bits, or the same points where colours are folded in."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.media.equipment import models_dir
from yesif.base.errors import Damaged
from yesif.media.features.crop import Square, crop_planes, crop_rgb, rgb
from yesif.media.features.graphs import Graph, folded, giving_only, reading_planes
from yesif.media.features.nets import Net
from yesif.media.models import find
from yesif.media.stage import Picture

COLOURS = [(full_range, bt709) for full_range in (False, True) for bt709 in (False, True)]


def soft(rng: np.random.Generator, rows: int, low: int, high: int) -> NDArray[np.uint8]:
    """A plane without sharp edges, so that no colour leaves what RGB can show."""
    small = rng.integers(low, high, (8, 8)).astype(np.float64)
    return np.kron(small, np.ones((rows // 8, rows // 8))).round().astype(np.uint8)


def a_picture(full_range: bool = False, bt709: bool = False) -> Picture:
    rng = np.random.default_rng(1)
    luma, u, v = soft(rng, 256, 80, 170), soft(rng, 128, 118, 138), soft(rng, 128, 118, 138)
    return Picture(luma, u, v, 0, full_range=full_range, bt709=bt709)


def test_a_prelu_along_whole_rows_gives_the_same_bits() -> None:
    content = find("face-mesh-468", models_dir()).read_bytes()
    image = np.random.default_rng(0).random((192, 192, 3), np.float32)
    for before, after in zip(Net(content)(image), Net(Graph(content).by_rows().content())(image), strict=True):
        assert np.array_equal(before, after)


def test_the_body_without_its_heatmaps_gives_the_same_bits() -> None:
    content, outputs = find("pose-lite", models_dir()).read_bytes(), ("Identity", "Identity_1")
    image = np.random.default_rng(0).random((256, 256, 3), np.float32)
    before, after = Net(content, outputs)(image), Net(giving_only(content, outputs), outputs)(image)
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    assert len(giving_only(content, outputs)) <= len(content) + 64


@pytest.mark.parametrize(("full_range", "bt709"), COLOURS)
def test_a_net_that_reads_planes_finds_the_points_that_it_found_in_rgb(full_range: bool, bt709: bool) -> None:
    content = find("face-mesh-468", models_dir()).read_bytes()
    picture, square = a_picture(full_range, bt709), Square(128, 128, 210, 0.1)
    points, score = Net(content)(crop_rgb(picture, square, 192))[:2]
    planes, _ = crop_planes(picture, square, 192)
    found, sure = Net(reading_planes(content, full_range, bt709))(planes)[:2]
    assert found == pytest.approx(points, abs=0.002)  # of 192 pixels
    assert sure == pytest.approx(score, abs=1e-3)


def test_a_net_that_is_not_the_one_we_know_is_damaged_in_one_sentence() -> None:
    face, body = (find(name, models_dir()).read_bytes() for name in ("face-mesh-468", "pose-lite"))

    def changed(change: Callable[[Any], object]) -> bytes:
        graph = Graph(face)
        change(graph._net)
        return graph.content()

    def first(net: Any) -> Any:
        return next(one for one in net.operators if net.inputs[0] in one.inputs)

    strange = {
        "no graph at all": b"this is not a net",
        "cut short": face[:2000],
        "another first step": changed(lambda net: net.operators.remove(first(net))),
        "another stride": changed(lambda net: setattr(first(net).builtinOptions, "strideH", 1)),
        "another kind of weights": changed(lambda net: [setattr(one, "type", 3) for one in net.tensors[1:]]),
        "no input": changed(lambda net: setattr(net, "inputs", [])),
        "another picture": changed(lambda net: setattr(net.tensors[net.inputs[0]], "shape", [1, 64])),
    }
    for what, content in strange.items():
        with pytest.raises(Damaged, match="not built like the one"):
            pytest.fail(f"{what}: {len(reading_planes(content, False, False))}")
    with pytest.raises(Damaged, match="not built like the one"):
        giving_only(body, ("Identity", "Nobody"))


@given(seed=st.integers(0, 99), colour=st.sampled_from(COLOURS))
@settings(max_examples=20)
def test_a_folded_kernel_is_the_kernel_over_rgb(seed: int, colour: tuple[bool, bool]) -> None:
    full_range, bt709 = colour
    rng = np.random.default_rng(seed)
    weights = rng.normal(0, 1, (2, 3, 3, 3)).astype(np.float32)
    luma, u, v = rng.integers(90, 160, (4, 4)), rng.integers(120, 136, (2, 2)), rng.integers(120, 136, (2, 2))
    codes = [plane.astype(np.uint8) for plane in (luma, u, v)]
    image = rgb(codes[0], codes[1], codes[2], full_range=full_range, bt709=bt709)
    kernel, shift = folded(weights, full_range=full_range, bt709=bt709)
    blocks = np.concatenate(
        [luma.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(2, 2, 4), u[..., None], v[..., None]], axis=-1
    )
    assert np.tensordot(kernel, blocks, 3) - shift == pytest.approx(np.tensordot(weights, image[:3, :3], 3), abs=1e-3)


def test_planes_outside_a_picture_are_black_and_its_light_is_told() -> None:
    planes, luma = crop_planes(a_picture(), Square(-900, -900, 60), 64)
    assert planes.shape == (33, 33, 6)
    assert (planes == [16, 16, 16, 16, 128, 128]).all()
    assert luma == 0
    white = Picture(np.full((64, 64), 235, np.uint8), *[np.full((32, 32), 128, np.uint8)] * 2, 0, False, False)
    assert crop_planes(white, Square(32, 32, 30), 64)[1] == pytest.approx(255)
