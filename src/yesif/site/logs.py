"""What of a request may stand in the program's log: never the end of an address that opens something by itself."""

import logging
import re

_OPENS = re.compile(r"^(/(?:sign-in|join|answer|questions|found|media)/)[^/?]+")


class WithoutTokens(logging.Filter):
    """Cuts the token out of a logged address: a letter's link is as good as its owner for as long as it lives."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_OPENS.sub(r"\1…", one) if isinstance(one, str) else one for one in record.args)
        return True
