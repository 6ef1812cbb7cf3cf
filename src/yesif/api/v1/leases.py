"""Declare a run, lease keys for it."""

import base64
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from yesif.api.v1.door import now, program, text, told
from yesif.apps.market.actions import runs
from yesif.base.errors import BadInput
from yesif.flows import lease as flow


@program("POST")
def open_run(_request: HttpRequest, *, organisation_id: str, said: dict[str, Any]) -> HttpResponseBase:
    """Open a run: what is said, signed by the organisation's key, is the line on the record."""
    return told({"run": runs.open_run(organisation_id=organisation_id, said=said, now=now())})


@program("POST")
def lease(_request: HttpRequest, *, organisation_id: str, said: dict[str, Any]) -> HttpResponseBase:
    """Lease keys of one release for a run: sealed to the key the run was opened with, and to nobody else."""
    hours = said.get("hours")
    if hours is not None and (isinstance(hours, bool) or not isinstance(hours, int)):
        raise BadInput("“hours” is a whole number.")
    made = flow.lease(
        organisation_id=organisation_id,
        run_id=text(said, "run"),
        release_id=text(said, "release"),
        hours=hours,
        now=now(),
    )
    return told(
        {
            "lease": made.lease,
            "line": made.line,
            "terms": asdict(made.terms),
            "sealed": base64.b64encode(made.sealed).decode(),
            "clips": made.clips,
            "refused": list(made.refused),
        }
    )
