"""The row a buyer would get: what the answers in the form would let out of one performance of the performer's own."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yesif.apps.footage.queries import review as footage
from yesif.core.policy.grants import Conditions, Credit
from yesif.core.policy.uses import CURRENT, Form, Part


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the row: its name, what would stand in it, and whether it leaves at all."""

    name: str
    value: str
    leaves: bool


@dataclass(frozen=True, slots=True)
class RowSeen:
    """The row of one take; no cells where these answers let nothing out."""

    take: str
    cells: tuple[Cell, ...]


def row(performer_id: str, *, yes: Iterable[str], terms: Conditions) -> RowSeen | None:
    """For the newest take of this performer, and nobody else's; None where there is none yet."""
    takes = [one for one in footage.of_performer(performer_id) if one.state != "withdrawn"]
    if not takes:
        return None
    newest = takes[0]
    said = set(yes)
    asked = [what for what in CURRENT.whats if what.id in said]
    if not asked or not said & {where.id for where in CURRENT.wheres}:
        return RowSeen(f"{newest.title}, {newest.number}", ())
    out = frozenset(part for what in asked for part in what.parts) - terms.held_back
    seconds = f"{(newest.length_ns or 0) / 1e9:.0f} s"
    cells = [
        Cell(_("performer"), _("a number, not your name"), leaves=True),
        Cell(_("length"), seconds, leaves=True),
        *[
            Cell(name, _value(part, terms) if part in out else _("left out"), leaves=part in out)
            for part, name in _parts()
        ],
        Cell(_("credit"), _("your stage name") if terms.credit is Credit.STAGE_NAME else _("no name"), leaves=True),
    ]
    return RowSeen(f"{newest.title}, {newest.number}", tuple(cells))


def _parts() -> list[tuple[Part, str]]:
    return [
        (Part.VOICE, _("voice")),
        (Part.FACE, _("face")),
        (Part.MOVEMENT, _("movement")),
        (Part.WORDS, _("words")),
        (Part.LABELS, _("what people noted")),
    ]


def _value(part: Part, terms: Conditions) -> str:
    if part is Part.WORDS:
        return _("your words, as text")
    if part is Part.LABELS:
        return _("labels, with their times")
    if terms.form is Form.MEASUREMENTS:
        return _("numbers measured from it")
    return _("the recording, and numbers measured from it")
