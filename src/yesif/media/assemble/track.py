"""One take log into one track: the door of this package."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import av

from yesif.base.errors import Damaged
from yesif.core.timeline import Finding, TrackManifest
from yesif.media.assemble.camera import assemble_camera
from yesif.media.assemble.container import assemble_container
from yesif.media.assemble.heard import assemble_heard
from yesif.media.assemble.made import Made
from yesif.media.assemble.voice import assemble_voice
from yesif.media.place import Clocked, TakeSpan, clock_of
from yesif.media.takelog import Kind, Scan, scan

_SURE_NS = 20_000_000  # beyond this error a take is not fit for studying turns


@dataclass(frozen=True, slots=True)
class AssembledTrack:
    """A track put together. `path` is None, and `media_type` empty, where nothing usable was recorded.

    `kind`: voice, camera or heard. `manifest`: whole numbers and text only (core.timeline.manifest), with "time",
    "error_ns", "bound_ns", "losses", "count", "clock", "facts". `findings`: what a person should know.
    """

    kind: str
    path: Path | None
    media_type: str
    manifest: Mapping[str, object]
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, object]:
        """The same as plain JSON; the path as text."""
        return {
            "kind": self.kind,
            "path": str(self.path) if self.path else None,
            "media_type": self.media_type,
            "manifest": dict(self.manifest),
            "findings": [asdict(finding) for finding in self.findings],
        }


def assemble_track(
    log: Path,
    out_dir: Path,
    *,
    opened_ns: int,
    action_ns: int,
    cut_ns: int | None,
    kind: str | None = None,
    clock_log: Path | None = None,
    partner_log: Path | None = None,
) -> AssembledTrack:
    """Put one log together into `out_dir` (made if absent). Doing it again writes the same bytes.

    `opened_ns`: studio time at which the session opened; `action_ns`, `cut_ns`: session clock. `kind`: what the studio
    expects (a log's own word is not taken for it). `clock_log`: the log with this performer's pings, where it is not
    `log` itself (pings stand in the voice log). `partner_log`: the partner's voice log; with both, the clocks are
    checked by their triangle. Raises NotFound, and BadInput where the file is no take log; all else is a finding.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    found = scan(log)
    span = TakeSpan.of(opened_ns, action_ns, cut_ns)
    clocked = clock_of(scan(clock_log) if clock_log else found, partner_log)
    named = kind or _text(found.header.get("kind")) or "voice"
    made = _made(found, out_dir, clocked, span, named)
    findings = [*_log_findings(found), *_clock_findings(clocked), *made.findings]
    manifest = TrackManifest(
        take=_text(found.header.get("take")),
        performance=_text(found.header.get("performance")),
        kind=named,
        place=made.place,
        error_ns=clocked.error_ns(made.error_ns),
        bound_ns=clocked.bound_ns(made.error_ns),
        method=made.method,
        losses=tuple(made.losses),
        count={**made.count, **_counted(found)},
        clock=clocked.as_json(span),
        facts={**_facts(found), **made.facts},
    )
    return AssembledTrack(named, made.path, made.media_type, manifest.as_json(), tuple(findings))


def _made(found: Scan, out_dir: Path, clocked: Clocked, span: TakeSpan, kind: str) -> Made:
    makers = (
        (Kind.VIDEO, assemble_camera),
        (Kind.PCM, assemble_voice),
        (Kind.OPUS, assemble_heard),
        (Kind.CONTAINER, assemble_container),
    )
    for wanted, maker in makers:
        if len(found.of(wanted)):
            try:
                return maker(found, out_dir / kind, clocked, span)
            except (av.FFmpegError, Damaged, ValueError) as broken:
                sentence = f"What was recorded cannot be put together ({type(broken).__name__})."
                return Made.nothing(Finding("unreadable", "fail", sentence))
    return Made.nothing(Finding("empty", "fail", "Nothing was recorded in this track."))


def _log_findings(found: Scan) -> list[Finding]:
    """One finding for each kind of oddity of the log, with its count and the first sentence of its kind."""
    first: dict[str, str] = {}
    total: Counter[str] = Counter()
    for odd in found.findings:
        first.setdefault(odd.check, odd.sentence)
        total[odd.check] += odd.count
    findings = [Finding(f"log-{check}", "warn", first[check], total[check]) for check in first]
    if not found.ended and found.records:
        findings.append(
            Finding("log-unfinished", "warn", "The recorder did not close this log; the end may be missing.")
        )
    return findings


def _clock_findings(clocked: Clocked) -> list[Finding]:
    error = clocked.error_ns(0)
    if error is None:
        sentence = "No clock answer is in the logs; the track stands by the computer's own clock, maybe seconds off."
        return [Finding("clock-unknown", "fail", sentence)]
    findings = []
    if error > _SURE_NS:
        sentence = f"The clock is sure to {error / 1e6:.1f} ms only; {_SURE_NS // 1_000_000} ms is the limit."
        findings.append(Finding("clock-unsure", "warn", sentence, error, "ns", _SURE_NS))
    if len(clocked.clock.segments) > 1:
        jumps = len(clocked.clock.segments) - 1
        findings.append(
            Finding("clock-jumped", "warn", f"The computer's clock jumped {jumps} times; corrected.", jumps)
        )
    bad = clocked.clock.lies + sum(clocked.refused.values())
    if bad:
        findings.append(Finding("pings-refused", "warn", f"{bad} clock answers cannot be true and were left out.", bad))
    return findings


def _counted(found: Scan) -> dict[str, int]:
    """What the recorder and the log counted: the recorder's ledger under `recorder_…`, where it wrote one."""
    ledger: dict[str, object] = next((text.value for text in reversed(found.said(Kind.END))), {})
    told = {f"recorder_{name}": value for name, value in ledger.items() if isinstance(value, int)}
    return {**told, "log_bytes": found.size, "log_tail_bytes": found.tail_bytes, "log_records": found.records}


def _facts(found: Scan) -> dict[str, object]:
    """What the recorder said of itself, as text and whole numbers."""
    header = found.header
    facts: dict[str, object] = {
        name: header[name]
        for name in ("tier", "codec", "sample_rate", "channels", "width", "height", "browser")
        if isinstance(header.get(name), str | int)
    }
    notes = [text.value.get("what") for text in found.said(Kind.NOTE)]
    facts["notes"] = dict(sorted(Counter(what for what in notes if isinstance(what, str)).items()))
    return facts


def _text(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""
