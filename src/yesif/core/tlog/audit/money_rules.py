"""Royalties split again to the cent, payouts held against what was owed, the books against what was closed."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from yesif.base.canonical import digest
from yesif.core.tlog.audit.finding import Finding
from yesif.core.tlog.audit.line_rules import Line

Split = Callable[..., Mapping[str, int]]
"""`split(total, weights, event=…)`: the ledger's rule for sharing."""
MICRO = 1_000_000
LATE_MS = 30 * 86_400_000
"""What is payable for longer than this is paid late."""


Leases = Mapping[str, list[tuple[int, frozenset[str]]]]
"""Licence → when each of its leases began, in Unix milliseconds, and whose clips it held."""
_SECOND_MS = 1000


def royalty_findings(
    lines: Iterable[Line], split: Split, leased: Leases, *, partly: Collection[str] = ()
) -> Iterator[Finding]:
    """Each payment is shared once, among those whose clips were leased, as the rule says."""
    shared: dict[str, int] = {}
    for line in lines:
        if line.kind != "royalty" or not line.whole:
            continue
        body, event = line.body, str(line.body["event"])
        if event in shared:
            yield Finding(line.index, "royalty", f"this payment was shared before, at leaf {shared[event]}")
        shared[event] = line.index
        weights = {str(row["performer"]): int(row["weight"]) for row in line.rows}
        stated = {str(row["performer"]): int(row["micro"]) for row in line.rows}
        pool = int(body["pool_micro"])
        if not any(weights.values()) or dict(split(pool, weights, event=event)) != stated:
            yield Finding(line.index, "royalty", f"sharing {pool} micro-units by these weights gives other sums")
        if str(body["licence"]) in partly:
            continue  # who was leased is not known to the last person
        owed = {who for who, weight in weights.items() if weight}
        if missing := _held(line, leased, _SECOND_MS) - owed:
            yield Finding(line.index, "royalty", f"{min(missing)} was leased under this licence and has no share")
        if strange := owed - _held(line, leased, -_SECOND_MS):
            yield Finding(line.index, "royalty", f"{min(strange)} has a share and was never leased under this licence")


def _held(line: Line, leased: Leases, inset_ms: int) -> set[str]:
    """Whose clips were leased in the time that a royalty is for. Leases write whole seconds: `inset_ms` leaves out, or
    takes in, what began on its edge."""
    since, until = int(line.body.get("since_ms", 0)), int(line.body.get("until_ms", line.at_ms))
    leases = leased.get(str(line.body["licence"]), [])
    return {who for at, people in leases if since + inset_ms <= at < until - inset_ms for who in people}


def payout_findings(lines: Iterable[Line]) -> Iterator[Finding]:
    """A batch goes out once, each person stands in it once, and it adds up."""
    batches: dict[str, int] = {}
    files: dict[str, int] = {}
    for line in lines:
        if line.kind != "payout" or not line.read:
            continue
        batch, file = str(line.body["batch"]), str(line.body["file"])
        for known, key in ((batches, batch), (files, file)):
            if key and key in known:
                yield Finding(line.index, "payout", f"this payout was made before, at leaf {known[key]}")
                break
        batches[batch] = files[file] = line.index
        people = [str(row["performer"]) for row in line.rows]
        if len(people) != len(set(people)):
            yield Finding(line.index, "payout", "somebody stands twice in this payout")
        if line.whole and sum(int(row["minor"]) for row in line.rows) != int(line.body["total_minor"]):
            yield Finding(line.index, "payout", "the sums of this payout do not add up to its total")


