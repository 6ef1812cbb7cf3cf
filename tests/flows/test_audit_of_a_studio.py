"""A studio whose licence, release, run and lease went the real way replays green; what was hidden is found."""

from datetime import UTC, datetime

import pytest

from tests.flows import licensed, released
from tests.people import person
from yesif.apps.market.models import LeasedClip
from yesif.apps.record import actions as record
from yesif.apps.record import queries
from yesif.flows import audit_bundle, sequence_record

pytestmark = pytest.mark.django_db(transaction=True)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def leased() -> None:
    """Lab licensed, built, opened a run and leased keys; everything is on the record."""
    for name in ("ana", "bo"):
        released.answer(name, now=now())
    released.play("ana", "bo")
    account = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    with licensed.run(account, licence, release.id) as run:
        run.keys(release.folder)
    sequence_record.now()


def findings() -> list[str]:
    return [str(one) for one in audit_bundle.replayed(audit_bundle.WHOLE, now=now()).findings]


def test_it_replays_green(leased: None) -> None:
    outcome = audit_bundle.replayed(audit_bundle.WHOLE, now=now())
    assert [str(one) for one in outcome.findings] == []
    assert outcome.read["lease"] == 1
    assert outcome.read["release"] >= 1
    assert not outcome.unread


def test_a_projects_auditor_sees_it_green_too(leased: None) -> None:
    scope = audit_bundle.scope_of(released.project().id)
    outcome = audit_bundle.replayed(scope, now=now())
    assert [str(one) for one in outcome.findings] == []
    assert outcome.read["lease"] == 1


def test_a_clip_leased_behind_the_records_back_is_found(leased: None) -> None:
    one = LeasedClip.objects.first()
    assert one is not None
    LeasedClip.objects.create(lease=one.lease, performance="prf_hidden", performer=person("cy").id, ms=1)
    assert "more performances were leased than this line says" in " ".join(findings())


def test_after_a_day_is_closed_it_still_adds_up(leased: None) -> None:
    record.close_day(day=now().date().isoformat(), now=now())
    sequence_record.now()
    assert findings() == []
    assert queries.count("day-close") == 1
