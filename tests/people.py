"""The cast of every test: Ana and Bo perform, Cy performs elsewhere, Pia produces, Lab licenses, Una audits; Ola and Oz
run the studio."""

from yesif.apps.people.models import Person, Role

CAST = {
    "ana": "performer",
    "bo": "performer",
    "cy": "performer",
    "pia": "producer",
    "lab": "licensee",
    "lin": "licensee",
    "una": "auditor",
    "ola": "operator",
    "oz": "operator",
}


def person(name: str) -> Person:
    """Someone of the cast, made at first mention."""
    found = Person.objects.filter(email=f"{name}@example.test").first()
    if found is None:
        found = Person.objects.create_user(f"{name}@example.test", name.title())
        found.split_group = "train" if CAST[name] == "performer" else ""
        found.save()
        Role.objects.create(person=found, role=CAST[name])
    return found
