"""The statement under `eligible`: each person's verdict from the tables of grants, then the people of each take.

A verdict is four characters, so that two of them fit beside an id in one sorted string:

    full    0 no, 1 measurements, 2 the recording: what the person permits if all others in the take do too
    alone   the same, where the partner may say no to it and is not heard in the track (whether no word of the partner's
            is in the transcript is looked up afterwards, for the few where it matters)
    held    10 + a bit for each part held back (voice 1, face 2, movement 4, words 8, labels 16)

The texts hold table and column names of ours and placeholders; every value goes in as a parameter.
"""

from datetime import datetime

from django.db import connection

from yesif.apps.consent.models import Grant, GrantItem, GrantName, Revocation, Suspension
from yesif.apps.footage.models import Performance, Take
from yesif.apps.stage.models import Scene, Session
from yesif.core.policy.uses import Form, Part, Use, licensee_key

KEY = 4

_TABLES = {
    "grants": Grant._meta.db_table,
    "items": GrantItem._meta.db_table,
    "names": GrantName._meta.db_table,
    "revocations": Revocation._meta.db_table,
    "suspensions": Suspension._meta.db_table,
    "performances": Performance._meta.db_table,
    "takes": Take._meta.db_table,
    "scenes": Scene._meta.db_table,
    "sessions": Session._meta.db_table,
}

_HEARD = """heard AS (
  SELECT g.* FROM {grants} g WHERE g.given_at <= %(now)s AND {reaches}
    AND NOT EXISTS (SELECT 1 FROM {grants} newer WHERE newer.replaces_id = g.id AND newer.given_at <= %(now)s)
)"""

# D2: what beats any yes.
_AGAINST = """against AS (
  SELECT h.performer_id FROM {items} i JOIN heard h ON h.id = i.grant_id
    WHERE i.item IN (%(what)s, %(where)s) AND i.answer = 'no'
  UNION SELECT h.performer_id FROM {names} n JOIN heard h ON h.id = n.grant_id
    WHERE n.kind = 'refused' AND n.name = %(licensee)s
)"""

_HELD = """held AS (
  SELECT h.performer_id, SUM(DISTINCT CASE n.name {bits} ELSE 0 END) AS bits
    FROM {names} n JOIN heard h ON h.id = n.grant_id WHERE n.kind = 'held-back' GROUP BY h.performer_id
)"""

# D3 and D10: every condition of one grant, in the order `decide` asks them.
_YES = """yes AS (
  SELECT h.performer_id, CASE WHEN h.form = 'recording' THEN 2 ELSE 1 END AS form, h.partner
    FROM heard h
    JOIN {items} learns ON learns.grant_id = h.id AND learns.item = %(what)s AND learns.answer = 'yes'
    JOIN {items} place ON place.grant_id = h.id AND place.item = %(where)s AND place.answer = 'yes'
   WHERE h.until > %(now)s
     AND NOT EXISTS (SELECT 1 FROM {revocations} r WHERE r.grant_id = h.id AND r.at <= %(now)s)
     AND (EXISTS (SELECT 1 FROM {names} n WHERE n.grant_id = h.id AND n.kind = 'allowed' AND n.name = %(licensee)s)
          OR NOT EXISTS (SELECT 1 FROM {names} n WHERE n.grant_id = h.id AND n.kind = 'allowed'))
     AND (h.copy_confirmed_at IS NULL OR h.copy_description = %(description)s)
     AND (NOT EXISTS (SELECT 1 FROM {names} n WHERE n.grant_id = h.id AND n.kind = 'territory')
          OR (%(places)s > 0 AND %(places)s = (SELECT COUNT(*) FROM {names} n
                WHERE n.grant_id = h.id AND n.kind = 'territory' AND n.name IN ({territories}))))
     AND (h.floor_minor IS NULL OR (h.floor_currency = %(currency)s AND h.floor_minor <= %(price)s))
     AND NOT EXISTS (SELECT 1 FROM {suspensions} s WHERE s.performer_id = h.performer_id AND s.since <= %(now)s
          AND (s.lifted_at IS NULL OR s.lifted_at > %(now)s)
          AND s.since <= CASE WHEN h.reach = 'core' THEN h.given_at ELSE %(licensed)s END)
)"""

