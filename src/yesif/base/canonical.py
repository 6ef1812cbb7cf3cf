"""The one byte form of a value, and its digest.

RFC 8785 (JSON Canonicalization Scheme) over strings, integers, booleans, null, lists and objects with string keys.
Floats are refused: two machines may print them differently, and what we sign must read the same everywhere.
Integers beyond ±(2^53 − 1) are refused too (RFC 8785 §3.2.2.3, RFC 7493 §2.2).
"""

import hashlib
import json

_SAFE = 2**53 - 1


def canonical(value: object) -> bytes:
    """The canonical bytes of `value`. Raises TypeError for a float or any other type, ValueError for a huge integer."""
    return _text(value).encode("utf-8")


def digest(value: object) -> str:
    """SHA-256 of the canonical bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        if abs(value) > _SAFE:
            raise ValueError(f"an integer beyond ±{_SAFE} has no canonical form; write it as a string")
        return str(int(value))
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(_member(key, value[key]) for key in sorted(value, key=_utf16)) + "}"
    raise TypeError(
        f"a canonical value is text, a whole number, true, false, null, a list or an object, not {type(value).__name__}"
    )


def _member(key: object, value: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a canonical object has string keys, not {type(key).__name__}")
    return json.dumps(key, ensure_ascii=False) + ":" + _text(value)


def _utf16(key: str) -> bytes:
    """RFC 8785 §3.2.3 orders names by UTF-16 code units."""
    return key.encode("utf-16-be") if isinstance(key, str) else b""
