"""A studio whose sequencing is killed again and again: used by the suite (few times) and by bench/tlog.py (200).

The child appends lines, says "ack <seq>" once each is committed, sequences, and says every checkpoint it published.
"""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from yesif.base.errors import Damaged
from yesif.core.tlog import tree
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.leaf import Leaf
from yesif.core.tlog.note import Note
from yesif.core.tlog.tile import WIDTH, Tile, TileReader, entries_path, parse_entries

ROOT = Path(__file__).resolve().parents[2]

CHILD = """
import sys
import django; django.setup()
from datetime import UTC, datetime
from django.db import transaction
from yesif.apps.record import actions
from yesif.apps.record.shelf import Shelf
from yesif.flows import sequence_record
print("ready", flush=True)
people = [f"per_{n:026d}" for n in range(7)]
for turn in range(int(sys.argv[1])):
    for n in range(1 + (turn * 37) % 150):
        with transaction.atomic():
            seq = actions.append(kind="review", body={"n": n, "turn": turn}, about=people[n % 5 : n % 5 + 2],
                                 now=datetime.now(UTC))
        print("ack", seq, flush=True)
    sequence_record.now()
    print("published", Shelf().published()[1].size, Shelf().published()[1].root.hex(), flush=True)
"""


@dataclass
class Story:
    """What the children said: lines acknowledged, and every (size, root) they published."""

    acked: set[int] = field(default_factory=set)
    published: set[tuple[int, str]] = field(default_factory=set)
    kills: int = 0

    def hear(self, said: str) -> None:
        for line in said.splitlines():
            match line.split():
                case ["ack", seq]:
                    self.acked.add(int(seq))
                case ["published", size, root]:
                    self.published.add((int(size), root))


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "YESIF_DATA": str(folder),
        "YESIF_TESTS": os.environ.get("PYTEST_XDIST_WORKER", "alone"),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }


def run(folder: Path, *arguments: str) -> str:
    """One of the studio's processes to its end."""
    done = subprocess.run(
        [sys.executable, *arguments], env=environment(folder), cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def kill_often(folder: Path, times: int, *, seed: int = 1) -> Story:
    """Start the child `times` times, each killed (-9) a random moment after it began; then once to the end."""
    story, chance = Story(), random.Random(seed)
    run(folder, "-m", "yesif.site.manage", "migrate", "--verbosity", "0")
    for _ in range(times):
        said = folder / "said"
        with said.open("w") as out:
            child = subprocess.Popen(
                [sys.executable, "-c", CHILD, "1000"], env=environment(folder), cwd=ROOT, stdout=out
            )
            while "ready" not in said.read_text():
                assert child.poll() is None
                time.sleep(0.01)
            time.sleep(chance.uniform(0.0, 0.9))
            child.send_signal(signal.SIGKILL)
            child.wait()
        story.kills += 1
        story.hear(said.read_text().rsplit("\n", 1)[0])
        story.hear(_standing(folder))
    story.hear(run(folder, "-c", CHILD, "1"))
    return story


def _standing(folder: Path) -> str:
    """The checkpoint that the whole world could have fetched right after the kill."""
    path = folder / "record" / "tlog" / "checkpoint"
    if not path.exists():
        return ""
    found = Checkpoint.parse(Note.parse(path.read_text()).text)
    return f"published {found.size} {found.root.hex()}"


def check(folder: Path, story: Story) -> int:
    """Raises Damaged where any published checkpoint is not a prefix of the last, or an acknowledged line is not in it;
    returns the size of the tree. Reads nothing but the public files, and the database for which line is which leaf."""
    public = folder / "record" / "tlog"
    last = Checkpoint.parse(Note.parse((public / "checkpoint").read_text()).text)

    def fetch(tile: Tile) -> bytes:
        return (public / tile.path).read_bytes()

    reader = TileReader(last.size, fetch)
    if tree.root(last.size, reader) != last.root:
        raise Damaged("the tiles do not lead to the checkpoint")
    for size, root in story.published:
        if tree.root(size, reader).hex() != root:
            raise Damaged(f"fork: a checkpoint of {size} leaves was published that the record does not continue")
    commitments = _leaves(public, last.size, reader)
    known = _commitments(folder)
    if story.acked - set(known):
        raise Damaged("a line was acknowledged and is not in the database")
    if lost := [seq for seq in story.acked if known[seq] not in commitments]:
        raise Damaged(f"line {lost[0]} was acknowledged and is not in the tree")
    return last.size


def _leaves(public: Path, size: int, reader: TileReader) -> set[str]:
    commitments = set()
    for number in range(-(-size // WIDTH)):
        width = min(WIDTH, size - number * WIDTH)
        for at, entry in enumerate(parse_entries((public / entries_path(number, width)).read_bytes())):
            if tree.leaf_hash(entry) != reader(0, number * WIDTH + at):
                raise Damaged("an entry is not the leaf of its tile")
            commitments.add(Leaf.parse(entry).commitment)
    return commitments


def _commitments(folder: Path) -> dict[int, str]:
    script = (
        "import django; django.setup()\n"
        "from yesif.apps.record.models import Line\n"
        "for seq, c in Line.objects.values_list('seq', 'commitment'): print(seq, c)"
    )
    return {int(seq): c for seq, c in (line.split() for line in run(folder, "-c", script).splitlines())}
