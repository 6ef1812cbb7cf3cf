"""A small studio's record, made of values: what an honest one looks like, and every way of cheating we know.

Ana, Bo, Cy play; Lab licenses, opens a run, leases keys, pays; Bo revokes; everyone is paid; the day is closed.
"""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yesif.base.canonical import digest
from yesif.core.ledger.entry import Entry, Posting, balances, trial_balance_digest
from yesif.core.ledger.split import split
from yesif.core.policy.retold import Retold
from yesif.core.policy.uses import CURRENT
from yesif.core.tlog import leaf as leaves
from yesif.core.tlog import rows as row_rules
from yesif.core.tlog import signed, tree
from yesif.core.tlog.audit import Rules
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.grow import grow
from yesif.core.tlog.leaf import Leaf
from yesif.core.tlog.note import Note, Verifier, sign
from yesif.core.tlog.rows import Row

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
THIEF = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
LAB = Ed25519PrivateKey.from_private_bytes(bytes(range(3, 35)))
LOG = Verifier("studio.test/tlog", KEY.public_key().public_bytes_raw())
START = 1_763_982_000_000
HOUR, DAY = 3_600_000, 86_400_000
PEOPLE = ("per_ANA", "per_BO", "per_CY", "per_DEE")


def rules() -> Rules:
    return Rules(Retold(), split)


@dataclass
class Told:
    """One line before it is sequenced: what it says, of whom, when; `at_ms` counts from the start."""

    kind: str
    body: dict[str, Any]
    people: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    at_ms: int = 0
    key: Ed25519PrivateKey | None = None
    untagged: tuple[str, ...] = ()


@dataclass
class World:
    """The lines of a studio, its books, and what others know; `files` makes the bundle of it."""

    lines: list[Told] = field(default_factory=list)
    entries: list[tuple[Entry, int]] = field(default_factory=list)
    leases: list[dict[str, Any]] = field(default_factory=list)
    manifests: list[dict[str, Any]] = field(default_factory=list)
    made_ms: int = 20 * DAY
    seed: int = 1

    def line(self, kind: str) -> Told:
        return next(one for one in self.lines if one.kind == kind)

    def index(self, kind: str) -> int:
        return next(at for at, one in enumerate(self.lines) if one.kind == kind)

    def files(self) -> dict[str, bytes]:
        made = _Sequenced(self)
        files = {"trust-policy": f"log {LOG}\nquorum none\n".encode()}
        about = {"at_ms": START + self.made_ms, "whole": True}
        files["about.json"] = json.dumps(about).encode()
        files.update(tlog_files(made.entries))
        files["lines.jsonl"] = _jsonl(made.bodies)
        files["journal.jsonl"] = _jsonl([_entry(one, at, n) for n, (one, at) in enumerate(self.entries, 1)])
        files["leases.jsonl"], files["manifests.jsonl"] = _jsonl(self.leases), _jsonl(self.manifests)
        files["chains.jsonl"] = _jsonl([{"key": key.hex(), "n": made.n[who]} for who, key in made.keys.items()])
        return files


class _Sequenced:
    """What the sequencer makes of the lines."""

    def __init__(self, world: World) -> None:
        chance = random.Random(world.seed)
        self.keys = {who: chance.randbytes(32) for who in PEOPLE}
        self.n = dict.fromkeys(PEOPLE, 0)
        self.last = dict.fromkeys(PEOPLE, b"")
        self.entries: list[bytes] = []
        self.bodies: list[dict[str, Any]] = []
        for told in world.lines:
            self._add(told, chance)

    def _add(self, told: Told, chance: random.Random) -> None:
        rows = [Row("", one, chance.randbytes(32)) for one in self._rows(told)]
        body = dict(told.body)
        if told.kind == "day-close":
            living = sum(1 for n in self.n.values() if n)
            body = {"size": len(self.entries), "chains": living, "tags": sum(self.n.values()), "forgotten": 0, **body}
        if told.key is not None:
            body["signed"] = signed.sign(told.kind, body, told.key)
        if rows:
            body["rows"] = row_rules.summary(rows)
        salt = chance.randbytes(32)
        people = sorted({*told.people, *(r["performer"] for r in told.rows if "performer" in r)} - {*told.untagged})
        steps = []
        for who in people:
            self.n[who] += 1
            key = self.keys[who]
            steps.append((leaves.tag(key, self.n[who]), leaves.link(key, self.n[who], self.last[who])))
        steps.sort()
        made = Leaf(
            told.kind, START + told.at_ms, LOG.key_id.hex(), leaves.commitment(salt, body), (),
            tuple(tag for tag, _ in steps), tuple(link for _, link in steps),
        )  # fmt: skip
        for who in people:
            self.last[who] = made.hash
        self.entries.append(bytes(made))
        said = [{"row": dict(row.body), "salt": row.salt.hex()} for row in rows]
        self.bodies.append({"c": made.commitment, "salt": salt.hex(), "body": body, **({"rows": said} if rows else {})})

    def _rows(self, told: Told) -> list[dict[str, Any]]:
        if told.kind != "day-close" or told.rows:
            return told.rows
        found = [{"tag": leaves.tag(self.keys[who], n), "n": n} for who, n in self.n.items() if n]
        return sorted(found, key=lambda row: str(row["tag"]))


