"""A licensee's notices as a feed, its signature that it read one, and the hook they are sent to."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from yesif.api.v1.door import now, program, text, told
from yesif.apps.consent.actions import notices as actions
from yesif.apps.consent.queries import notices as queries
from yesif.apps.market.actions import runs
from yesif.base.errors import NotFound
from yesif.flows.tell_licensees import as_json


@program("GET")
def feed(request: HttpRequest, *, organisation_id: str) -> HttpResponseBase:
    """Notices, oldest first, after the one named by `after`: what must be deleted, by when, and what was done."""
    found = queries.of_licensee(organisation_id, after=request.GET.get("after", "")[:30])
    moment = now()
    return told({"notices": [{**as_json(one), "state": one.state(now=moment)} for one in found]})


@program("POST")
def sign(_request: HttpRequest, *, organisation_id: str, notice_id: str, said: dict[str, Any]) -> HttpResponseBase:
    """This organisation has read the notice; `by` says who signs."""
    actions.sign(notice_id=notice_id, licensee_id=organisation_id, signed={"by": text(said, "by")[:200]}, now=now())
    return told({"notice": notice_id})


@program("POST")
def attest(_request: HttpRequest, *, organisation_id: str, notice_id: str, said: dict[str, Any]) -> HttpResponseBase:
    """This organisation's signed word that what a notice names is deleted; `did` says in words what was done.

    For whoever has no copy to prune: `yesif prune` attests by itself.
    """
    words = text(said, "did")
    said.pop("did")
    if said.get("notice") != notice_id:
        raise NotFound
    runs.attest_notice(organisation_id=organisation_id, said=said, words=words, now=now())
    return told({"notice": notice_id})


@program("POST")
def hook(_request: HttpRequest, *, organisation_id: str, said: dict[str, Any]) -> HttpResponseBase:
    """Where notices are sent from now on; the secret that signs them is in this answer and never shown again."""
    secret = actions.set_hook(licensee_id=organisation_id, address=text(said, "address"), now=now())
    return told({"secret": secret})
