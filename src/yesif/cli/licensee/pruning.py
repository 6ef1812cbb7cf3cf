"""Delete from one copy what may not be kept, and sign that it is done."""

from dataclasses import dataclass
from pathlib import Path

from yesif.base.canonical import digest
from yesif.cli.licensee.run import Asks
from yesif.core.corpus.prune import Pruned, prune


@dataclass(frozen=True, slots=True)
class Purged:
    """What was deleted from a copy, what was attested, and what was withdrawn while it was done."""

    done: Pruned
    attested: tuple[str, ...]
    left: tuple[str, ...]


def withdrawn(account: Asks, release: str) -> list[str]:
    """Samples of a release that may not be kept today. Raises the studio's refusal."""
    return [str(one) for one in account.ask(f"releases/{release}/withdrawn")["samples"]]


def prune_copy(account: Asks, folder: Path, release: str) -> Purged:
    """Ask, delete, attest. Raises the studio's refusal, Damaged."""
    told = account.ask(f"releases/{release}/withdrawn")
    gone = [str(one) for one in told["samples"]]
    done = prune(folder, gone)
    body: dict[str, object] = {
        "notice": f"prune:{digest([release, done.before, done.after, gone])[:40]}",
        "licence": str(told["licence"]),
        "release": release,
        "root": digest(sorted(gone)),
        "count": len(gone),
        "before": done.before,
        "after": done.after,
    }
    left = account.ask("purges", {**account.sign("purge", body), "deleted": gone})["left"]
    return Purged(done, tuple(gone), tuple(left))
