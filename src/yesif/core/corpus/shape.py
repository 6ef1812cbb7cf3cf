"""The shape of a JSON value, said once: it makes values conform, and tells readers which types to expect.

A shape is "string" | "int64" | "float64" | "bool", a dict of shapes (an object that always has exactly these keys) or a
list of one shape. Missing text is "", missing numbers are null, missing lists are []: a key is never absent, because
`datasets` drops in silence what the first five samples do not show (corpora.md §0.5).
"""

import math
from typing import TypeAlias

from yesif.base.errors import BadInput

Shape: TypeAlias = str | dict[str, "Shape"] | list["Shape"]

_KINDS: dict[str, tuple[type, ...]] = {"string": (str,), "int64": (int,), "float64": (float, int), "bool": (bool,)}


def conform(value: object, shape: Shape, *, at: str = "sample") -> object:
    """`value` with every key of `shape`, in its order. Raises BadInput for an unknown key or another kind."""
    if isinstance(shape, dict):
        return _object(value, shape, at)
    if isinstance(shape, list):
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            raise BadInput(f"{at} is a list, not {type(value).__name__}")
        return [conform(item, shape[0], at=f"{at}[]") for item in value]
    return _plain(value, shape, at)


def _object(value: object, shape: dict[str, Shape], at: str) -> dict[str, object]:
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise BadInput(f"{at} is an object, not {type(value).__name__}")
    unknown = sorted(str(key) for key in value.keys() - shape.keys())
    if unknown:
        raise BadInput(f"{at} has no {', '.join(unknown)}: a key that is not in the shape would vanish unread")
    return {key: conform(value.get(key), part, at=f"{at}.{key}") for key, part in shape.items()}


def _plain(value: object, kind: str, at: str) -> object:
    if value is None:
        return "" if kind == "string" else None
    if not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind != "bool"):
        raise BadInput(f"{at} is {kind}, not {type(value).__name__}")
    if kind == "float64":
        number = float(value)  # type: ignore[arg-type]
        return number if math.isfinite(number) else None  # JSON has no NaN; null says the same
    return value


def features(name: str, shape: Shape) -> dict[str, object]:
    """One column as the Hugging Face hub writes it under `dataset_info.features`: name with dtype, struct or list."""
    return {"name": name, **_feature(shape)}


def _feature(shape: Shape) -> dict[str, object]:
    if isinstance(shape, dict):
        return {"struct": [features(key, part) for key, part in shape.items()]}
    if isinstance(shape, list):
        inner = _feature(shape[0])
        return {"list": inner.get("dtype") or inner.get("struct") or inner}
    return {"dtype": shape}
