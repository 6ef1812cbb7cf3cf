"""The replay itself: from the first leaf to the last, every rule in turn."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from yesif.base.errors import Damaged, YesIfError
from yesif.core.tlog import trust as trust_rules
from yesif.core.tlog.audit import chain_rules, line_rules, log_rules, money_rules
from yesif.core.tlog.audit.bundle import Bundle
from yesif.core.tlog.audit.finding import Finding
from yesif.core.tlog.audit.line_rules import Gathering, Line
from yesif.core.tlog.audit.money_rules import Books, Split
from yesif.core.tlog.audit.use_rules import Judge, Uses
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.trust import Trust

_MOST_FINDINGS = 1000


@dataclass(frozen=True, slots=True)
class Rules:
    """What the other rule books say: who may use what, and how a sum is shared."""

    judge: Judge
    split: Split


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay came to. `read`: lines whose bodies were given, by kind; `unread`: those that were not."""

    checkpoint: Checkpoint | None
    findings: tuple[Finding, ...]
    read: dict[str, int]
    unread: dict[str, int]
    lines: tuple[Line, ...] = ()

    @property
    def green(self) -> bool:
        """Does everything add up?"""
        return not self.findings


def replay(bundle: Bundle, rules: Rules, *, trusted: Trust | None = None) -> Outcome:
    """Everything that does not add up, in the order of the leaves. `trusted`: the auditor's own policy, else the
    bundle's. Raises Damaged where the bundle is not one."""
    about = bundle.about()
    made_ms = int(about.get("at_ms", 0))
    gathered = Gathering()
    try:
        trusted = trusted or trust_rules.parse(bundle.text("trust-policy"))
        checkpoint = log_rules.signed_checkpoint(bundle, trusted)
    except YesIfError as wrong:
        return Outcome(None, (Finding(-1, "signature", str(wrong)),), {}, {})
    findings = list(log_rules.tree_findings(bundle, checkpoint))
    findings += log_rules.fork_findings(bundle, checkpoint, trusted)
    for index, entry, wrong_entry in log_rules.entries(bundle, checkpoint.size):
        if wrong_entry is not None:
            findings.append(wrong_entry)
        if entry:
            gathered.take(index, entry)
        if len(findings) > _MOST_FINDINGS:
            break
    gathered.end()
    findings += _told(bundle, gathered)
    try:
        findings += _replayed(bundle, gathered, rules, made_ms, whole=bool(about.get("whole")))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        raise Damaged("something in this bundle is not of the form it should have, and was not checked") from None
    return Outcome(checkpoint, tuple(sorted(set(findings))), *_counts(gathered.lines), tuple(gathered.lines))


def _told(bundle: Bundle, gathered: Gathering) -> list[Finding]:
    try:
        for told in bundle.rows("lines.jsonl"):
            gathered.give(told)
    except Damaged as wrong:
        return [*gathered.findings, Finding(-1, "body", str(wrong))]
    return gathered.findings


def _replayed(bundle: Bundle, gathered: Gathering, rules: Rules, made_ms: int, *, whole: bool) -> Iterator[Finding]:
    lines = gathered.lines
    yield from line_rules.body_findings(lines, whole=whole)
    yield from line_rules.day_findings(gathered)
    yield from chain_rules.chain_findings(gathered, bundle.rows("chains.jsonl"))
    uses = Uses(rules.judge, made_ms=made_ms)
    for line in lines:
        if line.read:
            yield from uses.take(line)
    yield from uses.end()
    yield from uses.held_against(bundle.rows("leases.jsonl"), bundle.rows("manifests.jsonl"))
    yield from money_rules.royalty_findings(lines, rules.split, uses.leased, partly=uses.partly)
    yield from money_rules.payout_findings(lines)
    yield from Books(bundle.rows("journal.jsonl")).findings(lines, made_ms)


def _counts(lines: list[Line]) -> tuple[dict[str, int], dict[str, int]]:
    read = Counter(line.kind for line in lines if line.read)
    return dict(sorted(read.items())), dict(sorted(Counter(line.kind for line in lines if not line.read).items()))
