"""A licence is declared, and its questions are on their way; it is signed, and the second signature has its release
built: what follows from an action is asked for in the action's own transaction."""

from datetime import datetime

from django.db import transaction

from yesif.apps.market import queries
from yesif.apps.market.actions import licences
from yesif.apps.market.actions.licences import Declaration
from yesif.apps.market.queries import runs
from yesif.base.errors import Conflict, Refused
from yesif.flows import ask
from yesif.flows.build_release import start_licensed


@transaction.atomic
def declare(*, project_id: str, person_id: str, told: Declaration, now: datetime) -> str:
    """Declare a use; a worker puts one question to each performer who wants to be asked first. The licence's id.

    Raises NotFound, BadInput, Conflict, Refused, LimitReached.
    """
    made = licences.declare(project_id=project_id, person_id=person_id, told=told, now=now)
    ask.ask_later(licence_id=made, now=now)
    return made


def sign(*, licence_id: str, person_id: str, words_sha256: str, now: datetime) -> str:
    """Sign; "declared" after the first signature, "signed" after the second, and then a worker builds the release.

    Raises NotFound, Conflict, Refused.
    """
    state = licences.sign(licence_id=licence_id, person_id=person_id, words_sha256=words_sha256, now=now)
    if state == "signed":
        start_licensed(licence_id=licence_id, now=now)
    return state


@transaction.atomic
def build_next(*, licence_id: str, now: datetime) -> str:
    """The next version of a licence's release. Raises NotFound, Conflict (one is being built), Refused (it is over)."""
    if not queries.licence_terms(licence_id).runs_at(now):
        raise Refused("This licence does not run today.")
    if any(one.state == "building" for one in runs.releases_of_licence(licence_id)):
        raise Conflict("A version is being built already.")
    ask.ask_later(licence_id=licence_id, now=now)  # whoever has come to want to be asked since
    return start_licensed(licence_id=licence_id, now=now)
