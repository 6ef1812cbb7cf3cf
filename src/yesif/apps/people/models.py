"""Who takes part. A person may hold several roles; a performer is sealed into one split group for life."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from yesif.base import ids


def _person_id() -> str:
    return ids.new("per")


class PersonManager(BaseUserManager["Person"]):
    """Django's name for what makes people; they sign in by link, so there is no password to set."""

    def create_user(self, email: str, stage_name: str = "") -> "Person":
        person = self.model(email=self.normalize_email(email).lower(), stage_name=stage_name)
        person.set_unusable_password()
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Someone who can sign in. The stage name is what others see; the address is only for sign-in and letters."""

    id = models.CharField(primary_key=True, max_length=30, default=_person_id, editable=False)
    email = models.EmailField(unique=True)
    stage_name = models.CharField(max_length=80, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    languages = models.JSONField(default=list)
    time_zone = models.CharField(max_length=60, blank=True)
    telephone = models.CharField(max_length=40, blank=True)  # only for reminders, only if given
    # Sealed at joining, before the first match, so that no release can leak a person across splits (corpora.md §0.4).
    split_group = models.CharField(
        max_length=5, choices=[("train", "train"), ("dev", "dev"), ("test", "test")], blank=True
    )
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    last_login = None  # not kept: it would tell when someone works

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = PersonManager()

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.id


class Role(models.Model):
    """One role a person holds."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(
        max_length=10, choices=[(r, r) for r in ("performer", "producer", "licensee", "auditor", "operator")]
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "role"], name="one_role_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class AgeCheck(models.Model):
    """That someone is 18 or older: the verdict, how, when and until when. No document, number or date of birth."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="age_checks")
    verdict = models.BooleanField()
    method = models.CharField(max_length=60)
    checked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} {self.method}"
