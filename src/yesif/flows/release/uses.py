"""The use a release is built for, as it is kept with the release: days and names, one form on every machine."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from yesif.apps.consent import queries as consent
from yesif.base.errors import BadInput
from yesif.core.policy.uses import Form, Use, licensee_key

USUAL_DAYS = 365


def use_of(*, project_id: str, what: str, where: str, licensee: str, now: datetime, until: date | None = None) -> Use:
    """The use asked for. Where it is the project's own core use, the yes given with each accepted offer counts for it.

    `until`: its last day, a year from now unless said. Raises NotFound, BadInput.
    """
    core = consent.core_use(project_id)
    same = not core.licensee or not licensee.strip() or licensee_key(core.licensee) == licensee_key(licensee)
    if (what, where) == (core.what, core.where) and same and (until is None or consent.end_of(until) <= core.ends):
        ends = core.ends if until is None else consent.end_of(until)
        return replace(core, licensee=licensee.strip() or core.licensee, ends=ends)
    today = now.astimezone(UTC).date()
    last = until or today + timedelta(days=USUAL_DAYS)
    if last < today:
        raise BadInput(f"A use ends after it starts: {last.isoformat()} is over.")
    return Use(what=what, where=where, licensee=licensee.strip(), starts=_midnight(today), ends=consent.end_of(last))


def kept(use: Use) -> dict[str, str]:
    """What is kept with the release. `ends` is the last day."""
    return {
        "what": use.what,
        "where": use.where,
        "licensee": use.licensee,
        "starts": use.starts.astimezone(UTC).date().isoformat(),
        "ends": (use.ends - timedelta(microseconds=1)).astimezone(UTC).date().isoformat(),
        "territories": ",".join(sorted(use.territories)),
        "form": use.form.value,
        "project": use.project,
        "description": use.description,
    }


def read(told: Mapping[str, str]) -> Use:
    """The use out of what was kept. Raises BadInput."""
    return Use(
        what=told["what"],
        where=told["where"],
        licensee=told["licensee"],
        starts=_midnight(date.fromisoformat(told["starts"])),
        ends=consent.end_of(date.fromisoformat(told["ends"])),
        territories=frozenset(code for code in told.get("territories", "").split(",") if code),
        form=Form(told.get("form") or Form.RECORDING),
        project=told.get("project", ""),
        description=told.get("description", ""),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
