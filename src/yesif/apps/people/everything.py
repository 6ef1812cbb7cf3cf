"""Every row of every table that names a person: found by looking at the tables, so that it equals the database.

Looked for: rows that point at the person, text fields that hold their id, and rows that belong to one of those rows
(a track of their performance, an item of their grant). What several people share (a session, a project) is shown by the
row that ties the person to it. A row that someone else wrote about them (a block, "not again with") is counted and not
shown: it was said in confidence, and showing it could harm who said it. A new table is in here from its first day,
because nobody lists tables by hand.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models

_MOST_IN = 500
_ID_LENGTH = 30
_SECRET = ("password", "key", "secret", "token")


@dataclass(frozen=True, slots=True)
class Table:
    """One table's rows about a person. `app` and `name` as the house calls them; values as text."""

    app: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    in_confidence: int = 0

    @property
    def said(self) -> list[list[tuple[str, str]]]:
        """Each row as (column, value), without what is empty."""
        return [[(name, value) for name, value in zip(self.columns, row, strict=True) if value] for row in self.rows]


def everything(person_id: str) -> list[Table]:
    """Every table that holds something about this person, with its rows."""
    found = _closure(person_id)
    tables = sorted(found.items(), key=lambda one: one[0]._meta.label)
    return [_table(model, keys, _in_confidence(model, person_id)) for model, keys in tables if keys]


def _closure(person_id: str) -> dict[type[models.Model], set[object]]:
    person = get_user_model()
    found: dict[type[models.Model], set[object]] = defaultdict(set)
    fresh: dict[type[models.Model], set[object]] = defaultdict(set)
    fresh[person].add(person_id)
    for model in _models():
        for field in _id_fields(model) if model is not person else ():
            fresh[model] |= set(_keys(model, {f"{field}__contains": person_id}))
    while fresh:
        following: dict[type[models.Model], set[object]] = defaultdict(set)
        for model, keys in fresh.items():
            found[model] |= keys
            for child, name in _children(model):
                more = {key for part in _parts(keys) for key in _keys(child, {f"{name}__in": part})}
                following[child] |= more - found[child]
        fresh = defaultdict(set, {model: keys for model, keys in following.items() if keys})
    return found


def _in_confidence(model: type[models.Model], person_id: str) -> set[object]:
    """Rows whose first person is somebody else and a later one is this person."""
    people = [field.name for field in model._meta.concrete_fields if field.related_model is get_user_model()]
    if len(people) < 2:
        return set()
    later = models.Q()
    for name in people[1:]:
        later |= models.Q(**{name: person_id})
    return set(model._base_manager.filter(later).exclude(**{people[0]: person_id}).values_list("pk", flat=True))


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def _id_fields(model: type[models.Model]) -> Iterator[str]:
    """Text fields long enough for an id, and no foreign key: records and books know people by id only."""
    for field in model._meta.get_fields():
        if isinstance(field, models.CharField | models.TextField) and (field.max_length or _ID_LENGTH) >= _ID_LENGTH:
            yield field.name


def _children(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Tables that point at this one."""
    for relation in model._meta.related_objects:
        if isinstance(relation.field, models.ForeignKey | models.OneToOneField):
            yield relation.related_model, relation.field.name


def _keys(model: type[models.Model], where: dict[str, object]) -> Iterator[object]:
    yield from model._base_manager.filter(**where).values_list("pk", flat=True).iterator()


def _parts(keys: set[object]) -> Iterator[list[object]]:
    listed = sorted(keys, key=str)
    for at in range(0, len(listed), _MOST_IN):
        yield listed[at : at + _MOST_IN]


def _table(model: type[models.Model], keys: set[object], kept: set[object]) -> Table:
    columns = [field for field in model._meta.concrete_fields if isinstance(field, models.Field)]
    rows = [
        tuple(_say(column, value) for column, value in zip(columns, row, strict=True))
        for part in _parts(keys - kept)
        for row in model._base_manager.filter(pk__in=part).order_by("pk").values_list(*(one.attname for one in columns))
    ]
    return Table(
        model._meta.app_label, model.__name__, tuple(one.attname for one in columns), tuple(rows), len(keys & kept)
    )


def _say(column: "models.Field[object, object]", value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bytes | memoryview):
        return f"{len(bytes(value))} bytes"
    if any(word in column.attname for word in _SECRET) and column.attname != "key":
        return "kept, not shown"
    return str(value)
