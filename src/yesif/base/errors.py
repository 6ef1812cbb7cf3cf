"""The whole error tree on one screen. Callers match on the class; the message is one sentence for a person.

    YesIfError
    ├── NotFound            there is no such thing, or it is not yours: the same answer for both
    ├── Refused             it exists, and a rule says no
    │   ├── NotConsented    a performer's answer, or the lack of one, says no
    │   ├── NotCovered      the money for it is not there: `missing`, in minor units of `currency`
    │   └── Conflict        what you send does not continue what is here (offset, state, version)
    ├── BadInput            what came in cannot be understood; nothing was changed
    ├── Damaged             stored or sent bytes are not what they should be
    ├── ModelMissing        a measurement needs a model file that is not on this machine
    └── LimitReached        a size, rate, time or memory limit was hit; nothing was lost

A message never carries a person's name, words, prompt or media: messages end in logs.
HTTP statuses are mapped once, in `web/errors.py`; exit codes once, in `cli/main.py`.
"""


class YesIfError(Exception):
    """Anything this project refuses or cannot do, in one sentence."""


class NotFound(YesIfError):
    """Not there, or not yours."""

    def __init__(self, message: str = "There is nothing here that you may see.") -> None:
        super().__init__(message)


class Refused(YesIfError):
    """A rule says no."""


class NotConsented(Refused):
    """No living yes covers this."""


class NotCovered(Refused):
    """The money for it is not set aside yet: `missing` minor units of `currency` more are needed."""

    def __init__(self, message: str, *, missing: int, currency: str) -> None:
        super().__init__(message)
        self.missing, self.currency = missing, currency


class Conflict(Refused):
    """What was sent does not continue what is stored."""


class BadInput(YesIfError):
    """What came in cannot be understood."""


class Damaged(YesIfError):
    """Bytes are not what they should be; the message names both numbers."""


class ModelMissing(YesIfError):
    """A model file is not on this machine."""


class LimitReached(YesIfError):
    """A size, rate, time or memory limit was hit."""
