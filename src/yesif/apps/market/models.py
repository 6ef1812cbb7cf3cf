"""Organisations, licences, releases, runs and leases: who may use what for what, what was built, and who holds keys.

Ids of performances and performers stand here as text, not as foreign keys: a lease must never wait for a lock on a
person's row, or it could stand in the way of that person's revocation.
"""

from typing import ClassVar

from django.db import models

from yesif.apps.casting.models import Project
from yesif.apps.people.models import Person
from yesif.base import ids


def _release_id() -> str:
    return ids.new("rel")


def _organisation_id() -> str:
    return ids.new("org")


def _licence_id() -> str:
    return ids.new("lic")


def _run_id() -> str:
    return ids.new("run")


def _lease_id() -> str:
    return ids.new("lse")


# Who buys.


class Organisation(models.Model):
    """A licensee. A producer opens it, so that nobody takes a name that performers gave their yes to."""

    id = models.CharField(primary_key=True, max_length=30, default=_organisation_id, editable=False)
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=250, unique=True)  # the one form `licensee_key` gives
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


class Member(models.Model):
    """A person who acts for an organisation; for one at a time."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="members")
    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="membership")
    joined_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.person_id}"


class SigningKey(models.Model):
    """A public key (Ed25519, base64 of 32 bytes) with which an organisation signs runs and purges."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="keys")
    public = models.CharField(max_length=44, unique=True)
    name = models.CharField(max_length=80)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.public[:8]}"


class ApiToken(models.Model):
    """What an organisation's programs show at the door. Only its SHA-256 is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="tokens")
    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.pk}"


# What is bought.


class Tariff(models.Model):
    """A project's price for a minute of one performance: published, or quoted to one organisation. A new one ends the
    former; signed licences keep theirs."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tariffs")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="quotes", null=True)
    minute_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    published_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(ended_at=None, organisation=None),
                name="one_published_price_a_project",
            ),
            models.UniqueConstraint(
                fields=["project", "organisation"], condition=models.Q(ended_at=None), name="one_quote_an_organisation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.minute_minor} {self.currency}"


class Licence(models.Model):
    """A licensee's right for one use of one project's performances. Declared by one of its people, signed by two."""

    id = models.CharField(primary_key=True, max_length=30, default=_licence_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="licences")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="licences")
    # the declaration
    what = models.CharField(max_length=40)
    where = models.CharField(max_length=40)
    description = models.TextField()  # what is built
    model_family = models.CharField(max_length=120)
    hands = models.CharField(max_length=300)  # which people of the organisation will have it
    retention_days = models.PositiveIntegerField()
    territories = models.CharField(max_length=400, blank=True)  # ISO 3166 codes, by comma; none is everywhere
    form = models.CharField(max_length=12, choices=[(f, f) for f in ("recording", "measurements")])
    plain = models.BooleanField(default=False)  # asked for without encryption; only where everyone's yes is to that
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    minute_minor = models.PositiveIntegerField()  # of one performance, from the tariff of the day
    currency = models.CharField(max_length=3)
    declared_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    # fixed at the second signature
    state = models.CharField(max_length=10, default="declared", db_index=True)  # → signed | dropped
    signed_at = models.DateTimeField(null=True)
    performances = models.PositiveIntegerField(default=0)  # permitted then
    price_minor = models.BigIntegerField(null=True)
    agreement = models.JSONField(null=True)  # ODRL
    words = models.TextField(blank=True)  # the same in plain words
    line = models.BigIntegerField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-declared_at", "-id"]

    def __str__(self) -> str:
        return self.id


class Signature(models.Model):
    """One person's signature under a licence: the digest of the very words they were shown."""

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="signatures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["licence", "person"], name="nobody_signs_a_licence_twice")
        ]

    def __str__(self) -> str:
        return f"{self.licence_id} {self.person_id}"


class LicenceKey(models.Model):
    """One performer's key of one licence, wrapped under the performer's own: it goes when the performer's goes."""

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="keys")
    performer = models.CharField(max_length=30, db_index=True)
    wrapped = models.BinaryField(max_length=24)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["licence", "performer"], name="one_key_of_a_performer_in_a_licence")
        ]

    def __str__(self) -> str:
        return f"{self.licence_id} {self.performer}"


