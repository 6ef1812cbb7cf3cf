"""A licence in plain words: what two people sign, and what a performer may read."""

from yesif.apps.market.queries.licences import LicenceSeen
from yesif.base.money import Money
from yesif.core.policy.uses import CURRENT

_FORM = {"recording": "The recordings and what was measured on them", "measurements": "Measurements only, no recording"}


def words(one: LicenceSeen, *, performances: int, minutes: int, price_minor: int) -> str:
    """The agreement, the unpleasant part first. The same terms give the same words, letter by letter."""
    what, where = CURRENT.what(one.what), CURRENT.where(one.where)
    days = f"{one.starts_at:%Y-%m-%d} to {one.ends_at:%Y-%m-%d}"
    lines = [
        f"Licence {one.id} for {one.licensee}.",
        "",
        "What can end it: a performer may end their yes at any time. From that moment you get no key for them. "
        "You sign the notice within 72 hours and delete your copies within 14 days. Nothing is paid back.",
        "",
        f"What a system may learn: {what.label}. {what.limit}",
        f"Where it may be used: {where.label}.",
        f"What you build: {one.description}",
        f"Model family: {one.model_family}",
        f"Who of you will have it: {one.hands}",
        f"Where: {', '.join(one.territories) or 'anywhere'}",
        f"When: {days}. Copies are deleted at most {one.retention_days} days after that.",
        f"What you get: {_FORM[one.form]}, {'as plain files' if one.plain else 'encrypted, read through key leases'}.",
        f"Price: {Money(one.minute_minor, one.currency)} for a minute of one performance; "
        f"{performances} performances, {minutes} minutes: {Money(price_minor, one.currency)}.",
        "",
        "Never, whatever else is said: " + "; ".join(never.plain for never in CURRENT.never) + ".",
        "Each run is declared, and each lease of keys stands on a record that the performers can read.",
    ]
    return "\n".join(lines)