def tlog_files(entries: list[bytes], key: Ed25519PrivateKey = KEY) -> dict[str, bytes]:
    """Tiles, bundles and checkpoint of a log."""
    files = {f"tlog/{path}": content for path, content in grow(0, entries, 0, lambda _: [])}
    files["tlog/checkpoint"] = str(checkpoint(entries, key)).encode()
    return files


def checkpoint(entries: list[bytes], key: Ed25519PrivateKey = KEY) -> Note:
    known: dict[tuple[int, int], bytes] = {}

    def reader(level: int, index: int) -> bytes:
        if (level, index) not in known:
            known[level, index] = (
                tree.leaf_hash(entries[index])
                if level == 0
                else tree.node_hash(reader(level - 1, 2 * index), reader(level - 1, 2 * index + 1))
            )
        return known[level, index]

    text = str(Checkpoint(LOG.name, len(entries), tree.root(len(entries), reader)))
    return Note(text, (sign(text, LOG.name, key),))


def _jsonl(objects: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in objects)


def _entry(one: Entry, at_ms: int, seq: int) -> dict[str, Any]:
    postings = [[p.account, str(p.micro), p.line] for p in one.postings]
    return {
        "seq": seq, "key": one.key, "currency": one.currency, "memo": one.memo, "reverses": one.reverses,
        "postings": postings, "at_ms": START + at_ms,
    }  # fmt: skip


def grant(who: str, at_ms: int, name: str = "", **more: Any) -> Told:
    answers = dict.fromkeys(sorted(CURRENT.items), "")
    answers |= {"understand-speech": "yes", "understand-feeling": "yes", "research": "yes", "selling": "no"}
    body = {
        "grant": name or f"grt_{who}", "performer": who, "uses": CURRENT.version, "answers": answers,
        "until": "2026-09-01T00:00:00+00:00", "form": "recording", "partner": "no", "on_revoke": "stop-new",
        "credit": "no-name", "names": {}, "floor": [], "project": "", "replaces": "",
    }  # fmt: skip
    return Told("grant", {**body, **more}, [who], at_ms=at_ms)


