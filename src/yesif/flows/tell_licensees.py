"""Send notices to the hooks of licensees: a POST signed with HMAC, tried again until it is taken.

    Yesif-Signature: t=1764072000,v1=HMAC-SHA256(secret, "1764072000." + body)

The time stands inside what is signed, so that an old call cannot be played again: a receiver refuses one that is older
than five minutes (`core.policy.hook.check`). The page and the feed hold the notice whether a hook takes it or not.

A call goes to addresses on the public internet alone, looked up when it is made: a licensee names the host, and must
not make this studio knock at doors inside its own network. YESIF_HOOKS_INSIDE=1 allows that, for a studio whose
licensees are inside too.
"""

import http.client
import ipaddress
import json
import logging
import socket
import ssl
import urllib.request
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

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
    """One POST, outside any transaction; what came of it is written down. Nothing follows a redirect."""
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


class _Straight(http.client.HTTPSConnection):
    """HTTPS to one address that was looked at, under the host's name: what a second look-up would say is not asked."""

    def __init__(self, host: str, port: int, *, address: str) -> None:
        self._trust = ssl.create_default_context()
        super().__init__(host, port, timeout=WAIT_S, context=self._trust)
        self._address = address

    def connect(self) -> None:
        raw = socket.create_connection((self._address, self.port), WAIT_S)
        self.sock = self._trust.wrap_socket(raw, server_hostname=self.host)


def _post(request: urllib.request.Request) -> int | None:
    """The answer's status, or None without one."""
    where = urlsplit(request.full_url)
    body = request.data if isinstance(request.data, bytes) else b""
    try:
        door = _Straight(str(where.hostname), where.port or 443, address=address_of(str(where.hostname)))
        try:
            path = (where.path or "/") + (f"?{where.query}" if where.query else "")
            door.request("POST", path, body, dict(request.header_items()))
            return door.getresponse().status
        finally:
            door.close()
    except (OSError, ValueError, http.client.HTTPException) as wrong:
        logger.warning("a hook could not be reached", extra={"kind": type(wrong).__name__})
        return None


def address_of(host: str) -> str:
    """An address of this host where a call may go. Raises PermissionError where one of them lies inside a network."""
    found: list[Any] = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not settings.HOOKS_INSIDE and not all(is_public(one) for one in addresses):
        raise PermissionError("a hook's host lies inside a network")
    return addresses[0]


def is_public(address: str) -> bool:
    """Is this an address of the public internet, and no way into one that is not?"""
    one = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(one, ipaddress.IPv6Address):
        hidden = one.ipv4_mapped or one.sixtofour
        if hidden is not None:
            return is_public(str(hidden))
        if one.is_site_local or one.teredo or any(one in net for net in _TRANSLATED):
            return False
    return one.is_global and not one.is_multicast and not one.is_reserved


_TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""IPv4 behind IPv6, wherever it leads."""
