"""What a licensee reports: that a run is over and what it read; that withdrawn clips are deleted."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from yesif.api.v1.door import now, program, told
from yesif.apps.market.actions import runs
from yesif.base.errors import BadInput, NotFound


@program("POST")
def close_run(_request: HttpRequest, *, organisation_id: str, run_id: str, said: dict[str, Any]) -> HttpResponseBase:
    """Close a run."""
    if said.get("run") != run_id:
        raise NotFound
    runs.close_run(organisation_id=organisation_id, said=said, now=now())
    return told({"run": run_id})


@program("POST")
def purge(_request: HttpRequest, *, organisation_id: str, said: dict[str, Any]) -> HttpResponseBase:
    """Attest that withdrawn samples were deleted; answers with those that are still to be."""
    samples = said.pop("deleted", None)
    if not isinstance(samples, list) or not all(isinstance(one, str) for one in samples):
        raise BadInput("“deleted” is a list of samples' names.")
    left = runs.attest_purge(organisation_id=organisation_id, said=said, samples=samples, now=now())
    return told({"left": left})
