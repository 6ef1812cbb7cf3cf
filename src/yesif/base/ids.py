"""Ids that say what they name and sort by when they were made: `prf_01JD…`.

Form: prefix, underscore, 26 characters of Crockford base 32 (48 bits of milliseconds, 80 random bits): the ULID
layout (github.com/ulid/spec), behind a prefix so that a performer's id can never pass for a take's.
"""

import re
import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FORM = re.compile(r"^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$")

LENGTH = 30
"""Characters in an id: three of prefix, an underscore, 26 of base 32."""


def new(prefix: str, *, at_ms: int | None = None) -> str:
    """A fresh id. `prefix` is three lower-case letters; `at_ms` (Unix milliseconds) is for tests and imports."""
    if not re.fullmatch(r"[a-z]{3}", prefix):
        raise ValueError(f"an id's prefix is three lower-case letters, not {prefix!r}")
    number = ((time.time_ns() // 1_000_000 if at_ms is None else at_ms) << 80) | secrets.randbits(80)
    characters = []
    for _ in range(26):
        number, digit = divmod(number, 32)
        characters.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(characters))}"


def is_id(text: str, prefix: str) -> bool:
    """Does `text` have the form of an id with this prefix?"""
    return bool(_FORM.match(text)) and text.startswith(prefix + "_")
