"""Append a line to the record, inside the transaction of the fact it records."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from yesif.apps.record.models import Concern, Line
from yesif.base.canonical import canonical

KINDS = frozenset(
    {"genesis", "key", "uses-version", "notice", "grant", "revoke", "suspend", "resume", "session", "track-sealed"}
    | {"review", "release", "licence", "run-open", "lease", "run-close", "revocation-notice", "purge", "royalty"}
    | {"payout", "ledger-close", "erasure", "finding", "day-close"}
)


def append(*, kind: str, body: dict[str, object], about: Iterable[str], now: datetime) -> int:
    """Append one line and return its number. Must run inside the caller's transaction, so fact and line stand or fall
    together; `body` holds ids, strings and integers only (canonical JSON), never a name or an address."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a line is appended in the transaction of the fact it records")
    if kind not in KINDS:
        raise ValueError(f"the record has no lines of kind {kind!r}")
    content = canonical(body)
    if len(content) > 8192:
        raise ValueError(f"a line holds at most 8192 bytes, not {len(content)}")
    salt = secrets.token_bytes(32)
    commitment = hashlib.sha256(b"yesif/1" + salt + content).hexdigest()
    line = Line.objects.create(kind=kind, at=now, commitment=commitment, salt=salt, body=body)
    Concern.objects.bulk_create(Concern(line=line, about=one) for one in sorted(set(about)))
    return line.seq
