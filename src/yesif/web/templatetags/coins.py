"""Amounts to the millionth of a coin, lengths of counted time, and how a listing's project pays."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yesif.apps.money.queries import fees
from yesif.core.ledger import presence, statement
from yesif.web.aloud import in_coins, in_figures

register = template.Library()


@register.filter
def micro(amount: int, currency: str) -> str:
    """1234567 EUR → "EUR 0.01234567"; whole coins print as coins."""
    return in_coins(statement.words(amount, currency))


@register.filter
def coins(amount: int, currency: str) -> str:
    """12345678 EUR → "EUR 0.12": whole coins, as a pay run would pay them; the rest is carried on."""
    return in_coins(statement.coins(amount, currency))


@register.filter
def milliseconds(ms: int) -> str:
    """2530000 → "42 min 10 s"."""
    return presence.words(int(ms))


@register.simple_tag
def how_it_pays(project_id: str) -> str:
    """For a listing: median days to paid and share of counted time not paid, from the ledger, never typed."""
    days, (unpaid, counted) = fees.days_to_paid(project_id), fees.unpaid_share(project_id)
    if not counted:
        return _("This project has paid nobody yet.")
    share = _("Of all time counted or claimed, {percent} % was not paid.").format(
        percent=in_figures(f"{100 * unpaid / counted:.1f}")
    )
    if days is None:
        return _("Nothing was paid out yet.") + " " + share
    whole = round(days)
    told = ngettext(
        "Half of the fees were at the bank within {days} day.",
        "Half of the fees were at the bank within {days} days.",
        whole,
    )
    return told.format(days=whole) + " " + share


@register.filter
def at(names: dict[str, str], key: str) -> str:
    """The entry of a table of names; a dash where there is none."""
    return names.get(key) or "–"
