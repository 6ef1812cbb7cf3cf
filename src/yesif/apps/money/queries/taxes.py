"""A year's tax lines: what left the studio for each performer, from the pay runs; fees and royalties in proportion."""

from django.db.models import Sum

from yesif.apps.money.models import Fee, Payee, PayItem, RoyaltyShare
from yesif.base.money import MICRO
from yesif.core.ledger.tax import TaxLine


def lines(year: int) -> list[TaxLine]:
    """One line a performer and currency: what was sent in that year and did not come back."""
    places = dict(Payee.objects.values_list("owner", "place"))
    sent = (
        PayItem.objects.filter(state__in=["in-flight", "paid"], run__second_at__year=year)
        .values_list("performer", "run__currency")
        .annotate(minor=Sum("minor"), withheld=Sum("withheld_micro"))
    )
    return [
        _line(year, performer, places.get(performer, ""), currency, int(minor), int(withheld))
        for performer, currency, minor, withheld in sent
    ]


def _line(year: int, performer: str, place: str, currency: str, minor: int, withheld_micro: int) -> TaxLine:
    """Fees and royalties go out together; a year's sum is divided as what had been earned until then was."""
    earned = {"performer": performer, "currency": currency}
    fees = Fee.objects.filter(**earned, approved_at__year__lte=year).aggregate(micro=Sum("micro"))["micro"] or 0
    shares = RoyaltyShare.objects.filter(
        performer=performer, revenue__currency=currency, revenue__shared_at__year__lte=year
    )
    royalties = shares.aggregate(micro=Sum("micro"))["micro"] or 0
    gross = minor + withheld_micro // MICRO
    royalty_part = gross * royalties // (fees + royalties) if fees + royalties else 0
    return TaxLine(year, performer, place, currency, gross - royalty_part, royalty_part, withheld_micro // MICRO)
