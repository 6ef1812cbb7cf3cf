"""Times with a zone, money with a currency, lengths with a unit."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template import Context
from django.utils import dateformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yesif.apps.consent import queries as consent
from yesif.apps.footage.queries.review import Quality
from yesif.base.errors import BadInput
from yesif.base.money import Money
from yesif.core.policy.explain import meaning
from yesif.core.policy.grants import Conditions
from yesif.core.policy.uses import CURRENT
from yesif.web.aloud import aloud, in_coins, in_figures, of_scripts
from yesif.web.clock import CLOCK
from yesif.web.tongues import spoken

register = template.Library()


@register.simple_tag
def when(moment: datetime | date | None, style: str = "medium") -> str | SafeString:
    """A time element; the text is UTC until the page's script turns it into the viewer's own zone."""
    if moment is None:
        return _("not yet")
    if not isinstance(moment, datetime):
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), _day(moment))
    utc = localtime(moment)
    text = f"{_day(utc)}, {utc:%H:%M} UTC"
    return format_html('<time datetime="{}" data-local="{}">{}</time>', utc.isoformat(), style, text)


@register.inclusion_tag("performer/parts/answers_now.html", takes_context=True)
def answers_now(context: dict[str, Any]) -> dict[str, str]:
    """What the performer's own standing answers mean today: beside an offer and a review, where they matter."""
    seen = consent.answers_of(context["request"].user.pk)
    counts = seen is not None and seen.living(now=CLOCK.now())
    grant = seen.grant if seen is not None and counts else None
    terms = grant.conditions if grant else Conditions(until=CLOCK.now() + timedelta(days=365))
    said = (grant.yes, grant.ask, grant.no) if grant else (frozenset[str](), frozenset[str](), frozenset[str]())
    return {"meaning": meaning(yes=said[0], ask=said[1], no=said[2], terms=terms)}


@register.simple_tag
def use(what: str, where: str) -> str:
    """A use in the words of the lists: "Understand speech, for public research"."""
    try:
        learns, place = CURRENT.what(what).label, CURRENT.where(where).label
    except BadInput:  # an id of an older list
        return f"{what}, {where}"
    return _("{what}, for {where}").format(what=aloud(learns), where=_lowered(aloud(place)))


@register.filter
def money(minor: int, currency: str) -> str:
    """7400, "EUR" → "EUR 74.00"; 7400, "JPY" → "JPY 7,400"."""
    return in_coins(Money(minor, currency))


@register.filter
def take_time(ns: int | None) -> str:
    """Nanoseconds → "1:05.2": minutes, seconds, tenths."""
    if ns is None:
        return "–"
    tenths = ns // 100_000_000
    return in_figures(f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}")


@register.filter
def duration(ns: int | None) -> str:
    """Nanoseconds → "1 min 5 s"."""
    if ns is None:
        return "–"
    seconds = round(ns / 1e9)
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"


@register.filter
def seconds(ns: int | None) -> str:
    """Nanoseconds → "65.20", for a number field of seconds."""
    return "" if ns is None else f"{ns / 1e9:.2f}"


@register.filter
def amount(value: float | None) -> str:
    """A measured number as short as is honest: three significant digits, and nothing finer than a thousandth."""
    if value is None:
        return "–"
    if 0 < abs(value) < 0.001:
        return in_figures("< 0.001" if value > 0 else "> −0.001")
    return in_figures(f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}")


@register.filter(name="aloud")
def say(text: object) -> str:
    """A sentence that a rule book, an app or a flow made, in the reader's language."""
    return aloud(text)


@register.filter
def each_aloud(texts: Iterable[str]) -> list[str]:
    """The same for each of a list."""
    return [aloud(text) for text in texts]


@register.filter(name="spoken")
def in_words(codes: str | Iterable[str]) -> str:
    """One language or several by name, in the language of the page: ["en", "es"] → "English, Spanish"."""
    return ", ".join(spoken(code) for code in ([codes] if isinstance(codes, str) else codes) if code)


@register.inclusion_tag("parts/languages.html", takes_context=True)
def languages(context: Context) -> dict[str, Any]:
    """The choice of language at the foot of a page. It comes back to where the browser says it was; a page that can be
    fetched again says so itself. A refusal does not: "not there" and "not yours" are one page, to the letter."""
    request = context.get("request")
    refused = bool({"status", "exception"} & set(context.flatten()))
    back = request.get_full_path() if request is not None and request.method == "GET" and not refused else ""
    return {"offered": settings.LANGUAGES, "now": get_language(), "back": back}


@register.simple_tag
def script_words() -> SafeString:
    """What this page's scripts may say, in its language, English as the key; nothing where it speaks English."""
    return format_html('<meta name="words" content="{}">\n', json.dumps(of_scripts())) if of_scripts() else SafeString()


_SAID = {"snr": "voice above the room", "av-skew": "picture against voice", "zero-length": "length"}
"""Names of checks that only a machine would say."""


@register.filter
def words(text: str) -> str:
    """in-review → "in review", in the reader's language."""
    return aloud(_SAID.get(text.replace("_", "-"), text).replace("-", " ").replace("_", " "))


@register.filter
def passing(findings: Iterable[Quality]) -> list[Quality]:
    """Those that are in order."""
    return [one for one in findings if one.verdict == "pass"]


@register.filter
def standing_out(findings: Iterable[Quality]) -> list[Quality]:
    """Those that are not."""
    return [one for one in findings if one.verdict != "pass"]


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """One form field: label, hint, control, and what is wrong with it; Django ties them together for screen readers."""
    return {"field": bound, "grouped": bound.use_fieldset}


def _day(moment: date) -> str:
    return dateformat.format(moment, _("j M Y"))


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
