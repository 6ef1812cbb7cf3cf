"""Append a line to the record, inside the transaction of the fact it records."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from yesif.apps.record.models import Concern, Line, RowOf
from yesif.base.canonical import canonical
from yesif.core.tlog import rows as row_rules
from yesif.core.tlog.leaf import SALT_BYTES, commitment
from yesif.core.tlog.lines import LINES, RESERVED
from yesif.core.tlog.rows import Row

__all__ = ["Row", "append"]

MAX_BODY = 65_536
KINDS = frozenset(LINES)


def append(
    *,
    kind: str,
    body: Mapping[str, object],
    about: Iterable[str],
    now: datetime,
    rows: Iterable[Row] = (),
    signed: Mapping[str, str] | None = None,
    refs: Iterable[int] = (),
) -> int:
    """Append one line and return its number. Must run inside the caller's transaction, so fact and line stand or fall
    together; `body` holds ids, strings and integers only (canonical JSON), never a name or an address.

    `rows`: what the line says of many people, each for them alone; their persons are added to `about`, the body gets
    the rows' root. `signed`: the performer's or licensee's signature (`core.tlog.signed`). `refs`: earlier lines.
    Which fields a kind has: `core.tlog.lines`.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a line is appended in the transaction of the fact it records")
    if kind not in KINDS:
        raise ValueError(f"the record has no lines of kind {kind!r}")
    if taken := [field for field in RESERVED if field in body]:
        raise ValueError(f"the record itself writes a line's {taken[0]}")
    salted = [Row(row.about, dict(row.body), secrets.token_bytes(SALT_BYTES)) for row in rows]
    whole = _whole(body, salted, signed)
    salt = secrets.token_bytes(SALT_BYTES)
    line = Line.objects.create(
        kind=kind, at=now, commitment=commitment(salt, whole), salt=salt, body=whole, refs=sorted(set(refs))
    )
    concerned = {*about, *(row.about for row in salted if kind != "day-close")}
    Concern.objects.bulk_create([Concern(line=line, about=one) for one in sorted(concerned)], batch_size=500)
    RowOf.objects.bulk_create(
        [
            RowOf(line=line, place=place, about=row.about, digest=row.content.hex(), salt=row.salt, body=dict(row.body))
            for place, row in enumerate(salted)
        ],
        batch_size=200,
    )
    return line.seq


def _whole(body: Mapping[str, object], rows: list[Row], signed: Mapping[str, str] | None) -> dict[str, object]:
    whole = dict(body)
    if rows:
        whole["rows"] = row_rules.summary(rows)
    if signed:
        whole["signed"] = dict(signed)
    size = len(canonical(whole))
    if size > MAX_BODY:
        raise ValueError(f"a body holds at most {MAX_BODY} bytes, not {size}")
    return whole
