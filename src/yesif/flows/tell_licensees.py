"""Send notices to the hooks of licensees: a POST signed with HMAC, tried again until it is taken.

    Yesif-Signature: t=1764072000,v1=HMAC-SHA256(secret, "1764072000." + body)

The time stands inside what is signed, so that an old call cannot be played again: a receiver refuses one that is older
than five minutes (`core.policy.hook.check`). The page and the feed hold the notice whether a hook takes it or not.
"""

import json
import logging
import urllib.error
import urllib.request
from datetime import datetime, timedelta

from yesif.apps.consent.actions import notices as actions
from yesif.apps.consent.queries import notices as queries
from yesif.apps.consent.queries.notices import Call, NoticeSeen
from yesif.core.policy.hook import HEADER, signature
from yesif.flows.engine import Run, workflow

logger = logging.getLogger(__name__)

WAIT_S = 10


def look(now: datetime) -> int:
    """Make every call that is due; returns how many were taken."""
    return sum(call(one, now) for one in queries.calls_due(now=now))


@workflow("tell-licensees", every=timedelta(minutes=1))
def tell_licensees(job: Run) -> dict[str, int]:
    """Every call that is due, once a minute."""
    return {"taken": look(job.now())}


def call(one: Call, now: datetime) -> bool:
    """One POST, outside any transaction; what came of it is written down. Redirects are not followed."""
    body = json.dumps(as_json(one.notice), sort_keys=True).encode()
    request = urllib.request.Request(one.address, data=body, method="POST")  # noqa: S310  # https, checked when set
    request.add_header("Content-Type", "application/json")
    request.add_header(HEADER, signature(body, one.secret, at=int(now.timestamp())))
    status = _post(request)
    actions.called(notice_id=one.notice.id, status=status, now=now)
    return status is not None and 200 <= status < 300


def as_json(one: NoticeSeen) -> dict[str, object]:
    """A notice as its licensee's programs read it."""
    times = {"given": one.given_at, "sign_by": one.sign_by, "purge_by": one.purge_by, "models_by": one.models_by,
             "signed": one.signed_at, "purged": one.purged_at}  # fmt: skip
    return {
        "notice": one.id,
        "licence": one.licence,
        "models": one.on_revoke,
        "performances": list(one.performances),
        **{name: at.isoformat() if at else "" for name, at in times.items()},
    }


class _Stay(urllib.request.HTTPRedirectHandler):
    """A notice goes to the address that was set, and to no other."""

    def redirect_request(self, *_: object) -> None:
        return None


def _post(request: urllib.request.Request) -> int | None:
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=WAIT_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as wrong:
        return wrong.code
    except (OSError, ValueError) as wrong:
        logger.warning("a hook could not be reached", extra={"kind": type(wrong).__name__})
        return None
