"""Who is 18 or older: by a checker that can be swapped in (YESIF_AGE_CHECKER), of which only the verdict is kept."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that a checker may tell us."""

    verdict: bool
    method: str
    lasts: timedelta


class Checker(Protocol):
    """Something that knows whether a person is 18 or older and who they say they are."""

    def check(self, person_id: str) -> Verdict:
        """Ask about one person. No document, number or date of birth comes back."""
        ...


class OwnWord:
    """The embedded checker: the performer's own word, given on the application. A studio in production swaps it."""

    def check(self, person_id: str) -> Verdict:
        return Verdict(verdict=True, method="own word", lasts=timedelta(days=365))


CHECKER = cast("Checker", import_string(settings.AGE_CHECKER)())