# What is built.


class Release(models.Model):
    """One immutable set of performances for one use, named by its digest once it is published."""

    id = models.CharField(primary_key=True, max_length=30, default=_release_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="releases", null=True)
    sealed = models.BooleanField(default=False)  # its samples are ciphertext, read through a lease
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    use = models.JSONField()  # what, where, licensee, starts, ends, territory, as core.policy reads them
    line = models.CharField(max_length=64)  # project, what, where and licensee: releases of one line share pseudonyms
    # building → published | empty (nothing may be released for this use) | failed, with its reason
    state = models.CharField(max_length=10, default="building", db_index=True)
    reason = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of SHA256SUMS
    folder = models.CharField(max_length=500, blank=True)
    counts = models.JSONField(default=dict)  # reason → performances left out
    samples = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.id


class Pseudonym(models.Model):
    """The number under which a line of releases knows a performer, session or take. It joins to no other line."""

    line = models.CharField(max_length=64)
    kind = models.CharField(max_length=9, choices=[(k, k) for k in ("performer", "session", "take")])
    subject = models.CharField(max_length=30)
    number = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["line", "kind", "subject"], name="one_number_per_subject"),
            models.UniqueConstraint(fields=["line", "kind", "number"], name="one_subject_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Inclusion(models.Model):
    """That a performance is in a published release: how a performer finds every release of theirs, and what a lease
    compares with the decision of its own day."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="inclusions")
    performance = models.CharField(max_length=30, db_index=True)
    performer = models.CharField(max_length=30, db_index=True, blank=True)
    sample = models.CharField(max_length=60)  # the sample's name in the release
    config = models.CharField(max_length=60)
    together = models.JSONField(default=list)  # performances of the same take that stand beside it, its partners'
    parts = models.JSONField(default=list)  # what of the performance is in it
    recording = models.BooleanField(default=True)  # the media, or only what was measured
    cut = models.JSONField(default=list)  # [start, end) in ns of take time: sealed when it was built
    grants = models.JSONField(default=list)  # what permitted it then
    ms = models.PositiveIntegerField(default=0)  # from action to cut
    nest = models.JSONField(default=list)  # performers whose keys its key is wrapped under
    wrapped = models.BinaryField(max_length=256, null=True)  # its key, nested

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["release", "performance"], name="a_performance_is_in_a_release_once")
        ]

    def __str__(self) -> str:
        return self.sample


# Who reads.


class Run(models.Model):
    """A licensee's declared use of keys: what is learned, for where, by which model, on which machines."""

    id = models.CharField(primary_key=True, max_length=30, default=_run_id, editable=False)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="runs")
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=40)
    where = models.CharField(max_length=40)
    model = models.CharField(max_length=120)
    environment = models.CharField(max_length=200)
    reader = models.CharField(max_length=44)  # the reader's public key (X25519): keys are sealed to it alone
    opened_at = models.DateTimeField()
    line = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True)
    root = models.CharField(max_length=64, blank=True)  # of what was read
    clips_read = models.PositiveIntegerField(default=0)
    closing_line = models.BigIntegerField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return self.id


class Lease(models.Model):
    """Keys held for hours. `line` stood on the record before the keys left."""

    id = models.CharField(primary_key=True, max_length=30, default=_lease_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="leases")
    starts_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()
    terms = models.CharField(max_length=64)  # digest
    line = models.BigIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-starts_at", "-id"]

    def __str__(self) -> str:
        return self.id


class LeasedClip(models.Model):
    """One performance whose key was in a lease: what royalties are weighed by."""

    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="clips")
    performance = models.CharField(max_length=30, db_index=True)
    performer = models.CharField(max_length=30, db_index=True)
    ms = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["lease", "performance"], name="a_performance_is_in_a_lease_once")
        ]

    def __str__(self) -> str:
        return f"{self.lease_id} {self.performance}"


class Purge(models.Model):
    """A licensee's signed word that withdrawn performances are off its disks."""

    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="purges")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+", null=True)
    notice = models.CharField(max_length=60)
    samples = models.JSONField(default=list)
    at = models.DateTimeField()
    line = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["licence", "notice"], name="a_purge_is_attested_once")
        ]

    def __str__(self) -> str:
        return f"{self.licence_id} {self.notice}"
