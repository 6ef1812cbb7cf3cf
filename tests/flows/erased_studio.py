"""A studio in a folder of its own in which Ana and Bo played, and Ana was erased; run as a script, as JSON.

`python -m tests.flows.erased_studio play | erase`
"""

import json
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from tests.flows import released  # noqa: E402
from tests.people import person  # noqa: E402
from yesif.apps.footage.models import Performance  # noqa: E402
from yesif.apps.keys import queries as keys  # noqa: E402
from yesif.apps.keys.models import Box, PerformerKey  # noqa: E402
from yesif.base.clock import FixedClock  # noqa: E402
from yesif.base.errors import NotFound  # noqa: E402
from yesif.flows import engine  # noqa: E402
from yesif.flows import erase as flow  # noqa: E402
from yesif.flows.runner import InlineRunner  # noqa: E402
from yesif.media.strongbox import Sealed  # noqa: E402


def play() -> dict[str, Any]:
    """Two takes of Ana and Bo, sealed and released; every byte that must be nowhere once she is erased."""
    call_command("migrate", verbosity=0)
    for name in ("ana", "bo"):
        released.answer(name)
    released.play("ana", "bo", takes=2)
    ana = person("ana").id
    boxes = [box for box in Box.objects.all() if ana in box.owners]
    wrapped = [bytes(PerformerKey.objects.get(pk=ana).wrapped or b""), *(bytes(box.wrapped or b"") for box in boxes)]
    opened = [keys.performer_key(ana), *(box.key for box in keys.boxes([box.id for box in boxes]).values())]
    return {"wrapped": [one.hex() for one in wrapped], "keys": [one.hex() for one in opened], "ana": ana}


def erase() -> dict[str, Any]:
    """Erase Ana; what can still be read of each."""
    ana = person("ana").id
    flow.erase(person_id=ana, now=released.NOW)
    flow.erase(person_id=ana, now=released.NOW)
    engine.run_until_idle(runner=InlineRunner(), clock=FixedClock(released.NOW))
    if connection.vendor == "postgresql":
        connection.cursor().execute("CHECKPOINT")  # files of tables that were rewritten go with it
    return {name: _readable(name) for name in ("ana", "bo")}


def _readable(name: str) -> list[str]:
    """The tracks and tables of a performer that can be read to their end, by kind."""
    found = []
    email = f"{name}@example.test" if name == "bo" else None
    for one in Performance.objects.filter(**({"performer__email": email} if email else {"performer__stage_name": ""})):
        held = [*one.tracks.values_list("kind", "sha256"), *one.features.values_list("stage", "sha256")]
        for kind, sha256 in held:
            try:
                content = b"".join(Sealed(settings.STORAGE, keys.box(one.id), sha256).opened())
            except NotFound:
                continue
            found.append(kind if content else "empty")
    return sorted(found)


if __name__ == "__main__":
    print(json.dumps({"play": play, "erase": erase}[sys.argv[1]]()))
