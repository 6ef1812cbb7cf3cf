"""One way in for every grant, and one way out: its row, its line on the record, the performer's answers held alone."""

from datetime import datetime

from yesif.apps.consent.models import Grant as GrantRow
from yesif.apps.consent.models import GrantItem, GrantName, Revocation
from yesif.apps.record import actions as record
from yesif.base.canonical import digest
from yesif.core.policy.grants import Conditions, Grant
from yesif.core.policy.uses import licensee_key


def reach_of(grant: Grant) -> str:
    """The reach of a grant that is neither an answer to a question nor standing by another name."""
    if grant.copy is not None:
        return "copy"
    if grant.scope.project:
        return "core"
    return "performances" if grant.scope.performances else "standing"


def put(grant: Grant, *, now: datetime, reach: str = "", booking_id: str | None = None, question: str = "") -> None:
    """Write a grant and its line. The performer's answers are held (`hold.own`) and the transaction is open."""
    terms = grant.conditions
    row = GrantRow.objects.create(
        id=grant.id,
        performer_id=grant.performer,
        given_at=grant.given_at,
        until=terms.until,
        uses_version=grant.uses_version,
        replaces_id=grant.replaces or None,
        reach=reach or reach_of(grant),
        project_id=grant.scope.project or None,
        booking_id=booking_id,
        form=terms.form,
        partner=terms.partner,
        on_revoke=terms.on_revoke,
        credit=terms.credit,
        floor_minor=terms.floor.minor if terms.floor else None,
        floor_currency=terms.floor.currency if terms.floor else "",
        copy_description=grant.copy.description if grant.copy else "",
        copy_confirmed_at=grant.copy.confirmed_at if grant.copy else None,
    )
    GrantItem.objects.bulk_create(
        GrantItem(grant=row, item=item, answer=grant.answer(item)) for item in sorted(grant.shown)
    )
    GrantName.objects.bulk_create(
        GrantName(grant=row, kind=kind, name=name)
        for kind, names in {**_names(terms), "performance": grant.scope.performances}.items()
        for name in sorted(names)
    )
    _line(grant, row.reach, now, question)


def end(row: GrantRow, *, now: datetime) -> bool:
    """End a grant's yes, with its line; was it still to be ended? The performer's answers are held."""
    _, is_new = Revocation.objects.get_or_create(grant=row, defaults={"at": now})
    if is_new:
        about = [row.performer_id, *([row.project_id] if row.project_id else [])]
        body = {"grant": row.id, "performer": row.performer_id, "on_revoke": row.on_revoke, "at_ms": in_ms(now)}
        record.append(kind="revoke", body=body, about=about, now=now)
    return is_new


def in_ms(at: datetime) -> int:
    """Unix milliseconds, as lines tell time."""
    return int(at.timestamp() * 1000)


def _names(terms: Conditions) -> dict[str, frozenset[str]]:
    return {
        "allowed": terms.allowed,
        "refused": terms.refused,
        "territory": terms.territories,
        "held-back": frozenset(part.value for part in terms.held_back),
    }


def _line(grant: Grant, reach: str, now: datetime, question: str) -> None:
    """The line holds every term, licensees by the digest of their names: whoever knows a name can check it."""
    terms = grant.conditions
    names: dict[str, object] = {kind: sorted(one) for kind, one in _names(terms).items()}
    for kind in ("allowed", "refused"):
        names[kind] = sorted(digest(licensee_key(name)) for name in _names(terms)[kind])
    body: dict[str, object] = {
        "grant": grant.id,
        "performer": grant.performer,
        "uses": grant.uses_version,
        "answers": {item: grant.answer(item) for item in sorted(grant.shown)},
        "until": terms.until.isoformat(),
        "form": terms.form.value,
        "partner": "yes" if terms.partner else "no",
        "on_revoke": terms.on_revoke.value,
        "credit": terms.credit.value,
        "names": names,
        "floor": [terms.floor.minor, terms.floor.currency] if terms.floor else [],
        "project": grant.scope.project,
        "performances": sorted(grant.scope.performances),
        "copy": digest(grant.copy.description) if grant.copy else "",
        "reach": reach,
        "question": question,
        "replaces": grant.replaces,
    }
    about = [grant.performer, *([grant.scope.project] if grant.scope.project else [])]
    record.append(kind="grant", body=body, about=about, now=now)
