"""Numbers about what people answered, told so that they point at nobody.

What counts is how many different people a number concerns: nine performances of two people are two people's answers.
"""

from collections.abc import Collection, Mapping

FEW = "few-people"
"""Stands for all reasons that are not said apart."""
LEAST_PEOPLE = 5
"""A number that concerns fewer people is not told: in a project of two it would be one person's answer."""


def told(number: int, people: int) -> str:
    """A number in words that point at nobody; `people`: how many different people it concerns."""
    if number == 0:
        return "none"
    return "a few" if people < LEAST_PEOPLE else str(number)


def said_apart(reasons: Mapping[str, Collection[str]], everyone: int) -> set[str]:
    """The reasons that may be said by their names; `reasons` holds each one's people, `everyone` is how many there are.

    Enough people must share it, and not all of them: a reason that is everyone's is each one's.
    """
    return {reason for reason, people in reasons.items() if LEAST_PEOPLE <= len(set(people)) < everyone}
