"""Ways of cheating, each as a studio (or whoever holds its disk) would do it: the bundle an auditor is then given."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from tests.core.audit_world import (
    DAY,
    HOUR,
    START,
    THIEF,
    Told,
    World,
    _Sequenced,
    checkpoint,
    edited,
    grant,
    honest,
    tlog_files,
)  # fmt: skip
from yesif.core.ledger.entry import Entry, Posting
from yesif.core.tlog.note import COSIGNATURE, Verifier

Files = dict[str, bytes]
FRAUDS: dict[str, tuple[str, Callable[[], Files]]] = {}
"""Name → (the check that must find it, what makes it)."""


def fraud(check: str) -> Callable[[Callable[[], Files]], Callable[[], Files]]:
    def keep(make: Callable[[], Files]) -> Callable[[], Files]:
        FRAUDS[make.__name__.replace("_", " ")] = check, make
        return make

    return keep


def _change(world: World, kind: str, **more: object) -> Files:
    at = world.index(kind)
    world.lines[at] = edited(world.lines[at], **more)
    return world.files()


def _insert(after: str, told: Told) -> World:
    world = honest()
    world.lines.insert(world.index(after) + 1, told)
    return world


@fraud("leaf")
def back_dated_grant() -> Files:
    """Bo never said yes before the lease; a grant is put in afterwards with an earlier hour."""
    return _insert("purge", grant("per_DEE", 4 * 60_000, "grt_late")).files()


@fraud("use")
def skipped_consent() -> Files:
    """Cy never gave an answer, and is in release and lease all the same."""
    world = honest()
    world.lines = [one for one in world.lines if not (one.kind == "grant" and one.body["performer"] == "per_CY")]
    return world.files()


@fraud("unlogged")
def hidden_lease() -> Files:
    world = honest()
    at = [n for n, one in enumerate(world.lines) if one.kind == "lease"][1]
    del world.lines[at]
    return world.files()


@fraud("chain")
def skipped_performer() -> Files:
    """The lease names Ana and does not carry her tag: she would never find it."""
    world = honest()
    world.lines[world.index("lease")].untagged = ("per_ANA",)
    return world.files()


@fraud("chain")
def line_left_out_of_a_chain() -> Files:
    """Sequenced whole, shown to Ana, then served without one of her lines."""
    world = honest()
    made = _Sequenced(world)
    gone = next(n for n, one in enumerate(world.lines) if one.kind == "review")
    files = world.files()
    entries = made.entries[:gone] + made.entries[gone + 1 :]
    files = {name: content for name, content in files.items() if not name.startswith("tlog/")} | tlog_files(entries)
    bodies = [line for n, line in enumerate(files["lines.jsonl"].splitlines(keepends=True)) if n != gone]
    return files | {"lines.jsonl": b"".join(bodies)}


@fraud("tree")
def altered_tile() -> Files:
    files = honest(more=300).files()
    content = bytearray(files["tlog/tile/0/000"])
    content[40] ^= 1
    return files | {"tlog/tile/0/000": bytes(content)}


@fraud("tree")
def altered_entry() -> Files:
    files = honest().files()
    name = next(one for one in files if one.startswith("tlog/tile/entries/"))
    return files | {name: files[name].replace(b'"kind":"revoke"', b'"kind":"resume"')}


@fraud("revoked")
def lease_after_revoke() -> Files:
    world = honest()
    second = [one for one in world.lines if one.kind == "lease"][1]
    second.rows = world.line("lease").rows
    world.leases[1]["performances"] = [row["performance"] for row in second.rows]
    return world.files()


@fraud("fork")
def split_view() -> Files:
    """Lab was shown a record without the revocation."""
    world = honest()
    files = world.files()
    world.lines = [one for one in world.lines if one.kind != "revoke"]
    return files | {"checkpoints/lab": str(checkpoint(_Sequenced(world).entries)).encode()}


@fraud("fork")
def record_cut_short() -> Files:
    """The last lines are taken away again after a witness saw them."""
    world = honest()
    seen = str(checkpoint(_Sequenced(world).entries)).encode()
    world.lines = world.lines[:-3]
    return world.files() | {"checkpoints/witness": seen}


@fraud("signature")
def altered_checkpoint() -> Files:
    files = honest().files()
    lines = files["tlog/checkpoint"].decode().split("\n")
    lines[1] = str(int(lines[1]) - 1)
    return files | {"tlog/checkpoint": "\n".join(lines).encode()}


@fraud("signature")
def checkpoint_of_a_wrong_key() -> Files:
    made = _Sequenced(honest())
    return honest().files() | {"tlog/checkpoint": str(checkpoint(made.entries, THIEF)).encode()}


@fraud("signature")
def checkpoint_without_the_quorum() -> Files:
    files = honest().files()
    witness = Verifier("union.test/w", THIEF.public_key().public_bytes_raw(), COSIGNATURE)
    policy = files["trust-policy"].decode().replace("quorum none", f"witness w {witness}\nquorum w")
    return files | {"trust-policy": policy.encode()}


@fraud("payout")
def double_payout() -> Files:
    world = honest()
    world.lines.insert(world.index("payout") + 1, replace(world.line("payout"), at_ms=71 * HOUR))
    return world.files()


@fraud("payout")
def somebody_twice_in_one_payout() -> Files:
    world = honest()
    world.line("payout").rows.append(dict(world.line("payout").rows[0]))
    return world.files()


@fraud("payout")
def more_paid_than_owed() -> Files:
    world = honest()
    more = Entry(
        "batch_2", "EUR", "x", (Posting("performer:per_ANA:payable", -9_000_000), Posting("outside:bank", 9_000_000))
    )
    world.entries.append((more, 75 * HOUR))
    return world.files()


@fraud("ledger")
def unbalanced_ledger() -> Files:
    files = honest().files()
    rows = [json.loads(line) for line in files["journal.jsonl"].splitlines()]
    rows[1]["postings"][1][1] = str(int(rows[1]["postings"][1][1]) + 1)
    return files | {"journal.jsonl": b"\n".join(json.dumps(one).encode() for one in rows)}


@fraud("ledger")
def books_rewritten_after_the_close() -> Files:
    world = honest()
    first, at = world.entries[0]
    moved = [replace(one, account=one.account.replace("ANA", "DEE")) for one in first.postings]
    world.entries[0] = replace(first, postings=tuple(moved)), at
    return world.files()


@fraud("royalty")
def royalty_altered() -> Files:
    world = honest()
    rows = world.line("royalty").rows
    rows[0]["micro"], rows[1]["micro"] = str(int(rows[0]["micro"]) + 5), str(int(rows[1]["micro"]) - 5)
    return world.files()


@fraud("royalty")
def royalty_without_a_performer_who_was_leased() -> Files:
    world = honest()
    world.line("royalty").rows = [row for row in world.line("royalty").rows if row["performer"] != "per_CY"]
    return world.files()


@fraud("royalty")
def royalty_shared_twice() -> Files:
    world = honest()
    world.lines.insert(world.index("royalty") + 1, replace(world.line("royalty"), at_ms=60 * HOUR + 1))
    return world.files()


@fraud("use")
def release_contains_a_denied_performance() -> Files:
    """Dee said no to selling; the licence is for that."""
    world = honest()
    for kind in ("licence", "release", "run-open"):
        at = world.index(kind)
        world.lines[at] = edited(world.lines[at], where="selling")
    return world.files()


@fraud("chain")
def day_close_count_wrong() -> Files:
    return _change(honest(), "day-close", tags=3, chains=1)


@fraud("chain")
def a_chain_left_out_of_the_day_close() -> Files:
    world = honest()
    made = _Sequenced(world)
    told = next(body for body in made.bodies if body["body"].get("day") == "2025-11-24")
    world.line("day-close").rows = [one["row"] for one in told["rows"]][1:]
    return world.files()


@fraud("leaf")
def replayed_line() -> Files:
    world = honest()
    made = _Sequenced(world)
    files = world.files()
    at = world.index("lease")
    return files | _resealed(files, [*made.entries, made.entries[at]])


@fraud("chain")
def reordered_lines() -> Files:
    """The revocation is moved behind the lease it should have stopped, and everything signed anew."""
    world = honest()
    entries = list(_Sequenced(world).entries)
    revoke = world.index("revoke")
    entries.insert(len(entries) - 2, entries.pop(revoke))
    return _resealed(world.files(), entries)


def _resealed(files: Files, entries: list[bytes]) -> Files:
    kept = {name: content for name, content in files.items() if not name.startswith("tlog/")}
    return kept | tlog_files(entries)


@fraud("body")
def swapped_salt() -> Files:
    files = honest().files()
    rows = [json.loads(line) for line in files["lines.jsonl"].splitlines()]
    rows[3]["salt"], rows[4]["salt"] = rows[4]["salt"], rows[3]["salt"]
    return files | {"lines.jsonl": b"\n".join(json.dumps(one).encode() for one in rows)}


@fraud("body")
def a_row_changed_after_the_fact() -> Files:
    files = honest().files()
    return files | {"lines.jsonl": files["lines.jsonl"].replace(b'"weight": ', b'"weight": 1')}


@fraud("body")
def a_body_withheld() -> Files:
    files = honest().files()
    lines = [line for line in files["lines.jsonl"].splitlines() if b'"lease": "lea_1"' not in line]
    return files | {"lines.jsonl": b"\n".join(lines)}


@fraud("unlogged")
def a_body_of_no_line() -> Files:
    files = honest().files()
    extra = json.dumps({"c": "e" * 64, "salt": "00" * 32, "body": {"run": "run_9"}}).encode()
    return files | {"lines.jsonl": files["lines.jsonl"] + extra + b"\n"}


@fraud("signed")
def forged_signature() -> Files:
    world = honest()
    told = world.line("run-open")
    told.body = {**told.body, "signed": {"scheme": "ed25519", "key": "AAAA", "signature": "AAAA"}}
    told.key = None
    return world.files()


@fraud("signed")
def signed_with_a_wrong_key() -> Files:
    world = honest()
    world.line("purge").key = THIEF
    return world.files()


@fraud("signed")
def not_signed_by_the_licensee() -> Files:
    world = honest()
    world.line("run-open").key = None
    return world.files()


@fraud("ended")
def expired_grant_used() -> Files:
    world = honest()
    for one in world.lines:
        if one.kind == "grant" and one.body["performer"] == "per_ANA":
            one.body["until"] = "2025-11-24T18:00:00+00:00"
    return world.files()


@fraud("ended")
def lease_after_the_licence_ended() -> Files:
    return _change(honest(), "licence", ends_ms=START + 20 * HOUR)


@fraud("ended")
def lease_without_end() -> Files:
    return _change(honest(), "lease", expires_ms=START + 90 * DAY)


@fraud("drift")
def purpose_drift() -> Files:
    return _change(honest(), "lease", what="understand-feeling")


@fraud("drift")
def run_for_another_use_than_licensed() -> Files:
    world = honest()
    at = world.index("run-open")
    world.lines[at] = edited(world.lines[at], where="everyday")
    return world.files()


@fraud("drift")
def lease_under_no_licence() -> Files:
    world = honest()
    world.lines = [one for one in world.lines if one.kind != "licence"]
    return world.files()


@fraud("use")
def lease_of_what_was_never_released() -> Files:
    world = honest()
    row = {"performance": "prf_DEE", "performer": "per_DEE", "grants": ["grt_per_DEE"]}
    world.line("lease").rows = [*world.line("lease").rows, row]
    return world.files()


@fraud("revoked")
def missing_purge() -> Files:
    world = honest()
    world.lines = [one for one in world.lines if one.kind != "purge"]
    return world.files()


@fraud("revoked")
def purge_too_late() -> Files:
    world = honest()
    late = replace(world.line("purge"), at_ms=18 * DAY)
    world.lines = [one for one in world.lines if one.kind != "purge"] + [late]
    return world.files()


@fraud("revoked")
def withdrawn_performance_leased() -> Files:
    gone = {"performance": "prf_ANA", "performer": "per_ANA", "what": "withdrawn"}
    world = honest()
    world.lines.insert(world.index("revoke"), Told("review", gone, ["per_ANA"], at_ms=29 * HOUR))
    return world.files()


@fraud("unlogged")
def release_delivered_that_is_not_on_the_record() -> Files:
    world = honest()
    world.manifests.append({"release": "rel_2", "digest": "e" * 64, "performances": ["prf_ANA"]})
    return world.files()


@fraud("unlogged")
def release_holds_more_than_its_line() -> Files:
    world = honest()
    world.manifests[0]["performances"].append("prf_DEE")
    return world.files()


@fraud("late")
def paid_late() -> Files:
    world = honest()
    second, _ = world.entries[1]
    world.entries[1] = second, 50 * DAY
    world.made_ms = 60 * DAY
    return world.files()


@fraud("late")
def never_paid() -> Files:
    world = honest()
    del world.entries[1]
    world.made_ms = 60 * DAY
    return world.files()


@fraud("leaf")
def second_genesis() -> Files:
    return _insert("session", Told("genesis", {"origin": "x", "key": "y"}, at_ms=11 * 60_000)).files()


@fraud("ended")
def leased_beyond_the_end_of_a_yes() -> Files:
    """Ana's yes holds when the keys leave, and is over before the lease is."""
    world = honest()
    lease = world.line("lease")
    ends = datetime.fromtimestamp((int(str(lease.body["expires_ms"])) - 60_000) / 1000, UTC)
    world.lines = [
        grant("per_ANA", one.at_ms, until=ends.isoformat())
        if one.kind == "grant" and one.body["performer"] == "per_ANA"
        else one
        for one in world.lines
    ]
    return world.files()
