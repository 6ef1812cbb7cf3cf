"""Takes, performances and their tracks: what was sent, put together, measured and sealed.

Times named `*_ns` are integer nanoseconds; in a take they count from "action" (take time), elsewhere as said.
"""

from typing import ClassVar

from django.db import models

from yesif.apps.people.models import Person
from yesif.apps.stage.models import Scene
from yesif.base import ids


def _take_id() -> str:
    return ids.new("tak")


def _performance_id() -> str:
    return ids.new("prf")


def _track_id() -> str:
    return ids.new("trk")


def _upload_id() -> str:
    return ids.new("upl")


def _ruling_id() -> str:
    return ids.new("rul")


class Take(models.Model):
    """One attempt at a scene, from "action" to "cut" on the session clock."""

    id = models.CharField(primary_key=True, max_length=30, default=_take_id, editable=False)
    scene = models.ForeignKey(Scene, on_delete=models.PROTECT, related_name="takes")
    number = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(max_length=8, default="room")  # room | import
    action_ns = models.BigIntegerField()  # session clock
    cut_ns = models.BigIntegerField(null=True)  # session clock; null while it rolls
    # rolling → uploading → ingesting → sealed; failed where ingest gave up, with its reason
    state = models.CharField(max_length=10, default="rolling", db_index=True)
    reason = models.CharField(max_length=300, blank=True)
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["scene", "number"], name="takes_of_a_scene_are_numbered_once")
        ]

    def __str__(self) -> str:
        return self.id


class Performance(models.Model):
    """One performer's part in one take: what consent, withdrawal and money attach to."""

    id = models.CharField(primary_key=True, max_length=30, default=_performance_id, editable=False)
    take = models.ForeignKey(Take, on_delete=models.PROTECT, related_name="performances")
    performer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="performances")
    position = models.CharField(max_length=1)
    # expected → received → in-review → released | withdrawn
    state = models.CharField(max_length=10, default="expected", db_index=True)
    reviewed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    reminded = models.PositiveSmallIntegerField(default=0)  # letters sent while it waited for its performer's decision
    rejected_at = models.DateTimeField(null=True)  # not good enough for the dataset, by two people; see Ruling
    preview_sha256 = models.CharField(max_length=64, blank=True)
    poster_sha256 = models.CharField(max_length=64, blank=True)
    peaks_sha256 = models.CharField(max_length=64, blank=True)
    # [[start_ns, end_ns], …] that preview, poster and peaks leave out: shown only while it covers every living seal
    preview_leaves_out = models.JSONField(default=list)
    partner_may_watch = models.BooleanField(default=False)  # in review; both must say yes before either sees
    leak_db = models.FloatField(null=True)  # measured leak of the partner's voice, dB below own speech (negative)
    summary = models.JSONField(default=dict)
    # The summary's word that no speech of the partner's is in the transcript; a column, so that an index may hold it.
    words_apart = models.GeneratedField(
        expression=models.ExpressionWrapper(models.Q(summary__words_apart=True), output_field=models.BooleanField()),
        output_field=models.BooleanField(null=True),
        db_persist=True,
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["take", "performer"], name="one_performance_per_take_and_performer")
        ]
        # All that a decision over a million of them reads, in the order of takes: the table itself is not touched.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["take", "performer", "withdrawn_at", "state", "leak_db", "words_apart", "id"],
                name="who_is_in_a_take",
            )
        ]

    def __str__(self) -> str:
        return self.id


class Track(models.Model):
    """One recorded medium of a performance: voice, camera, or what the performer heard."""

    id = models.CharField(primary_key=True, max_length=30, default=_track_id, editable=False)
    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="tracks")
    kind = models.CharField(max_length=8, choices=[(k, k) for k in ("voice", "camera", "heard")])
    state = models.CharField(max_length=10, default="uploading")  # uploading → complete → sealed | failed | gone
    log_sha256 = models.CharField(max_length=64, blank=True)  # the take log as it was sent
    log_bytes = models.BigIntegerField(null=True)
    receipt = models.JSONField(null=True)  # capture receipt: bytes, chain, signature, public key
    sha256 = models.CharField(max_length=64, blank=True)  # the track put together, in the store
    bytes = models.BigIntegerField(null=True)
    media_type = models.CharField(max_length=40, blank=True)
    manifest = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["performance", "kind"], name="one_track_per_kind")
        ]

    def __str__(self) -> str:
        return self.id