class Books:
    """The journal, entry by entry."""

    def __init__(self, journal: Iterable[Mapping[str, Any]]) -> None:
        self.entries = list(journal)
        self.given = bool(self.entries)

    def findings(self, lines: list[Line], made_ms: int) -> Iterator[Finding]:
        """Everything about the books."""
        if self.given:
            yield from self._entries()
            yield from self._closes(lines)
            yield from self._royalties(lines)
            yield from self._late(made_ms)

    def _entries(self) -> Iterator[Finding]:
        keys: set[str] = set()
        held: dict[tuple[str, str], int] = defaultdict(int)
        for entry in self.entries:
            key, currency = str(entry["key"]), str(entry["currency"])
            if sum(int(posting[1]) for posting in entry["postings"]):
                yield Finding(-1, "ledger", f"the entry {key} does not balance")
            if key in keys:
                yield Finding(-1, "ledger", f"the entry {key} stands twice in the books")
            keys.add(key)
            for posting in entry["postings"]:
                account = str(posting[0])
                held[account, currency] += int(posting[1])
                if account.startswith("performer:") and account.endswith(":payable") and held[account, currency] < 0:
                    yield Finding(-1, "payout", f"{account} was paid more than was owed, by the entry {key}")

    def _closes(self, lines: list[Line]) -> Iterator[Finding]:
        """Each close names the digest of every entry up to it, chained, and of every balance then."""
        at, chained = 0, ""
        held: dict[tuple[str, str], int] = defaultdict(int)
        for line in lines:
            if line.kind != "ledger-close" or not line.read:
                continue
            until = int(line.body["last"])
            fresh = [entry for entry in self.entries if at < int(entry.get("seq", 0)) <= until]
            chained = digest([chained, *(_digest(entry) for entry in fresh)])
            for entry in fresh:
                for posting in entry["postings"]:
                    held[str(posting[0]), str(entry["currency"])] += int(posting[1])
            balances = [[account, currency, str(micro)] for (account, currency), micro in sorted(held.items()) if micro]
            if chained != line.body["entries"] or digest(balances) != line.body["balances"]:
                yield Finding(line.index, "ledger", "the books are not those that were closed here")
            at = until

    def _royalties(self, lines: list[Line]) -> Iterator[Finding]:
        """What a royalty line gives each performer is what the books give them for that event."""
        by_key = {str(entry["key"]): entry for entry in self.entries}
        for line in lines:
            if line.kind != "royalty" or not line.whole:
                continue
            entry = by_key.get(str(line.body["event"]))
            posted: dict[str, int] = defaultdict(int)
            for posting in entry["postings"] if entry else ():
                parts = str(posting[0]).split(":")
                if parts[0] == "performer":
                    posted[parts[1]] += int(posting[1])
            stated = {str(row["performer"]): int(row["micro"]) for row in line.rows if int(row["micro"])}
            if dict(posted) != stated:
                yield Finding(line.index, "royalty", "the books give other sums for this royalty than its line")

    def _late(self, made_ms: int) -> Iterator[Finding]:
        """First in, first out: what became payable is followed until it leaves."""
        waiting: dict[tuple[str, str], list[list[int]]] = defaultdict(list)
        told: set[tuple[str, str]] = set()
        for entry in self.entries:
            at = int(entry.get("at_ms", 0))
            for posting in entry["postings"]:
                account, micro = str(posting[0]), int(posting[1])
                if not (account.startswith("performer:") and account.endswith(":payable")):
                    continue
                queue, key = waiting[account, str(entry["currency"])], (account, str(entry["currency"]))
                if micro > 0:
                    queue.append([at, micro])
                if micro < 0 and _drain(queue, -micro, at) and key not in told:
                    told.add(key)
                    yield Finding(
                        -1, "late", f"{account} was paid later than {LATE_MS // 86_400_000} days after it was due"
                    )
        for (account, currency), queue in sorted(waiting.items()):
            owed = sum(micro for at, micro in queue if made_ms - at > LATE_MS)
            if owed >= MICRO and (account, currency) not in told:
                text = f"{owed // MICRO} minor units of {currency} wait in {account} for more than 30 days"
                yield Finding(-1, "late", text)


def _drain(queue: list[list[int]], micro: int, at: int) -> bool:
    """Take `micro` from the front; was any of it late?"""
    late = False
    while micro > 0 and queue:
        taken = min(micro, queue[0][1])
        late = late or (at - queue[0][0] > LATE_MS and taken >= MICRO)
        queue[0][1] -= taken
        micro -= taken
        if not queue[0][1]:
            queue.pop(0)
    return late


def _digest(entry: Mapping[str, Any]) -> str:
    """An entry's digest, as the ledger makes it."""
    postings = [[str(p[0]), str(p[1]), p[2] if p[2] is not None else ""] for p in entry["postings"]]
    fields = {"currency": entry["currency"], "key": entry["key"], "memo": entry["memo"]}
    return digest({**fields, "postings": postings, "reverses": entry.get("reverses") or ""})
