"""What a licensee was told after a performer said no, by when they must act, and whether they did."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from yesif.apps.people.models import Person
from yesif.base import ids


def _notice_id() -> str:
    return ids.new("ntc")


def _hook_id() -> str:
    return ids.new("hok")


class Notice(models.Model):
    """To one licensee, about one licence, because of one performer. The duties follow from its times."""

    id = models.CharField(primary_key=True, max_length=30, default=_notice_id, editable=False)
    licence = models.CharField(max_length=30, db_index=True)  # the licence, or the release where it was built without
    licensee = models.CharField(max_length=30, db_index=True)  # the organisation that licensed it
    performer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices_about")
    cause = models.CharField(max_length=10)  # revoked | changed | withdrawn | sealed | erased
    on_revoke = models.CharField(max_length=10)  # what the answers asked of models: stop-new, retire, destroy
    given_at = models.DateTimeField()
    sign_by = models.DateTimeField()
    purge_by = models.DateTimeField()
    models_by = models.DateTimeField(null=True)  # models out of service, or copies destroyed
    # what the licensee did
    signed_at = models.DateTimeField(null=True)
    signed = models.JSONField(default=dict)
    purged_at = models.DateTimeField(null=True)
    attested = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["given_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(sign_by__gt=F("given_at"), purge_by__gt=F("sign_by")), name="a_notice_has_its_deadlines"
            ),
            models.CheckConstraint(
                condition=Q(purged_at=None) | Q(signed_at__isnull=False), name="a_notice_is_signed_before_it_is_met"
            ),
        ]

    def __str__(self) -> str:
        return self.id


class NoticeRow(models.Model):
    """One performance that a notice takes out, and whose it is: a shared clip takes the partner's part out too."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="rows")
    performance = models.CharField(max_length=30, db_index=True)
    performer = models.CharField(max_length=30)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["notice", "performance"], name="a_performance_stands_once_in_a_notice")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.performance}"


class Hook(models.Model):
    """Where a licensee wants notices sent, and the secret that signs them."""

    id = models.CharField(primary_key=True, max_length=30, default=_hook_id, editable=False)
    licensee = models.CharField(max_length=30, unique=True)
    address = models.URLField(max_length=500)
    secret = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


class HookCall(models.Model):
    """One notice on its way to one hook, tried until it was taken or the tries ran out."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="call")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.notice_id} {self.status}"
