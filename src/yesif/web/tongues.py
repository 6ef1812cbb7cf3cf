"""Languages by name: a person reads "English", never "en"."""

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from yesif.core.matching.fit import NAMES
from yesif.web.aloud import aloud


def spoken(code: str) -> str:
    """The name of a language in the language of the page: "en" → "English", "en-gb" → "English". A code that nobody
    knows stays as it is."""
    plain = code.strip().lower().replace("_", "-").split("-")[0]
    if plain in NAMES:
        return aloud(NAMES[plain])
    try:
        return _(str(get_language_info(plain)["name"]))
    except KeyError:
        return code


def choices() -> list[tuple[str, str]]:
    """Languages a project can play in: code and name, by name."""
    return sorted(((code, spoken(code)) for code in NAMES), key=lambda one: one[1])
