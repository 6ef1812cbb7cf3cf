"""Blank an erased person: an id is left, so that books and record still balance, and nothing that names anyone."""

from django.db import models, transaction

from yesif.apps.people.models import Person
from yesif.apps.people.queries import roles_of
from yesif.base.errors import Conflict, NotFound


@transaction.atomic
def erase(*, person_id: str) -> None:
    """Forget name, address and all else of a person, and let them sign in no more. Twice is once.

    Whatever any app keeps of a person and would delete with them (`on_delete=CASCADE`: what they draw lines at, what
    they said of partners, when they can) goes; what others rest on (`PROTECT`: bookings, grants, the books) stays and
    names an id. Raises NotFound for a stranger; Conflict for who is more than a performer: others depend on that.
    """
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NotFound
    others = [role for role in roles_of(person_id) if role != "performer"]
    if others:
        raise Conflict(f"You are also {' and '.join(others)} here; hand that over first, then you can be erased.")
    person.email = f"{person_id.lower()}@erased.invalid"
    person.stage_name = person.pronouns = ""
    person.languages = []
    person.is_active = False
    person.set_unusable_password()
    person.save()
    for relation in Person._meta.related_objects:
        if relation.on_delete is models.CASCADE:
            relation.related_model._base_manager.filter(**{relation.field.name: person}).delete()
