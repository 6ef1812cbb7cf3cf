"""Everything casting keeps of one person goes: sheet, applications, coming, wishes. Contracts and bookings are facts of
two sides and stay, without a word of theirs in them."""

from django.db import transaction
from django.db.models import Q

from yesif.apps.casting.models import Application, Coming, Pairing, SealedSheet, Wish


@transaction.atomic
def forget(*, about: str) -> None:
    """Delete what this person said of themselves and when they would come. Twice is once."""
    either = Q(a_id=about) | Q(b_id=about)
    SealedSheet.objects.filter(performer_id=about).delete()
    Application.objects.filter(performer_id=about).delete()
    Coming.objects.filter(performer_id=about).delete()
    Wish.objects.filter(either).delete()
    Pairing.objects.filter(either).delete()