_VERDICTS = """verdicts AS {materialized} (
  SELECT y.performer_id, {full} AS full_form, {alone} AS alone_form, 10 + COALESCE(MAX(held.bits), 0) AS held
    FROM yes y LEFT JOIN held ON held.performer_id = y.performer_id
   WHERE y.performer_id NOT IN (SELECT performer_id FROM against) GROUP BY y.performer_id
)"""

# Only who permits something, in the order of takes, from the index alone: `CROSS` keeps SQLite to that order.
_TAKES = """SELECT p.take_id, MIN({keyed}), MAX({keyed}), COUNT(*)
  FROM {performances} p {joins} CROSS JOIN keyed v
 WHERE v.performer_id = p.performer_id AND NOT {gone} {where}
 GROUP BY p.take_id"""
_KEYED = """CASE WHEN v.alone_form > 0 AND p.leak_db < %(leak)s AND p.words_apart
  THEN v.apart_key ELSE v.whole_key END || p.id"""


def statement(
    use: Use,
    *,
    now: datetime,
    leak_limit_db: float,
    reviewed_only: bool,
    core: bool,
    sign: str = "",
    within: str = "",
) -> tuple[str, dict[str, str | int | float | None]]:
    """The text and its parameters. `core`: core grants count. `sign`: only performances whose project is (`=`) or is
    not (`<>`) the use's own; "" for all. `within`: only this project's."""
    places = sorted(use.territories)
    reaches = "(g.reach NOT IN ('core', 'performances') OR (g.reach = 'core' AND g.project_id = %(project)s))"
    texts = {
        **_TABLES,
        "reaches": reaches if core else "g.reach NOT IN ('core', 'performances')",
        "bits": " ".join(f"WHEN '{part.value}' THEN {1 << place}" for place, part in enumerate(Part)),
        "territories": ", ".join(f"%(place{n})s" for n in range(len(places))) or "NULL",
        "materialized": "MATERIALIZED",
        "gone": _gone(reviewed_only),
        "joins": _PROJECT.format(**_TABLES) if sign or within else "",
        "where": (f"AND s.project_id {sign} %(project)s " if sign else "")
        + ("AND s.project_id = %(within)s" if within else ""),
    }
    most = 2 if use.form is Form.RECORDING else 1
    texts["full"] = _least("MAX(y.form)", most)
    texts["alone"] = _least("MAX(CASE WHEN y.partner THEN y.form ELSE 0 END)", most)
    keyed_cte = """keyed AS {materialized} (SELECT performer_id, alone_form,
      full_form || '0' || held AS whole_key, full_form || '' || alone_form || held AS apart_key FROM verdicts)"""
    heads = ", ".join([_HEARD, _AGAINST, _HELD, _YES, _VERDICTS, keyed_cte]).format(**texts)
    texts["keyed"] = _KEYED.format(**texts)
    text = f"WITH {heads} {_TAKES.format(**texts)}"
    return text, {
        "now": _moment(now),
        "what": use.what,
        "where": use.where,
        "licensee": licensee_key(use.licensee),
        "description": use.description,
        "places": len(places),
        **{f"place{n}": place for n, place in enumerate(places)},
        "price": use.price.minor if use.price else -1,
        "currency": use.price.currency if use.price else "",
        # A licence that is not signed yet is newer than any pause.
        "licensed": _moment(use.licensed_at or datetime.max.replace(tzinfo=now.tzinfo, microsecond=0)),
        "project": use.project,
        "within": within,
        "leak": leak_limit_db,
    }


_PROJECT = (
    "JOIN {takes} t ON t.id = p.take_id JOIN {scenes} c ON c.id = t.scene_id JOIN {sessions} s ON s.id = c.session_id"
)


def _gone(reviewed_only: bool) -> str:
    """Withdrawn by now; `reviewed_only`: or not handed over."""
    unsaid = "p.state <> 'released'" if reviewed_only else "FALSE"
    return f"COALESCE(p.withdrawn_at <= %(now)s, {unsaid})"


def _least(expression: str, most: int) -> str:
    """No more than what is asked for."""
    return f"CASE WHEN {expression} > {most} THEN {most} ELSE {expression} END"


def _moment(at: datetime) -> str | None:
    """A time as this database keeps it."""
    kept: str | None = connection.ops.adapt_datetimefield_value(at)
    return kept
