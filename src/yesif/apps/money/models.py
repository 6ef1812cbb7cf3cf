"""The books: entries and postings, append-only by database triggers (migrations 0002, 0003), and closed periods.

Amounts are whole micro-units (millionths of a minor unit). Who is meant stands as an id in text: money knows nobody.
"""

from typing import ClassVar

from django.db import models

from yesif.base import ids


def _pay_run_id() -> str:
    return ids.new("pay")


class EntryRow(models.Model):
    """One balanced entry. Never changed, never deleted: corrections are reversals. Written after its postings, so that
    the database itself can refuse one that does not balance."""

    seq = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=120, unique=True)  # sending it twice is one entry
    currency = models.CharField(max_length=3)
    memo = models.CharField(max_length=40)
    reverses = models.CharField(max_length=120, null=True, unique=True)  # noqa: DJ001  NULL: many entries reverse nothing
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class PostingRow(models.Model):
    """One line of an entry. `line` is the record's line that caused it."""

    entry = models.ForeignKey(EntryRow, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=120, db_index=True)
    micro = models.BigIntegerField()
    line = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.account}"


class Close(models.Model):
    """A closed period: every entry up to `last_seq`, and the digest of every balance then; hashed onto the record."""

    seq = models.BigAutoField(primary_key=True)
    last_seq = models.BigIntegerField(unique=True)
    balances = models.CharField(max_length=64)
    entries = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["seq"]

    def __str__(self) -> str:
        return str(self.last_seq)


class Guard(models.Model):
    """The one row whose lock lets an action look at balances and post by them, one after the other."""

    def __str__(self) -> str:
        return "books"


class Fee(models.Model):
    """Paid time of one kind: how long, at which rate. What it is worth is fixed when it is written."""

    key = models.CharField(max_length=120, unique=True)  # the entry's key
    performer = models.CharField(max_length=30, db_index=True)
    project = models.CharField(max_length=30, db_index=True)
    booking = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=16)
    ms = models.BigIntegerField()
    rate_minor = models.PositiveIntegerField()  # an hour, after the floor of the place
    percent = models.PositiveSmallIntegerField(default=100)
    currency = models.CharField(max_length=3)
    micro = models.BigIntegerField()
    line = models.BigIntegerField(null=True)
    earned_at = models.DateTimeField()
    approve_at = models.DateTimeField(db_index=True)
    # Written once, when the fee is approved: by the producer, or by itself at `approve_at`.
    approved_at = models.DateTimeField(null=True)
    # Written once, where it was posted by mistake and reversed.
    taken_back_at = models.DateTimeField(null=True)
    taken_back_for = models.CharField(max_length=140, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["earned_at", "id"]

    def __str__(self) -> str:
        return self.key


class RateLock(models.Model):
    """The rate of one booking, as it was booked: what was offered, or the floor of the place then, if that is more."""

    booking = models.CharField(max_length=40, unique=True)
    minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    place = models.CharField(max_length=8, blank=True)  # "": the performer had not said where they work
    floor_minor = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=200, blank=True)  # of the floor
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.booking


class Entered(models.Model):
    """Paid work that no page of ours could see, written down by one of two; the other looks at it before it is a fee.
    Unanswered, it is one after 72 hours, as it was entered."""

    key = models.CharField(max_length=80, unique=True, null=True)  # noqa: DJ001  NULL: written down before keys were
    project = models.CharField(max_length=30, db_index=True)
    performer = models.CharField(max_length=30, db_index=True)
    booking = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=16)
    ms = models.BigIntegerField()
    day = models.DateField()
    said = models.CharField(max_length=300)
    entered_by = models.CharField(max_length=30)
    entered_at = models.DateTimeField()
    settle_by = models.DateTimeField(db_index=True)
    # Written once: by the other's word, or by nobody's at `settle_by`.
    settled_at = models.DateTimeField(null=True)
    seen = models.BooleanField(default=False)  # the other has looked at it
    given_ms = models.BigIntegerField(null=True)  # what the producer gave of what a performer entered
    answer = models.CharField(max_length=300, blank=True)  # and why

    class Meta:
        ordering: ClassVar[list[str]] = ["-entered_at", "-id"]

    def __str__(self) -> str:
        return str(self.pk)


class Claim(models.Model):
    """A performer says more time was worked than a fee counted. Not answered in time, it is given as claimed."""

    fee = models.ForeignKey(Fee, on_delete=models.PROTECT, related_name="claims")
    said = models.CharField(max_length=500)
    claimed_ms = models.BigIntegerField()
    opened_at = models.DateTimeField()
    answer_by = models.DateTimeField(db_index=True)
    # Written once, by the answer.
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    given_ms = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.pk)


class PublishedTerms(models.Model):
    """How payments are shared, by version. Never changed: other terms are another version."""

    version = models.CharField(max_length=20, unique=True)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.version