class Upload(models.Model):
    """A take log on its way in (tus 1.0). How far it is, the file itself says; here is what belongs to it."""

    id = models.CharField(primary_key=True, max_length=30, default=_upload_id, editable=False)
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="uploads")
    performer = models.ForeignKey(Person, on_delete=models.PROTECT)
    public_key = models.TextField()  # JWK of the signing key of this take, ECDSA P-256
    length = models.BigIntegerField(null=True)  # declared at the end (tus: creation-defer-length)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # hashes agreed: safe to close
    stopped_at = models.DateTimeField(null=True)  # terminated by the performer

    def __str__(self) -> str:
        return self.id


class FeatureTable(models.Model):
    """One stage's measurements of one track (or of the pair), as a Parquet blob; or why there are none."""

    performance = models.ForeignKey(Performance, on_delete=models.CASCADE, related_name="features")
    stage = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    address = models.CharField(max_length=64)  # digest of track + stage + version + parameters + model
    part = models.CharField(max_length=10)  # voice | face | movement | words: which part of a use it falls under
    sha256 = models.CharField(max_length=64, blank=True)
    joint = models.BooleanField(default=False)  # measured on both: it lies in the take's box, not the performance's
    rows = models.PositiveIntegerField(default=0)
    skipped = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["performance", "stage"], name="one_table_per_stage")
        ]

    def __str__(self) -> str:
        return f"{self.performance_id} {self.stage}"


class Finding(models.Model):
    """One thing the quality checks or the ingest noticed, with its evidence. It never touches pay."""

    performance = models.ForeignKey(Performance, on_delete=models.CASCADE, related_name="findings")
    check_name = models.CharField(max_length=40)
    verdict = models.CharField(max_length=4)  # pass | warn | fail
    value = models.FloatField(null=True)
    unit = models.CharField(max_length=20, blank=True)
    threshold = models.FloatField(null=True)
    start_ns = models.BigIntegerField(null=True)
    end_ns = models.BigIntegerField(null=True)
    sentence = models.CharField(max_length=400)

    def __str__(self) -> str:
        return f"{self.performance_id} {self.check_name}"


class SealedSpan(models.Model):
    """A stretch that is in nothing: "that was me, not the character", or off the record (RULES §3, D5)."""

    performance = models.ForeignKey(Performance, on_delete=models.CASCADE, related_name="sealed_spans")
    start_ns = models.BigIntegerField()
    end_ns = models.BigIntegerField()
    why = models.CharField(max_length=20, default="was-me")  # was-me off-record | from the room: cut paused | report
    # Who went off the record in the room: they alone lift it, for both sides. Null: see `actions.seals.NEVER_LIFTED`.
    sealed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    sealed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(end_ns__gt=models.F("start_ns")), name="a_span_has_length")
        ]

    def __str__(self) -> str:
        return f"{self.performance_id} {self.start_ns}–{self.end_ns}"


class Ruling(models.Model):
    """A decision about somebody: a part rejected from the dataset, a performer removed or deactivated. It holds only
    once a second person agreed, and a third decides an appeal. It never touches a fee."""

    id = models.CharField(primary_key=True, max_length=30, default=_ruling_id, editable=False)
    kind = models.CharField(max_length=10)  # reject | remove | deactivate
    about = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rulings")
    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="rulings")
    reason = models.CharField(max_length=20)  # from the list of its kind
    start_ns = models.BigIntegerField()
    end_ns = models.BigIntegerField()
    words = models.CharField(max_length=2000, blank=True)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    seconded_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    seconded_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)  # the second person did not agree: it never held
    appeal = models.CharField(max_length=4000, blank=True)
    appealed_at = models.DateTimeField(null=True)
    appeal_due_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)  # upheld | overturned
    answer = models.CharField(max_length=4000, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(end_ns__gt=models.F("start_ns")), name="a_ruling_names_a_span"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="a_ruling_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.id
