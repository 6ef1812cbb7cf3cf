"""TFLite graphs as they are given, made cheaper before LiteRT runs them: the same net, less work a frame.

Three things are done. What nobody reads is not worked out: the body's net also draws 64 × 64 heatmaps, which cost more
than its points. A PReLU over few channels is done a whole row of the picture at a time, bit for bit the same. And the
first convolution takes luma and chroma as the decoder gives them: bringing them to RGB is linear, so it is folded into
the weights.
"""

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from yesif.base.errors import Damaged

Floats = NDArray[np.float32]
_FEW_CHANNELS = 16  # up to here LiteRT's PReLU spends more on coming and going than on the sum itself
_FLOAT32, _FLOAT16, _INT32, _UINT8 = 0, 1, 2, 3  # TensorType of the format

_UNKNOWN = "This net is not built like the one that is measured with here; fetch it again with `yesif models`."


class Graph:
    """One net with one input, open for changes."""

    def __init__(self, content: bytes) -> None:
        self._model: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
        self._model.signatureDefs = None  # they name tensors, which may be gone
        self._net: Any = self._model.subgraphs[0]

    def content(self) -> bytes:
        """The net as a file."""
        builder = flatbuffers.Builder(1 << 22)
        builder.Finish(self._model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def keep(self, outputs: Iterable[str]) -> "Graph":
        """Work out only these outputs, by name. Raises Damaged where one of them is not there."""
        wanted = set(outputs)
        self._net.outputs = _indices(o for o in self._net.outputs if self._net.tensors[o].name.decode() in wanted)
        if len(self._net.outputs) != len(wanted):
            raise Damaged(_UNKNOWN)
        needed, kept = set(map(int, self._net.outputs)), []
        for operator in reversed(self._net.operators):
            if needed & set(map(int, operator.outputs)):
                kept.append(operator)
                needed |= set(map(int, operator.inputs))
        self._net.operators = kept[::-1]
        return self

    def by_rows(self) -> "Graph":
        """Every PReLU over few channels as one over whole rows, its slopes laid out along the row."""
        operators: list[Any] = []
        for operator in self._net.operators:
            operators += self._wide(operator) if self._kind(operator) == schema.BuiltinOperator.PRELU else [operator]
        self._net.operators = operators
        return self

    def from_planes(self, *, full_range: bool, bt709: bool) -> "Graph":
        """Take [1, size / 2 + 1, size / 2 + 1, 6] uint8 (see `planes_of`) where it took [1, size, size, 3] RGB 0..1.

        The net must begin with a 3 × 3 convolution of stride 2, padded as TensorFlow's SAME: all of it to the right
        and below. Raises Damaged.
        """
        source = int(self._net.inputs[0])
        first = next((operator for operator in self._net.operators if source in operator.inputs), None)
        if first is None or not self._is_known(source, first):
            raise Damaged(_UNKNOWN)
        weights, bias = (self._constant(index) for index in first.inputs[1:])
        if weights.shape[1:] != (3, 3, 3):
            raise Damaged(_UNKNOWN)
        kernel, shift = folded(weights, full_range=full_range, bt709=bt709)
        half = int(self._net.tensors[source].shape[1]) // 2 + 1
        planes, numbers = self._tensor([1, half, half, 6], _UINT8), self._tensor([1, half, half, 6], _FLOAT32)
        quantization = schema.QuantizationParametersT()
        quantization.scale, quantization.zeroPoint = np.ones(1, np.float32), np.zeros(1, np.int64)
        self._net.tensors[planes].quantization = quantization
        first.inputs = _indices((numbers, self._float_constant(kernel), self._float_constant(bias - shift)))
        first.builtinOptions.padding = schema.Padding.VALID
        first.builtinOptions.strideH = first.builtinOptions.strideW = 1
        as_float = self._operator(schema.BuiltinOperator.DEQUANTIZE, (planes,), numbers)
        self._net.inputs = _indices((planes,))
        self._net.operators = [as_float, *self._net.operators]
        return self

    def _is_known(self, source: int, first: Any) -> bool:
        """Does the net read one square RGB picture, with one convolution as `from_planes` takes it apart?"""
        picture, how = self._net.tensors[source], first.builtinOptions
        batch, height, width, channels = picture.shape
        return bool(
            picture.type == _FLOAT32
            and (batch, height, channels) == (1, width, 3)
            and self._kind(first) == schema.BuiltinOperator.CONV_2D
            and len(first.inputs) == 3
            and (how.strideH, how.strideW, how.padding) == (2, 2, schema.Padding.SAME)
        )

    def _wide(self, prelu: Any) -> Iterator[Any]:
        source, slopes = map(int, prelu.inputs)
        target = int(prelu.outputs[0])
        shape = [int(number) for number in self._net.tensors[source].shape]
        _, height, width, channels = shape
        if channels > _FEW_CHANNELS or height * width < 1024:
            yield prelu
            return
        rows = [1, height, 1, width * channels]
        before, after = self._tensor(rows, _FLOAT32), self._tensor(rows, _FLOAT32)
        along = np.tile(self._constant(slopes).reshape(-1), width).reshape(1, 1, -1)
        yield self._reshaped(source, before, rows)
        prelu.inputs, prelu.outputs = _indices((before, self._float_constant(along))), _indices((after,))
        yield prelu
        yield self._reshaped(after, target, shape)

    def _reshaped(self, source: int, target: int, shape: list[int]) -> Any:
        wanted = self._tensor([len(shape)], _INT32, np.array(shape, np.int32).tobytes())
        operator = self._operator(schema.BuiltinOperator.RESHAPE, (source, wanted), target)
        operator.builtinOptionsType = schema.BuiltinOptions.ReshapeOptions
        operator.builtinOptions = schema.ReshapeOptionsT()
        operator.builtinOptions.newShape = np.array(shape, np.int32)
        return operator

    def _operator(self, kind: int, inputs: Iterable[int], output: int) -> Any:
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code(kind)
        operator.inputs, operator.outputs = _indices(inputs), _indices((output,))
        return operator

    def _code(self, kind: int) -> int:
        for index, code in enumerate(self._model.operatorCodes):
            if _kind_of(code) == kind:
                return index
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = kind
        code.version = 2 if kind == schema.BuiltinOperator.DEQUANTIZE else 1
        self._model.operatorCodes.append(code)
        return len(self._model.operatorCodes) - 1

    def _kind(self, operator: Any) -> int:
        return _kind_of(self._model.operatorCodes[operator.opcodeIndex])

    def _tensor(self, shape: list[int], kind: int, content: bytes = b"") -> int:
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = np.array(shape, np.int32), kind, 0
        tensor.name = f"yesif/{len(self._net.tensors)}".encode()
        if content:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(content, np.uint8)
            self._model.buffers.append(buffer)
            tensor.buffer = len(self._model.buffers) - 1
        self._net.tensors.append(tensor)
        return len(self._net.tensors) - 1

    def _float_constant(self, values: Floats) -> int:
        return self._tensor(list(values.shape), _FLOAT32, values.astype(np.float32).tobytes())

    def _constant(self, index: int) -> Floats:
        """The numbers of a constant, which may be stored as float16 and widened by an operator."""
        for operator in self._net.operators:
            if index in operator.outputs:
                index = int(operator.inputs[0])
                break
        tensor = self._net.tensors[index]
        kind = {_FLOAT32: np.float32, _FLOAT16: np.float16}[tensor.type]
        numbers = np.frombuffer(np.asarray(self._model.buffers[tensor.buffer].data, np.uint8).tobytes(), kind)
        return numbers.reshape(tensor.shape).astype(np.float32)


@lru_cache(maxsize=8)
def reading_planes(content: bytes, full_range: bool, bt709: bool) -> bytes:
    """A net over RGB as one over planes of this kind of colour; made once in a run, for it takes some 0.1 s.

    Raises Damaged.
    """
    with _known():
        return Graph(content).by_rows().from_planes(full_range=full_range, bt709=bt709).content()


@lru_cache(maxsize=8)
def giving_only(content: bytes, outputs: tuple[str, ...]) -> bytes:
    """A net that works out only these of its outputs. Raises Damaged."""
    with _known():
        return Graph(content).keep(outputs).content()


@contextmanager
def _known() -> Iterator[None]:
    """What a graph of another shape, or no graph at all, breaks on its way through our changes, in one sentence."""
    try:
        yield
    except (LookupError, ValueError, TypeError, AttributeError, struct.error) as wrong:
        raise Damaged(_UNKNOWN) from wrong


def to_rgb(*, full_range: bool, bt709: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """ITU-R BT.601 or BT.709: the matrix from Y, U, V codes to RGB 0..1, and the codes of black."""
    kr, kb = (0.2126, 0.0722) if bt709 else (0.299, 0.114)
    kg = 1 - kr - kb
    luma, chroma = (1 / 255, 1 / 255) if full_range else (1 / 219, 1 / 224)
    red, blue = 2 * (1 - kr) * chroma, 2 * (1 - kb) * chroma
    matrix = np.array([[luma, 0, red], [luma, -blue * kb / kg, -red * kr / kg], [luma, blue, 0]])
    return matrix, np.array([0.0 if full_range else 16.0, 128.0, 128.0])


def folded(weights: Floats, *, full_range: bool, bt709: bool) -> tuple[Floats, Floats]:
    """A 3 × 3 kernel of stride 2 over RGB as a 2 × 2 one of stride 1 over four lumas and two chromas; and its shift.

    Where luma and chroma stand for black the shifted sum is nothing, as it was for RGB.
    """
    matrix, black = to_rgb(full_range=full_range, bt709=bt709)
    by_code = np.zeros((len(weights), 4, 4, 3))
    by_code[:, :3, :3] = weights.astype(np.float64) @ matrix  # one row and column of nothing: two blocks of two
    blocks = by_code.reshape(-1, 2, 2, 2, 2, 3).transpose(0, 1, 3, 2, 4, 5)  # [out, block y, block x, y, x, code]
    luma = blocks[..., 0].reshape(-1, 2, 2, 4)
    kernel = np.concatenate([luma, blocks[..., 1:].sum(axis=(3, 4))], axis=-1)
    shift = kernel.sum(axis=(1, 2)) @ np.concatenate([np.repeat(black[:1], 4), black[1:]])
    return kernel.astype(np.float32), shift.astype(np.float32)


def _kind_of(code: Any) -> int:
    return int(max(code.builtinCode, code.deprecatedBuiltinCode))  # older files fill in the second only


def _indices(numbers: Iterable[int]) -> NDArray[np.int32]:
    return np.array(list(numbers), np.int32)
