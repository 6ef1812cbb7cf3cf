"""Write the record: append a line inside its fact's transaction; give lines their place in the tree; forget a body."""

from yesif.apps.record.actions.append import Row, append
from yesif.apps.record.actions.forget import forget
from yesif.apps.record.actions.seats import answer_finding, end_seat, give_seat, put_finding, share_clip
from yesif.apps.record.actions.sequence import close_day, sequence

__all__ = [
    "Row",
    "answer_finding",
    "append",
    "close_day",
    "end_seat",
    "forget",
    "give_seat",
    "put_finding",
    "sequence",
    "share_clip",
]
