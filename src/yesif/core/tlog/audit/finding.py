"""What an audit finds: which check, at which leaf, in one sentence that names no one but by id."""

from dataclasses import dataclass

CHECKS = {
    "signature": "the checkpoint is not signed by the log, or not by enough witnesses",
    "tree": "tiles, entries and checkpoint do not belong together",
    "fork": "somebody was shown another record than this one",
    "leaf": "a leaf is malformed, issued by another key, repeated, or out of time",
    "body": "what a line says is not what it committed to, or is withheld",
    "chain": "a person's line was left out, or a day was not counted right",
    "signed": "a line is not signed by whom it should be",
    "unlogged": "something was done that is not on the record",
    "use": "used without a yes",
    "ended": "used after the end",
    "revoked": "a revocation was not honoured",
    "drift": "used for something else than was licensed or declared",
    "royalty": "a royalty was not shared as its line and the rules say",
    "payout": "a payout is not what was owed, or was made twice",
    "late": "paid late",
    "ledger": "the books do not balance, or are not those that were closed",
}
"""Check → what it means. The five on the auditor's page: use, ended, late, revoked, drift."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that does not add up. `index`: its leaf, or −1 where it belongs to none."""

    index: int
    check: str
    sentence: str

    def __post_init__(self) -> None:
        if self.check not in CHECKS:
            raise ValueError(f"there is no check {self.check!r}")

    def __str__(self) -> str:
        place = f"leaf {self.index}" if self.index >= 0 else "the whole"
        return f"{place}: {self.sentence} [{self.check}]"
