"""Tell licensees that a performer's yes is gone, take their signature and their word that they purged."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction

from yesif.apps.consent.actions.grants import in_ms
from yesif.apps.consent.models import Hook, HookCall, Notice, NoticeRow
from yesif.apps.record import actions as record
from yesif.base.canonical import digest
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.policy.effects import DESTROY_WITHIN, PURGE_WITHIN, RETIRE_WITHIN, SIGN_WITHIN
from yesif.core.policy.grants import OnRevoke

TRIES = 8
"""A hook is called so often, each time after twice as long; then the notice waits on the page alone."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A performance that a licensee has under a licence, and whose it is. `person`: who declared the licence."""

    licence: str
    licensee_id: str
    person: str
    performance: str
    performer: str


@transaction.atomic
def tell(
    *, performer_id: str, cause: str, on_revoke: OnRevoke, delivered: Iterable[Delivered], now: datetime
) -> list[str]:
    """One notice for each licence that holds any of these performances; returns their ids.

    Runs in the transaction of what caused it, so that nobody can stop between the two. A performance that an earlier
    notice took out of a licence is not told twice.
    """
    by_licence: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for one in delivered:
        by_licence[one.licence, one.licensee_id, one.person][one.performance] = one.performer
    made = []
    for (licence, licensee_id, person), found in sorted(by_licence.items()):
        told = NoticeRow.objects.filter(notice__licence=licence, performance__in=found)
        for performance in told.values_list("performance", flat=True):
            found.pop(performance, None)
        if found:
            made.append(_tell(performer_id, cause, on_revoke, licence, (licensee_id, person), found, now))
    return made


def _tell(
    performer_id: str, cause: str, on_revoke: OnRevoke, licence: str, licensee: tuple[str, str], found: dict[str, str],
    now: datetime,
) -> str:  # fmt: skip
    licensee_id, person = licensee
    within = {OnRevoke.RETIRE: RETIRE_WITHIN, OnRevoke.DESTROY: DESTROY_WITHIN}.get(on_revoke)
    notice = Notice.objects.create(
        licence=licence,
        licensee=licensee_id,
        performer_id=performer_id,
        cause=cause,
        on_revoke=on_revoke,
        given_at=now,
        sign_by=now + SIGN_WITHIN,
        purge_by=now + PURGE_WITHIN,
        models_by=now + within if within else None,
    )
    NoticeRow.objects.bulk_create(
        NoticeRow(notice=notice, performance=performance, performer=performer)
        for performance, performer in sorted(found.items())
    )
    if Hook.objects.filter(licensee=licensee_id).exists():
        HookCall.objects.create(notice=notice, next_at=now)
    body: dict[str, object] = {
        "notice": notice.id,
        "licence": licence,
        "on_revoke": on_revoke.value,
        "sign_by_ms": in_ms(notice.sign_by),
        "purge_by_ms": in_ms(notice.purge_by),
        "models_by_ms": in_ms(notice.models_by) if notice.models_by else 0,
    }
    rows = [record.Row(who, {"performance": one, "performer": who}) for one, who in sorted(found.items())]
    record.append(kind="revocation-notice", body=body, about=[licensee_id, person, performer_id], now=now, rows=rows)
    return notice.id


@transaction.atomic
def sign(*, notice_id: str, licensee_id: str, signed: Mapping[str, str], now: datetime) -> None:
    """The licensee has read the notice; late is possible, and stays seen as late. Twice is once. Raises NotFound."""
    notice = _notice(notice_id, licensee_id)
    if notice.signed_at is None:
        notice.signed_at, notice.signed = now, dict(signed)
        notice.save(update_fields=["signed_at", "signed"])


@transaction.atomic
def attest(
    *,
    notice_id: str,
    licensee_id: str,
    removed: int,
    words: str,
    signed: Mapping[str, str],
    now: datetime,
    said: Mapping[str, object] | None = None,
    person: str = "",
) -> None:
    """The licensee's word that it purged: how many files went, and what was done. Twice is once.

    `said`: the body a program signed, word for word, which is then the line's; `person`: who said it on a page, where
    nothing was signed. Raises NotFound, BadInput, Conflict (the notice is not signed yet).
    """
    notice = _notice(notice_id, licensee_id)
    if notice.purged_at is not None:
        return
    if notice.signed_at is None:
        raise Conflict("Sign that you have read this notice first; then say what you purged.")
    if removed < 0 or not words.strip() or len(words) > 2000:
        raise BadInput("Say how many files you removed, 0 or more, and in 1 to 2,000 characters what was done.")
    notice.purged_at, notice.attested = now, {"removed": removed, "words": words.strip(), "signed": dict(signed)}
    notice.save(update_fields=["purged_at", "attested"])
    performers = set(notice.rows.values_list("performer", flat=True))
    body: dict[str, object] = dict(said or {}) or {
        "notice": notice.id,
        "licence": notice.licence,
        "removed": removed,
        "words": digest(words.strip()),
        **({"person": person} if person else {}),
    }
    about = [licensee_id, notice.performer_id, *sorted(performers)]
    record.append(kind="purge", body=body, about=about, now=now, signed=dict(signed) or None)


@transaction.atomic
def set_hook(*, licensee_id: str, address: str, now: datetime) -> str:
    """Where this licensee's notices are sent from now on; returns the new secret, shown once. Raises BadInput."""
    if not _is_hook(address):
        raise BadInput("A hook is an https:// address of at most 500 characters, without a name or password in it.")
    secret = secrets.token_hex(32)
    Hook.objects.update_or_create(licensee=licensee_id, defaults={"address": address, "secret": secret, "made_at": now})
    return secret


def _is_hook(address: str) -> bool:
    """Whether the host lies on the public internet is looked up each time a notice is sent (`flows.tell_licensees`)."""
    if not address.startswith("https://") or len(address) > 500 or any(c.isspace() for c in address):
        return False
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False


@transaction.atomic
def drop_hook(*, licensee_id: str) -> None:
    """Send this licensee's notices nowhere; they stay on the page and in the feed."""
    Hook.objects.filter(licensee=licensee_id).delete()
    HookCall.objects.filter(notice__licensee=licensee_id, taken_at=None).delete()


@transaction.atomic
def called(*, notice_id: str, status: int | None, now: datetime) -> None:
    """What a hook answered: 2xx is taken; anything else, or nothing (None), is tried again later, `TRIES` times."""
    call = HookCall.objects.select_for_update().filter(notice_id=notice_id, taken_at=None, given_up_at=None).first()
    if call is None:
        return
    call.tries, call.status = call.tries + 1, status
    if status is not None and 200 <= status < 300:
        call.taken_at = now
    elif call.tries >= TRIES:
        call.given_up_at = now
    else:
        call.next_at = now + timedelta(minutes=2**call.tries)
    call.save()


def _notice(notice_id: str, licensee_id: str) -> Notice:
    notice = Notice.objects.select_for_update().filter(pk=notice_id, licensee=licensee_id).first()
    if notice is None:
        raise NotFound
    return notice