def honest(seed: int = 1, *, more: int = 0) -> World:
    """An honest studio; `seed` moves its hours and sums, `more` adds reviews so that tiles fill."""
    chance = random.Random(seed)
    world = World(seed=seed)
    say = world.lines.append
    clips = {f"prf_{who[4:]}": who for who in PEOPLE[:3]}
    row = [{"performance": clip, "performer": who, "grants": [f"grt_{who}"]} for clip, who in clips.items()]
    minute = 60_000
    say(Told("genesis", {"origin": LOG.name, "key": str(LOG)}, at_ms=minute))
    public = base64.b64encode(LAB.public_key().public_bytes_raw()).decode()
    say(Told("key", {"owner": "org_LAB", "role": "licensee", "key": public}, at_ms=2 * minute))
    for n, who in enumerate(PEOPLE):
        say(grant(who, (3 + n) * minute + chance.randrange(1000)))
    say(Told("session", {"session": "ses_1", "project": "pro_1"}, list(PEOPLE[:3]), at_ms=10 * minute))
    for clip, who in clips.items():
        sealed = {"performance": clip, "performer": who, "track": f"trk_{who}", "kind": "voice", "sha256": "0" * 64}
        say(Told("track-sealed", {**sealed, "log": "1" * 64}, [who], at_ms=HOUR))
        say(Told("review", {"performance": clip, "performer": who, "what": "released"}, [who], at_ms=HOUR + minute))
    for n in range(more):
        who = PEOPLE[n % 4]
        say(Told("review", {"performance": f"prf_x{n}", "performer": who, "what": "released"}, [who], at_ms=2 * HOUR))
    use = {"what": "understand-speech", "where": "research"}
    term = {"starts_ms": START, "ends_ms": START + 100 * DAY}
    price = {"price_minor": 10_000, "currency": "EUR", "minute_minor": 500}
    say(Told("licence", {"licence": "lic_1", "licensee": "a" * 64, **use, **term, **price}, at_ms=3 * HOUR))
    release = {"release": "rel_1", "licence": "lic_1", "project": "pro_1", "digest": "d" * 64, **use}
    say(Told("release", release, rows=row, at_ms=4 * HOUR))
    world.manifests.append({"release": "rel_1", "digest": "d" * 64, "performances": list(clips)})
    run = {"run": "run_1", "licence": "lic_1", "by": "org_LAB", **use, "model": "m", "environment": "e"}
    say(Told("run-open", run, at_ms=5 * HOUR, key=LAB))
    for n, part in enumerate((row, [one for one in row if one["performer"] != "per_BO"])):
        starts = START + (5 + n * 30) * HOUR
        lease = {"lease": f"lea_{n}", "run": "run_1", "licence": "lic_1", **use, "starts_ms": starts}
        at = (5 + n * 30) * HOUR + minute
        say(Told("lease", {**lease, "expires_ms": starts + DAY}, rows=part, at_ms=at))
        world.leases.append({"lease": f"lea_{n}", "run": "run_1", "performances": [r["performance"] for r in part]})
        if n == 0:
            say(Told("day-close", {"day": "2025-11-24"}, at_ms=20 * HOUR))
            revoke = {"grant": "grt_per_BO", "performer": "per_BO", "on_revoke": "stop-new"}
            say(Told("revoke", revoke, ["per_BO"], at_ms=30 * HOUR))
            notice = {
                "notice": "not_1",
                "licence": "lic_1",
                "sign_by_ms": START + 102 * HOUR,
                "purge_by_ms": START + 16 * DAY,
            }
            gone = [{"performance": "prf_BO", "performer": "per_BO"}]
            say(Told("revocation-notice", notice, rows=gone, at_ms=30 * HOUR + minute))
    say(Told("run-close", {"run": "run_1", "licence": "lic_1", "by": "org_LAB"}, at_ms=40 * HOUR, key=LAB))
    purge = {"notice": "not_1", "licence": "lic_1", "by": "org_LAB"}
    say(Told("purge", purge, at_ms=50 * HOUR, key=LAB))
    _money(world, chance)
    say(Told("day-close", {"day": "2025-11-27"}, at_ms=80 * HOUR))
    return world


def _money(world: World, chance: random.Random) -> None:
    pool = 60_000_000 * chance.randrange(50, 90) + chance.randrange(7)
    weights = {who: chance.randrange(1, 900) for who in PEOPLE[:3]}
    shares = split(pool, weights, event="pay_1")
    rows = [{"performer": who, "weight": weights[who], "micro": str(shares[who])} for who in weights]
    royalty = {"event": "pay_1", "licence": "lic_1", "currency": "EUR", "pool_micro": str(pool)}
    world.lines.append(Told("royalty", royalty, rows=rows, at_ms=60 * HOUR))
    credit = tuple(Posting(f"performer:{who}:payable", micro) for who, micro in shares.items() if micro)
    first = Entry("pay_1", "EUR", "royalty", (Posting("licence:lic_1:received", -pool), *credit))
    minors = {who: micro // 1_000_000 for who, micro in shares.items() if micro >= 1_000_000}
    out = [
        Posting(f"performer:{who}:{account}", sign * minor * 1_000_000)
        for who, minor in minors.items()
        for account, sign in (("payable", -1), ("paid", 1))
    ]
    second = Entry("batch_1", "EUR", "payout", tuple(out))
    world.entries += [(first, 60 * HOUR), (second, 70 * HOUR)]
    close(world, 61 * HOUR, 1)
    paid = [{"performer": who, "minor": minor} for who, minor in minors.items()]
    payout = {"batch": "batch_1", "currency": "EUR", "total_minor": sum(minors.values()), "file": "f" * 64}
    world.lines.append(Told("payout", payout, rows=paid, at_ms=70 * HOUR))


def close(world: World, at_ms: int, last: int) -> None:
    entries = [one for one, _ in world.entries[:last]]
    body = {
        "close": 1, "last": last, "entries": digest(["", *(one.digest for one in entries)]),
        "balances": trial_balance_digest(balances(entries)),
    }  # fmt: skip
    world.lines.append(Told("ledger-close", body, at_ms=at_ms))


Fraud = Callable[[], dict[str, bytes]]


def edited(told: Told, **more: Any) -> Told:
    return replace(told, body={**told.body, **more})