class Revenue(models.Model):
    """One payment of a licensee: as it came, at which rate it was turned into the currency it is shared in, and
    when."""

    key = models.CharField(max_length=120, unique=True)
    licence = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=16)
    paid_minor = models.BigIntegerField()
    paid_currency = models.CharField(max_length=3)
    micro = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rate = models.JSONField(null=True)  # numerator, denominator, day, said_by; null: same currency
    since = models.DateTimeField()
    until = models.DateTimeField()
    received_at = models.DateTimeField()
    # Written once, when it is shared.
    shared_at = models.DateTimeField(null=True)
    terms = models.ForeignKey(PublishedTerms, on_delete=models.PROTECT, null=True)
    pool_micro = models.BigIntegerField(default=0)
    line = models.BigIntegerField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["received_at", "id"]

    def __str__(self) -> str:
        return self.key


class RoyaltyShare(models.Model):
    """One performer's share of one payment, and the weight it came from."""

    revenue = models.ForeignKey(Revenue, on_delete=models.PROTECT, related_name="shares")
    performer = models.CharField(max_length=30, db_index=True)
    weight = models.BigIntegerField()
    micro = models.BigIntegerField()
    clips = models.JSONField(default=list)  # of this performer: performance, run, ms, form, line of the lease

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["revenue", "performer"], name="one_share_a_payment")
        ]

    def __str__(self) -> str:
        return f"{self.revenue_id} {self.performer}"


class Payee(models.Model):
    """Where someone's money goes: sealed under the payout key, apart from what the studio shows of people."""

    owner = models.CharField(max_length=40, unique=True)  # a performer's id; payer:iban, payer:aba, payer:us
    kind = models.CharField(max_length=8)
    sealed = models.BinaryField()
    ends = models.CharField(max_length=4)  # the last characters of the account, to know it by
    place = models.CharField(max_length=8, blank=True)  # where the person works: decides floors and tax reports
    at = models.DateTimeField()
    leaves_at = models.DateTimeField(null=True)  # the owner was erased then; it goes once nothing is due to them

    def __str__(self) -> str:
        return self.owner


class PayRun(models.Model):
    """Money on its way to many: drafted, approved by two people, sent."""

    id = models.CharField(primary_key=True, max_length=30, default=_pay_run_id, editable=False)
    currency = models.CharField(max_length=3)
    format = models.CharField(max_length=8)
    day = models.DateField()
    made_by = models.CharField(max_length=30)
    made_at = models.DateTimeField()
    total_minor = models.BigIntegerField()
    # Written once each: two approvals by two people; the file with the second; the bank's word.
    first_by = models.CharField(max_length=30, blank=True)
    first_at = models.DateTimeField(null=True)
    second_by = models.CharField(max_length=30, blank=True)
    second_at = models.DateTimeField(null=True)
    file = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    line = models.BigIntegerField(null=True)
    paid_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)  # a draft that nobody wanted

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at"]

    def __str__(self) -> str:
        return self.id


class PayItem(models.Model):
    """One person's payment in a run. `state`: drafted, in-flight, paid, returned."""

    run = models.ForeignKey(PayRun, on_delete=models.PROTECT, related_name="items")
    performer = models.CharField(max_length=30, db_index=True)
    minor = models.BigIntegerField()
    # What the payment takes, in micro-units: approved money, the carried fraction, and what is kept back for tax.
    payable_micro = models.BigIntegerField()
    residue_micro = models.BigIntegerField(default=0)
    withheld_micro = models.BigIntegerField(default=0)
    reference = models.CharField(max_length=15, unique=True, null=True)  # noqa: DJ001  NULL until numbered
    state = models.CharField(max_length=10, default="drafted")
    moved_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=140, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "performer"], name="one_payment_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.performer}"


class TaxPaper(models.Model):
    """A tax form someone gave: its kind, not its scan; its number sealed under the payout key. What is kept back
    because of it is said by an operator who looked at it. Never changed but for that: another paper is another row."""

    performer = models.CharField(max_length=30, db_index=True)
    kind = models.CharField(max_length=12)
    place = models.CharField(max_length=8)
    keep_back_percent = models.PositiveSmallIntegerField(default=0)
    given_at = models.DateTimeField()
    expires = models.DateField(null=True)
    sealed = models.BinaryField(null=True)
    ends = models.CharField(max_length=4, blank=True)
    treaty = models.CharField(max_length=120, blank=True)  # the article someone rests on
    treaty_percent = models.PositiveSmallIntegerField(null=True)
    # Written once, by an operator.
    looked_by = models.CharField(max_length=30, blank=True)
    looked_at = models.DateTimeField(null=True)
    looked_why = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.performer} {self.kind}"
