"""Blocks of eight pairs and one understudy against the real actions, on a real database, at three rates of absence.

`bench/no_shows.py [blocks]` (60 a rate by default). Each block: settled by the board, whoever comes comes in, then
those who are here are paired again. Peers in the same run: fixed pairs, and pairing again without an understudy.
Promised at 15 %: ≥ 87 % of scenes played, ≤ 1 % of people stood up.
"""

import os
import random
import sys
import tempfile
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import _machine

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["YESIF_DATA"] = tempfile.mkdtemp(prefix="yesif-no-shows-")
os.environ["DJANGO_SETTINGS_MODULE"] = "yesif.site.settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from tests.apps.casting_cast import NOW, can, published, under_contract  # noqa: E402
from tests.people import person  # noqa: E402

from yesif.apps.casting.actions import blocks as acts  # noqa: E402
from yesif.apps.casting.queries import blocks as seen  # noqa: E402
from yesif.flows import blocks  # noqa: E402

PAIRS = 8
START = NOW + timedelta(hours=80)


class _Undone(Exception):
    """A trial leaves nothing behind, so that novelty does not drift from block to block."""


def trial(project: str, who: list[str], absent: float, dice: random.Random) -> dict[str, tuple[int, int]]:
    """(pairs that play, people here and alone) for each way of running the block."""
    found: dict[str, tuple[int, int]] = {}
    try:
        with transaction.atomic():
            at = acts.make_block(
                project_id=project, producer_id=person("pia").id, starts_at=START, minutes=90, seats=PAIRS, scenes=3,
                now=NOW,
            )  # fmt: skip
            for one in who:
                can(at, one, would_stand_by=True)
            # One pair in ten does not fit, as in the simulation of users.md §4: the producer forbids it.
            for a, b in combinations(who, 2):
                if dice.random() < 0.1:
                    acts.wish(project_id=project, producer_id=person("pia").id, a=a, b=b, kind="forbid")
            blocks.settle(at, person("pia").id, now=NOW)
            here = {one for one in who if dice.random() >= absent}
            shown = seen.block_of_flow(at)
            both = sum(one.a in here and one.b in here for one in shown.pairs)
            found["fixed pairs"] = (both, sum((one.a in here) != (one.b in here) for one in shown.pairs))
            standing = {one.performer_id for one in shown.coming if one.stands_by}
            for name, those in (("paired again", here - standing), ("with one understudy", here)):
                inner = transaction.savepoint()
                for one in those:
                    blocks.come_in(at, one, now=START)
                blocks.pair_again(at, now=START + timedelta(minutes=5))
                pairs = seen.block_of_flow(at).pairs
                playing = [one for one in pairs if one.a in those and one.b in those]
                paired = {each for one in playing for each in (one.a, one.b)}
                found[name] = (len(playing), len(those - paired - standing))
                transaction.savepoint_rollback(inner)
            raise _Undone  # noqa: TRY301
    except _Undone:
        return found


def main(trials: int) -> None:
    call_command("migrate", verbosity=0)
    project = published()
    who = [under_contract(project, f"performer{n}") for n in range(2 * PAIRS + 1)]
    for absent in (0.05, 0.15, 0.30):
        dice = random.Random(f"{absent}")
        total: dict[str, list[int]] = {}
        for _ in range(trials):
            for name, (played, alone) in trial(project, who, absent, dice).items():
                kept = total.setdefault(name, [0, 0])
                kept[0] += played
                kept[1] += alone
        print(f"absent {absent:.0%}, {trials} blocks:")
        for name, (played, alone) in total.items():
            share, stood = played / (trials * PAIRS), alone / (trials * 2 * PAIRS)
            print(f"  {name:20} {share:6.1%} of scenes played, {stood:5.1%} of people stood up")
    print("promised at 15 % with one understudy: ≥ 87 % played, ≤ 1 % stood up")


if __name__ == "__main__":
    _machine.head("rustworkx", "Django")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
