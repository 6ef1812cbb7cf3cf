"""Decide a million performances (two people each) for one use, on SQLite and PostgreSQL, against the plain join.

    bench/decisions.py            both databases, 1,000,000 performances of 20,000 people, and the 100,000 compared
    bench/decisions.py 100000     fewer

Limit: ≤ 2 s, and ≤ 1.5 × the plain SQL join of the same tables (both people said yes to both halves, no more). Then
a random studio of 100,000 performances is decided row by row by the rule and at once by the twin: 0 may differ.
"""

import sys
import time
from random import Random
from typing import Any

import _studio

PEOPLE = 20_000
ROUNDS = 5


def main() -> None:
    if len(sys.argv) > 2:
        inside(sys.argv[2], int(sys.argv[1]))
        return
    _studio.on_both(__file__, sys.argv[1] if len(sys.argv) > 1 else "1000000")


def inside(name: str, many: int) -> None:
    _studio.wake()
    from yesif.apps.consent import queries

    use, now = fill(many)
    plain = best(lambda: plain_join(use))
    full = best(lambda: queries.eligible(use=use, now=now, reviewed_only=True))
    joined, permitted = plain_join(use), queries.eligible(use=use, now=now, reviewed_only=True)
    print(
        f"{name}: {many:,} performances of {PEOPLE:,} people: {full:.2f} s for {len(permitted):,} permits with their"
        f" extents; plain join {plain:.2f} s for {len(joined):,}; ratio {full / plain:.2f} (≤ 1.5), limit 2 s"
    )
    compare(name, many // 10)


def best(ask: Any) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        ask()
        times.append(time.perf_counter() - start)
    return min(times)


def plain_join(use: Any) -> list[str]:
    """Ids of performances where everyone in the take once said yes to both halves: the join and nothing else."""
    from django.db import connection

    yes = (
        "SELECT DISTINCT g.performer_id FROM consent_grant g JOIN consent_grantitem a ON a.grant_id = g.id"
        " JOIN consent_grantitem b ON b.grant_id = g.id"
        " WHERE a.item = %(what)s AND a.answer = 'yes' AND b.item = %(where)s AND b.answer = 'yes'"
    )
    text = (
        f"WITH said AS MATERIALIZED ({yes}) SELECT p.id FROM footage_performance p"
        " JOIN footage_performance q ON q.take_id = p.take_id AND q.id <> p.id"
        " JOIN said one ON one.performer_id = p.performer_id JOIN said other ON other.performer_id = q.performer_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, {"what": use.what, "where": use.where})
        return [row[0] for row in cursor.fetchall()]


def fill(many: int) -> tuple[Any, Any]:
    """People through the tests' random studio; takes of two straight into the tables."""
    from tests.apps.consent_worlds import NOW, Studio

    from yesif.apps.footage.models import Performance, Take

    studio = Studio(1, performers=PEOPLE, takes=10, kindness=0.95).make()
    throw = Random(5)
    people = [one.id for one in studio.rows.people]
    scenes = more_scenes(studio.rows.takes[0].scene_id, many // 2 // 30_000 + 1)
    for start in range(0, many // 2, 20_000):
        takes, performances = [], []
        for number in range(start, min(start + 20_000, many // 2)):
            take = Take(
                scene_id=scenes[number // 30_000], number=number % 30_000 + 1, action_ns=0, cut_ns=60_000_000_000,
                state="sealed",
            )  # fmt: skip
            takes.append(take)
            for place, who in zip("ab", throw.sample(people, 2), strict=True):
                performances.append(
                    Performance(
                        take=take,
                        performer_id=who,
                        position=place,
                        summary={"words_apart": True},
                        state="released",
                        leak_db=-60.0 if throw.random() < 0.5 else -20.0,
                        withdrawn_at=NOW if throw.random() < 0.01 else None,
                    )
                )
        Take.objects.bulk_create(takes, batch_size=2000)
        Performance.objects.bulk_create(performances, batch_size=2000)
    _studio.analysed()
    return studio.uses()[0], NOW


def more_scenes(like: str, many: int) -> list[str]:
    """Scenes for takes to belong to: the number of a take within its scene is a small one."""
    from yesif.apps.stage.models import Scene

    one = Scene.objects.get(pk=like)
    return [Scene.objects.create(session=one.session, card=one.card, order=100 + n).id for n in range(many)]


def compare(name: str, many: int) -> None:
    from tests.apps.consent_worlds import NOW, Studio

    from yesif.apps.consent import queries
    from yesif.apps.footage.models import Performance

    studio = Studio(7, performers=max(40, many // 100), takes=many // 2, kindness=0.96).make()
    ids = [one.id for one in studio.rows.performances]
    own = set(ids)
    differ = permits = 0
    for use in studio.uses()[:3]:
        start = time.perf_counter()
        decided = queries.decisions(performance_ids=ids, use=use, now=NOW)
        slow = time.perf_counter() - start
        twin = {one: permit for one, permit in queries.eligible(use=use, now=NOW).items() if one in own}
        rule = {one: (it.own, it.together) for one, it in decided.items() if it.permitted}
        said = {one: (it.own, it.together) for one, it in twin.items()}
        differ += sum(rule.get(one) != said.get(one) for one in ids)
        permits += len(rule)
    print(
        f"{name}: rule and twin on {3 * len(ids):,} random decisions ({Performance.objects.count():,} there):"
        f" {differ} differ, {permits / (3 * len(ids)):.0%} permits; the rule alone {slow:.1f} s for {len(ids):,}"
    )


if __name__ == "__main__":
    main()
