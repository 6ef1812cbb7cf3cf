"""Entries of the books as a file that beancount or hledger reads."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpResponse

from yesif.base.errors import NotFound
from yesif.core.ledger import journal
from yesif.core.ledger.entry import Entry

WRITERS = {"beancount": journal.beancount, "hledger": journal.hledger}


def journal_file(form: str, entries: Iterable[tuple[int, datetime, Entry]], name: str) -> HttpResponse:
    """The download. Raises NotFound for a form that nobody asked us to write."""
    if form not in WRITERS:
        raise NotFound
    dated = [journal.Dated(seq, at, entry) for seq, at, entry in entries]
    answer = HttpResponse("\n".join(WRITERS[form](dated)) + "\n", content_type="text/plain; charset=utf-8")
    answer["content-disposition"] = f'attachment; filename="{name}.{form}"'
    return answer
