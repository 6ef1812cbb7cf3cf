"""How often something may be asked for before we say: wait."""

from django.core.cache import cache
from django.utils.crypto import salted_hmac


def within(what: str, who: str, *, times: int, seconds: int) -> bool:
    """Count one more `what` by `who`; False once there were more than `times` in the current `seconds`.

    `who` (an address, an IP) is kept only as a keyed hash, in this process's memory, until the stretch is over.
    """
    key = "limit:" + salted_hmac("yesif.web.limits", f"{what}:{who}", algorithm="sha256").hexdigest()
    cache.add(key, 0, seconds)  # the stretch starts at the first time and is not prolonged by trying
    try:
        return cache.incr(key) <= times
    except ValueError:  # it ended between the two lines
        cache.add(key, 1, seconds)
        return True
