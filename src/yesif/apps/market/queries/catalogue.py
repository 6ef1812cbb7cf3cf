"""What is for sale, by use: a licensee says what it wants to do first, and sees how much there is for just that."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yesif.apps.consent import queries as consent
from yesif.apps.market.models import Organisation, Tariff
from yesif.apps.market.queries.preview import Preview, preview
from yesif.base.errors import NotFound
from yesif.core.policy.uses import Price, Use, licensee_key

A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class OnSale:
    """A project on the catalogue page. `found` is None until a use is chosen."""

    project_id: str
    title: str
    about: str
    minute_minor: int
    currency: str
    found: Preview | None


def on_sale(
    *, organisation_id: str, now: datetime, what: str = "", where: str = "", project_id: str = ""
) -> list[OnSale]:
    """Projects with a price for this organisation; with a use, what of each may be used for it today.

    Raises NotFound without an organisation, BadInput for a use that is not on the lists.
    """
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        raise NotFound
    living = Tariff.objects.filter(ended_at=None).select_related("project")
    rows = {row.project_id: row for row in living.filter(organisation=None)}
    rows |= {row.project_id: row for row in living.filter(organisation=organisation)}
    if project_id:
        rows = {key: row for key, row in rows.items() if key == project_id}
    found = [_row(row, organisation.name, what, where, now) for row in rows.values()]
    return sorted(found, key=lambda one: (-(one.found.performances if one.found else 0), one.title, one.project_id))


def _row(row: Tariff, licensee: str, what: str, where: str, now: datetime) -> OnSale:
    project, found = row.project, None
    if what and where:
        core = consent.core_use(project.id)
        mine = not core.licensee or licensee_key(core.licensee) == licensee_key(licensee)
        is_core = (what, where) == (core.what, core.where) and mine
        use = Use(
            what=what,
            where=where,
            licensee=licensee,
            starts=now,
            ends=min(now + A_YEAR, core.ends) if is_core and core.ends > now else now + A_YEAR,
            price=Price(row.minute_minor, row.currency),
            project=project.id if is_core else "",
        )
        found = preview(project_id=project.id, use=use, now=now)
    return OnSale(project.id, project.title, project.about, row.minute_minor, row.currency, found)
