"""Read licences: a licensee sees its own, a producer those of their projects, a flow the terms."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from yesif.apps.consent import queries as consent
from yesif.apps.market.models import Licence
from yesif.apps.market.queries.organisations import organisation_id_of
from yesif.base.errors import NotFound
from yesif.core.policy.uses import Form, Price, Use, licensee_key


@dataclass(frozen=True, slots=True)
class LicenceSeen:
    """A licence as either side sees it. `price_minor` is None until it is signed; `signers` are people's ids."""

    id: str
    organisation_id: str
    licensee: str
    project_id: str
    project: str
    what: str
    where: str
    description: str
    model_family: str
    hands: str
    retention_days: int
    territories: tuple[str, ...]
    form: str
    plain: bool
    starts_at: datetime
    ends_at: datetime
    minute_minor: int
    currency: str
    state: str
    declared_by: str
    declared_at: datetime
    signers: tuple[str, ...]
    signed_at: datetime | None
    performances: int
    price_minor: int | None
    words: str
    agreement: dict[str, object] | None
    line: int | None

    def runs_at(self, now: datetime) -> bool:
        """Is it signed, and in its term?"""
        return self.state == "signed" and self.starts_at <= now < self.ends_at


def licence(licence_id: str, *, viewer_id: str) -> LicenceSeen:
    """One licence of the viewer's organisation, or of a project of theirs. Raises NotFound."""
    found = _of(viewer_id).filter(pk=licence_id).first() or _sold_by(viewer_id).filter(pk=licence_id).first()
    if found is None:
        raise NotFound
    return seen(found)


def licences_of(viewer_id: str) -> list[LicenceSeen]:
    """Every licence of the viewer's organisation, newest first."""
    return [seen(one) for one in _of(viewer_id)]


def licences_of_organisation(organisation_id: str) -> list[LicenceSeen]:
    """Every licence of an organisation whose token was shown, newest first."""
    return [seen(one) for one in _rows().filter(organisation_id=organisation_id)]


def licences_sold(producer_id: str) -> list[LicenceSeen]:
    """Licences of a producer's projects, newest first; declared ones too."""
    return [seen(one) for one in _sold_by(producer_id)]


def licence_terms(licence_id: str) -> LicenceSeen:
    """A licence for a flow or the books, which have no viewer. Raises NotFound."""
    found = _rows().filter(pk=licence_id).first()
    if found is None:
        raise NotFound
    return seen(found)


def use_of(one: LicenceSeen) -> Use:
    """The use a licence is for, as decisions are asked about it.

    Where it is the project's own core use for the licensee named in the offers, the yes given with each offer counts.
    """
    core = consent.core_use(one.project_id)
    mine = not core.licensee or licensee_key(core.licensee) == licensee_key(one.licensee)
    is_core = (one.what, one.where) == (core.what, core.where) and mine and one.ends_at <= core.ends
    return Use(
        what=one.what,
        where=one.where,
        licensee=one.licensee,
        starts=one.starts_at,
        ends=one.ends_at,
        territories=frozenset(one.territories),
        price=Price(one.minute_minor, one.currency),
        form=Form(one.form),
        project=one.project_id if is_core else "",
        description=one.description,
        licensed_at=one.signed_at,
    )


def seen(one: Licence) -> LicenceSeen:
    """The value of a row."""
    return LicenceSeen(
        id=one.id,
        organisation_id=one.organisation_id,
        licensee=one.organisation.name,
        project_id=one.project_id,
        project=one.project.title,
        what=one.what,
        where=one.where,
        description=one.description,
        model_family=one.model_family,
        hands=one.hands,
        retention_days=one.retention_days,
        territories=tuple(code for code in one.territories.split(",") if code),
        form=one.form,
        plain=one.plain,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        minute_minor=one.minute_minor,
        currency=one.currency,
        state=one.state,
        declared_by=one.declared_by_id,
        declared_at=one.declared_at,
        signers=tuple(signature.person_id for signature in one.signatures.all()),
        signed_at=one.signed_at,
        performances=one.performances,
        price_minor=one.price_minor,
        words=one.words,
        agreement=one.agreement,
        line=one.line,
    )


def _rows() -> QuerySet[Licence]:
    return Licence.objects.select_related("organisation", "project").prefetch_related("signatures")


def _of(viewer_id: str) -> QuerySet[Licence]:
    return _rows().filter(organisation_id=organisation_id_of(viewer_id) or "-")


def _sold_by(viewer_id: str) -> QuerySet[Licence]:
    return _rows().filter(project__producer_id=viewer_id)
