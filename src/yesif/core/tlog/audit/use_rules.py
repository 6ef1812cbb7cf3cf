"""Every release and lease decided again at its own moment; every run and revocation held against what was declared."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from yesif.core.tlog.audit.finding import Finding
from yesif.core.tlog.audit.line_rules import Line

REVOKE_SKEW_MS = 5_000
"""A lease may be decided this long before its line stands behind a revocation: two clocks, one commit."""
LONGEST_LEASE_MS = 72 * 3_600_000
_CHECK_OF = {
    "ended": "ended", "outside-term": "ended", "revoked": "revoked", "withdrawn": "revoked", "suspended": "revoked",
}  # fmt: skip


class Judge(Protocol):
    """The rule book of uses, as the caller brings it: it is told lines in order and answers as of any moment."""

    def take(self, kind: str, body: Mapping[str, Any], rows: list[Mapping[str, Any]], at_ms: int) -> None:
        """A grant, revoke, suspend, resume or review line."""
        ...

    def refusal(self, row: Mapping[str, Any], use: Mapping[str, Any], *, at_ms: int) -> str:
        """Why this performance might not be put to this use at that moment, as a reason's name; "" where it might."""
        ...


class Uses:
    """Takes lines in order; gives findings."""

    def __init__(self, judge: Judge, *, made_ms: int) -> None:
        self._judge, self._made_ms = judge, made_ms
        self._licences: dict[str, Line] = {}
        self._runs: dict[str, Line] = {}
        self._released: dict[str, set[str]] = {}  # licence → performances that were released under it
        self._unseen: set[str] = set()  # licences of which not every release was given with its rows
        self._notices: dict[tuple[str, str], Line] = {}
        self._owner: dict[str, str] = {}  # performance → performer
        self.partly: set[str] = set()  # licences of which not every lease was given with its rows
        self.leases: dict[str, Line] = {}
        self.releases: dict[str, Line] = {}
        self.leased: dict[str, list[tuple[int, frozenset[str]]]] = {}  # licence → (start in ms, performers) of each

    def take(self, line: Line) -> Iterator[Finding]:
        """One line whose body was read."""
        if line.kind in ("grant", "revoke", "suspend", "resume", "review"):
            self._judge.take(line.kind, line.body, line.rows, line.at_ms)
        for row in (line.body, *line.rows):
            if "performance" in row and "performer" in row:
                self._owner[str(row["performance"])] = str(row["performer"])
        rule = getattr(self, f"_take_{line.kind.replace('-', '_')}", None)
        if rule is not None:
            yield from rule(line)

    def _take_licence(self, line: Line) -> Iterator[Finding]:
        self._licences[str(line.body["licence"])] = line
        return iter(())

    def _take_release(self, line: Line) -> Iterator[Finding]:
        licence = self._licences.get(str(line.body.get("licence", "")))
        self.releases[str(line.body["release"])] = line
        if licence is not None and not _same_use(line.body, licence.body):
            yield Finding(line.index, "drift", "this release is built for another use than its licence")
        for row in line.rows:
            self._released.setdefault(str(line.body.get("licence", "")), set()).add(str(row["performance"]))
        if not line.whole:
            self._unseen.add(str(line.body.get("licence", "")))
        yield from self._decide_again(line, licence, "is in a release")

    def _take_run_open(self, line: Line) -> Iterator[Finding]:
        licence = self._licences.get(str(line.body["licence"]))
        self._runs[str(line.body["run"])] = line
        if licence is None:
            yield Finding(line.index, "drift", "this run was opened under a licence that is not on the record")
        elif not _same_use(line.body, licence.body):
            yield Finding(
                line.index, "drift", f"this run declares {_use(line.body)}, its licence is for {_use(licence.body)}"
            )

    def _take_lease(self, line: Line) -> Iterator[Finding]:
        body = line.body
        run, licence = self._runs.get(str(body["run"])), self._licences.get(str(body["licence"]))
        self.leases[str(body["lease"])] = line
        people = frozenset(str(row["performer"]) for row in line.rows)
        if not line.whole:
            self.partly.add(str(body["licence"]))
        self.leased.setdefault(str(body["licence"]), []).append((int(body["starts_ms"]), people))
        if run is None or licence is None:
            yield Finding(line.index, "drift", "keys were leased for a run or a licence that is not on the record")
            return
        if not _same_use(body, run.body) or str(run.body["licence"]) != str(body["licence"]):
            yield Finding(
                line.index, "drift", f"keys were leased for {_use(body)}, the run was opened for {_use(run.body)}"
            )
        if not 0 < int(body["expires_ms"]) - int(body["starts_ms"]) <= LONGEST_LEASE_MS:
            yield Finding(line.index, "ended", "this lease lasts longer than 72 hours")
        if not int(licence.body["starts_ms"]) <= line.at_ms < int(licence.body["ends_ms"]):
            yield Finding(line.index, "ended", "keys were leased outside the term of the licence")
        released = self._released.get(str(body["licence"]))
        known = str(body["licence"]) not in self._unseen
        if known and released is not None and (more := {str(r["performance"]) for r in line.rows} - released):
            yield Finding(line.index, "use", f"keys of {min(more)} were leased, which no release of this licence holds")
        yield from self._decide_again(line, licence, "was leased")
        yield from self._beyond_an_end(line, licence)

    def _beyond_an_end(self, line: Line, licence: Line | None) -> Iterator[Finding]:
        """A yes that holds when keys are leased must still hold in the last moment of the lease."""
        use = {**(licence.body if licence else {}), **line.body, "licensed_ms": licence.at_ms if licence else None}
        for stated in line.rows:
            row = {**stated, "partners": self._partners(stated)}
            if self._judge.refusal(row, use, at_ms=int(line.body["expires_ms"]) - 1) == "ended" and not (
                self._judge.refusal(row, use, at_ms=line.at_ms)
            ):
                text = f"keys of {row['performance']} were leased beyond the end of the yes to it"
                yield Finding(line.index, "ended", text)

    def _decide_again(self, line: Line, licence: Line | None, done: str) -> Iterator[Finding]:
        use = {**(licence.body if licence else {}), **line.body, "licensed_ms": licence.at_ms if licence else None}
        for stated in line.rows:
            row = {**stated, "partners": self._partners(stated)}
            reason = self._judge.refusal(row, use, at_ms=line.at_ms)
            if reason and self._judge.refusal(row, use, at_ms=line.at_ms - REVOKE_SKEW_MS):
                text = f"{row['performance']} {done} for {_use(line.body)}, and the answer then was {reason}"
                yield Finding(line.index, _CHECK_OF.get(reason, "use"), text)

    def _partners(self, row: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Those whose performances stand beside this one in the same clip: everyone in it must have said yes."""
        return [(str(one), self._owner[str(one)]) for one in row.get("together", []) if str(one) in self._owner]

    def _take_revocation_notice(self, line: Line) -> Iterator[Finding]:
        self._notices[str(line.body["notice"]), str(line.body["licence"])] = line
        return iter(())

    def _take_purge(self, line: Line) -> Iterator[Finding]:
        notice = self._notices.pop((str(line.body["notice"]), str(line.body["licence"])), None)
        # A second word on one notice, or a purge that nobody asked for, harms nobody.
        if notice is not None and line.at_ms > int(notice.body["purge_by_ms"]):
            days = (line.at_ms - int(notice.body["purge_by_ms"])) // 86_400_000 + 1
            yield Finding(line.index, "revoked", f"the purge was attested {days} days after its last day")

    def end(self) -> Iterator[Finding]:
        """After the last line: notices whose last day has passed without a purge."""
        for notice in self._notices.values():
            if int(notice.body["purge_by_ms"]) < self._made_ms:
                yield Finding(notice.index, "revoked", "the last day to purge has passed, and no purge was attested")

    def held_against(self, leases: Iterator[dict[str, Any]], manifests: Iterator[dict[str, Any]]) -> Iterator[Finding]:
        """What others' books show as done, against what is on the record."""
        for told in leases:
            line = self.leases.get(str(told.get("lease")))
            if line is None:
                yield Finding(-1, "unlogged", f"lease {told.get('lease')} was given and is not on the record (hidden)")
            elif line.whole and set(told.get("performances", [])) - {str(row["performance"]) for row in line.rows}:
                yield Finding(line.index, "unlogged", "more performances were leased than this line says")
        for told in manifests:
            line = self.releases.get(str(told.get("release")))
            if line is None:
                yield Finding(-1, "unlogged", f"release {told.get('release')} was delivered and is not on the record")
            elif told.get("digest") != line.body["digest"]:
                yield Finding(line.index, "unlogged", "another release was delivered than the one whose digest is here")
            elif line.whole and set(told.get("performances", [])) - {str(row["performance"]) for row in line.rows}:
                yield Finding(line.index, "unlogged", "the release that was delivered holds more than this line says")


def _use(body: Mapping[str, Any]) -> str:
    return f"{body.get('what')} × {body.get('where')}"


def _same_use(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return (one.get("what"), one.get("where")) == (other.get("what"), other.get("where"))
