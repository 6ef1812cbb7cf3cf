"""Take a fee back that was posted by mistake: by linked reversals, and never once its money has gone out."""

from datetime import datetime

from django.db import transaction

from yesif.apps.money.actions.books import guard, post, reverse
from yesif.apps.money.models import Fee
from yesif.apps.money.queries.books import balance, entry_of
from yesif.base.errors import BadInput, NotFound, Refused
from yesif.core.ledger import accounts
from yesif.core.ledger.entry import Entry, Posting


@transaction.atomic
def take_back(*, fee_key: str, reason: str, now: datetime) -> None:
    """Reverse a fee, and its approval; twice is once. What was sent to the bank, or is needed for what was, is not
    taken back: a fee that is paid stays paid. Raises NotFound, BadInput, Refused."""
    if not reason.strip():
        raise BadInput("reason: say why; it stands on the performer's page.")
    guard()
    found = Fee.objects.select_for_update().filter(key=fee_key).first()
    if found is None:
        raise NotFound
    if found.taken_back_at is not None:
        return
    approval = f"approve:{fee_key}"
    approved = entry_of(approval) is not None
    account = accounts.payable(found.performer) if approved else accounts.accrued(found.performer)
    if balance(account, found.currency) < found.micro:
        raise Refused("fee: its money has gone to the bank; what was paid is not taken back.")
    if approved:
        reverse(key=approval, memo="taken back", now=now)
    reverse(key=fee_key, memo="taken back", now=now)
    _to_escrow(found, now)
    found.taken_back_at, found.taken_back_for = now, reason.strip()[:140]
    found.approved_at = found.approved_at or now  # it is settled: nothing approves it any more
    found.save(update_fields=["taken_back_at", "taken_back_for", "approved_at"])


def _to_escrow(found: Fee, now: datetime) -> None:
    """Where a fee was owed, then covered by a later deposit, and is now taken back, the project has paid too much: that
    goes back into its escrow."""
    over = balance(accounts.owed(found.project), found.currency)
    if over > 0:
        moves = (
            Posting(accounts.owed(found.project), -over, found.line),
            Posting(accounts.escrow(found.project), over, found.line),
        )
        post(entries=[Entry(f"covered:{found.key}", found.currency, "given back", moves)], now=now)
