"""What stands in each kind of line: the fields of its body and of its rows. What an auditor replays, in one place.

A body is read by everyone the line concerns, so what belongs to one performer alone stands in a row of theirs; the body
holds only the root of the rows (see `rows`), a performer is given their own row with its path, an auditor all of them.
Ids are the studio's; times are Unix milliseconds where a field ends in `_ms`; a licensee is
`digest(licensee_key(name))`, never a name; money is whole minor units with its currency, royalties
in micro-units as text. A body may say more than is listed here, never less.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yesif.base.errors import Damaged


@dataclass(frozen=True, slots=True)
class Fields:
    """What a line of one kind holds at the least: fields of its body, and of each of its rows (if it has any)."""

    body: tuple[str, ...]
    row: tuple[str, ...] = ()


LINES: dict[str, Fields] = {
    "genesis": Fields(("origin", "key")),
    "key": Fields(
        ("owner", "role", "key")
    ),  # role: log, performer, licensee, reader, auditor; key: base64 of its bytes
    "uses-version": Fields(("version", "digest")),
    "notice": Fields(("notice", "digest")),
    "grant": Fields(("grant", "performer", "uses", "answers", "until", "form", "partner", "names", "project")),
    "revoke": Fields(("grant", "performer", "on_revoke")),
    "suspend": Fields(("seat",), ("performer",)),
    "resume": Fields(("seat",), ("performer",)),
    "session": Fields(("session", "project")),
    "track-sealed": Fields(("performance", "performer", "track", "kind", "sha256", "log")),
    "review": Fields(("performance", "performer", "what")),  # what: released, withdrawn, sealed, lifted, …
    "licence": Fields(("licence", "licensee", "what", "where", "starts_ms", "ends_ms", "price_minor", "currency")),
    # together: the performances of the same take that are in the same sample, its partners; grants: what permits it
    "release": Fields(("release", "project", "digest", "what", "where"), ("performance", "performer", "grants")),
    "run-open": Fields(("run", "licence", "what", "where")),
    "lease": Fields(
        ("lease", "run", "licence", "what", "where", "starts_ms", "expires_ms"),
        ("performance", "performer", "grants"),
    ),
    "run-close": Fields(("run", "licence")),
    "revocation-notice": Fields(("notice", "licence", "sign_by_ms", "purge_by_ms"), ("performance", "performer")),
    "purge": Fields(("notice", "licence")),
    # event: key of the money event; pool_micro (text) is what the rows share by weight (whole numbers)
    "royalty": Fields(("event", "licence", "currency", "pool_micro"), ("performer", "weight", "micro")),
    # kinds: kind of paid time → milliseconds; booking: whose rate was locked; micro as text
    "fee": Fields(("fee", "performer", "project", "booking", "currency", "kinds", "micro")),
    "escrow": Fields(("project", "minor", "currency")),
    # holding: the booking, block or entered work it is for; micro as text
    "set-aside": Fields(("project", "holding", "currency", "micro")),
    "given-back": Fields(("project", "holding", "currency", "micro")),
    "received": Fields(("event", "licence", "kind", "minor", "currency")),
    "payout": Fields(("batch", "currency", "total_minor", "file"), ("performer", "minor")),
    "ledger-close": Fields(("close", "last", "balances", "entries")),
    "erasure": Fields(("person",)),
    "finding": Fields(("finding", "check", "line")),
    "day-close": Fields(("day", "size", "chains", "tags"), ("tag", "n")),
}
"""Kind → fields."""

RESERVED = ("rows", "signed")
"""Fields of a body that the record itself writes: root and count of its rows, and who signed it."""


def check(kind: str, body: Mapping[str, object], rows: Iterable[Mapping[str, object]] = ()) -> None:
    """Raises Damaged where a line lacks a field it must have; one sentence, naming the kind and the field."""
    fields = LINES.get(kind)
    if fields is None:
        raise Damaged(f"the record has no lines of kind {kind[:40]!r}")
    if missing := [field for field in fields.body if field not in body]:
        raise Damaged(f"a {kind} line says its {missing[0]}; this one does not")
    for row in rows:
        if missing := [field for field in fields.row if field not in row]:
            raise Damaged(f"each row of a {kind} line says its {missing[0]}; one does not")
