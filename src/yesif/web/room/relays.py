"""TURN relays for two who cannot reach each other directly: addresses with credentials that die in hours.

The credentials are coturn's REST form (draft-uberti-behave-turn-rest-00): user name `<expiry>:<id>`, password
base64(HMAC-SHA1(shared secret, user name)).
"""

import base64
import hashlib
import hmac
import time

from django.conf import settings

LIVE_SECONDS = 6 * 3600


def for_person(person_id: str, *, now_seconds: int | None = None) -> list[dict[str, object]]:
    """ICE servers for this person's browser; none where no relay is configured."""
    if not settings.TURN_URLS or not settings.TURN_SECRET:
        return []
    expiry = (int(time.time()) if now_seconds is None else now_seconds) + LIVE_SECONDS
    name = f"{expiry}:{person_id}"
    made = hmac.new(settings.TURN_SECRET.encode(), name.encode(), hashlib.sha1).digest()
    return [{"urls": settings.TURN_URLS, "username": name, "credential": base64.b64encode(made).decode()}]
