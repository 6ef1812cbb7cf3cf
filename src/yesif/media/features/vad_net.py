"""Silero's net laid out for speed: the same weights, the same sums in the same order, the same bits.

As published, the net convolves every frame of 32 ms on its own: matrices four columns wide, of which a processor's
vectors are three quarters empty. Here five frames stand side by side in one row, with nothing between them, so that
what reaches over an edge reaches into zeros, as it does at the edge of a frame. Not more than five: ONNX Runtime adds
up in another order where a matrix grows wider than 32 columns, and the last bits would differ.

The net is written in the wire form of ONNX (protobuf) directly; the weights are copied out of the file unread.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

FRAME = 512
"""Samples in one frame: 32 ms at 16 kHz."""
_CONTEXT = 64
_SIDE_BY_SIDE = 5
_SLOTS = 6  # of 128 samples a frame: four windows fit into a frame, two slots stay empty between frames
_WINDOW = 256
_FLOAT, _INT64 = 1, 7  # TensorProto.DataType
_INT, _INTS = 2, 7  # AttributeProto.AttributeType


class Silero:
    """The net with its state: feed it whole frames, in order."""

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        content = side_by_side(model.read_bytes())
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def __call__(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Speech probability 0..1 of each frame in `samples` (a multiple of 512 samples, 16 kHz, ±1)."""
        frames = samples.reshape(-1, FRAME)
        fed = {"input": self._laid_out(frames), "frames": np.array([len(frames)]), "h": self._h, "c": self._c}
        self._context = frames[-1, -_CONTEXT:].copy()
        probabilities, self._h, self._c = self._session.run(None, fed)
        return np.asarray(probabilities, np.float32)

    def _laid_out(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """Frames with the 64 samples before them and 64 mirrored behind, five to a row."""
        rows, wide = -(-len(frames) // _SIDE_BY_SIDE), _SLOTS * 128
        out = np.zeros((rows, _SIDE_BY_SIDE * wide + _WINDOW - 128), np.float32)
        places = np.zeros((rows * _SIDE_BY_SIDE, wide), np.float32)
        used = places[: len(frames)]
        used[0, :_CONTEXT], used[1:, :_CONTEXT] = self._context, frames[:-1, -_CONTEXT:]
        used[:, _CONTEXT : _CONTEXT + FRAME] = frames
        used[:, _CONTEXT + FRAME : _CONTEXT + FRAME + 64] = frames[:, -2:-66:-1]
        out[:, : _SIDE_BY_SIDE * wide] = places.reshape(rows, -1)
        return out[:, None]


def side_by_side(published: bytes) -> bytes:
    """The net of silero_vad_16k_sequence.onnx, five frames to a row. One more input: `frames`, how many are real."""
    graph = next(content for field, content in _fields(published) if field == 7)
    weights = [content for field, content in _fields(graph) if field == 5]
    inputs = {"input": (_FLOAT, 3), "frames": (_INT64, 1), "h": (_FLOAT, 3), "c": (_FLOAT, 3)}
    made = [
        *(_part(1, node) for node in _nodes()),
        _part(2, b"side by side"),
        *(_part(5, one) for one in [*weights, *_constants()]),
        *(_part(11, _value(name, *kind)) for name, kind in inputs.items()),
        *(_part(12, _value(name, _FLOAT, rank)) for name, rank in (("speech_probs", 1), ("hn", 3), ("cn", 3))),
    ]
    opset = _part(8, _number(2, 16))
    return _number(1, 8) + _part(7, b"".join(made)) + opset


def _nodes() -> Iterator[bytes]:
    """The graph. Time runs along the last axis; what is laid over empty slots is set to nothing after every step."""
    yield _node("Conv", "input stft.forward_basis_buffer", "waves", strides=[128])
    yield _node("Split", "waves half", "real imaginary", axis=1)
    yield _node("Pow", "real two", "real2")
    yield _node("Pow", "imaginary two", "imaginary2")
    yield _node("Add", "real2 imaginary2", "power")
    yield _node("Sqrt", "power", "loud0")
    yield _node("Mul", "loud0 filled_slots", "spectrum")
    yield from _convolved("spectrum", "loud1", 0, pads=[1, 1])
    yield _node("Mul", "loud1 filled_slots", "first")
    yield from _convolved("first", "loud2", 1, pads=[1, 1], strides=[2])
    yield _node("Reshape", "loud2 by_frame", "framed")  # three slots a frame, the last of them empty
    yield _node("Slice", "framed zero two_slots last_axis", "filled")
    yield _node("Transpose", "filled", "filled_first", perm=[0, 2, 1, 3])
    yield _node("Reshape", "filled_first one_frame", "second")
    yield from _convolved("second", "loud3", 2, pads=[1, 1], strides=[2])
    yield from _convolved("loud3", "loud4", 3, pads=[1, 1])
    yield _node("Slice", "loud4 zero frames zero", "real_frames")
    yield _node("Transpose", "real_frames", "steps", perm=[0, 2, 1])
    yield _node("LSTM", "steps onnx::LSTM_209 onnx::LSTM_210 onnx::LSTM_211 - h c", "recalled hn cn", hidden_size=128)
    yield _node("Squeeze", "recalled one", "flat")
    yield _node("Relu", "flat", "kept")
    yield _node("Transpose", "kept", "turned", perm=[1, 2, 0])
    yield _node("Conv", "turned output.weight output.bias", "logit")
    yield _node("Sigmoid", "logit", "likely")
    yield _node("Reshape", "likely line", "speech_probs")


def _convolved(source: str, target: str, layer: int, **how: list[int]) -> Iterator[bytes]:
    yield _node("Conv", f"{source} encoder.{layer}.weight encoder.{layer}.bias", f"{target}-sum", **how)
    yield _node("Relu", f"{target}-sum", target)


def _constants() -> Iterator[bytes]:
    yield _tensor("two", np.array(2, np.float32))
    yield _tensor("filled_slots", np.tile(np.array([1, 1, 1, 1, 0, 0], np.float32), _SIDE_BY_SIDE))
    numbers = {
        "half": [129, 129],
        "by_frame": [-1, 64, _SIDE_BY_SIDE, 3],
        "zero": [0],
        "one": [1],
        "two_slots": [2],
        "last_axis": [3],
        "one_frame": [-1, 64, 2],
        "line": [-1],
    }
    for name, values in numbers.items():
        yield _tensor(name, np.array(values, np.int64))


def _node(kind: str, inputs: str, outputs: str, **attributes: int | list[int]) -> bytes:
    """NodeProto; `-` stands for an input that is left out."""
    parts = [_part(1, b"" if name == "-" else name.encode()) for name in inputs.split()]
    parts += [_part(2, name.encode()) for name in outputs.split()]
    parts.append(_part(4, kind.encode()))
    for name, value in attributes.items():
        several = isinstance(value, list)
        values = b"".join(_number(8, one) for one in value) if isinstance(value, list) else _number(3, value)
        parts.append(_part(5, _part(1, name.encode()) + values + _number(20, _INTS if several else _INT)))
    return b"".join(parts)


def _tensor(name: str, values: NDArray[np.generic]) -> bytes:
    kind = _INT64 if values.dtype == np.int64 else _FLOAT
    shape = b"".join(_number(1, size) for size in values.shape)
    return shape + _number(2, kind) + _part(8, name.encode()) + _part(9, values.tobytes())


def _value(name: str, kind: int, rank: int) -> bytes:
    shape = b"".join(_part(1, b"") for _ in range(rank))  # dimensions of any size
    return _part(1, name.encode()) + _part(2, _part(1, _number(1, kind) + _part(2, shape)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _part(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _fields(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The parts of a protobuf message that have a length: number of the field, and what is in it."""
    at = 0
    while at < len(content):
        key, at = _read_varint(content, at)
        length, after = _read_varint(content, at)
        kind = key & 7
        if kind == 2:
            yield key >> 3, content[after : after + length]
        at = after + length if kind == 2 else {0: after, 1: at + 8, 5: at + 4}[kind]


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
