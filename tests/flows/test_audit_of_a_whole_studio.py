"""Licensed, leased, revoked, told, paid, closed: the real flows of every app leave a record that replays green."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.flows import licensed, released
from tests.people import person
from yesif.apps.market import queries as market
from yesif.apps.record import actions as record
from yesif.base.money import Money
from yesif.flows import audit_bundle, pay_fees, pay_royalties, revoke, sequence_record

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def licence() -> str:
    """Lab read a release through a lease; then Ana ended her yes, and Lab leased what was left; then it paid."""
    grants = {name: released.answer(name, now=now()) for name in ("ana", "bo", "cy")}
    released.play("ana", "bo")
    released.play("cy")
    account = licensed.program()
    made = licensed.licence()
    release = licensed.build(made)
    since = now() - timedelta(minutes=5)
    with licensed.run(account, made, release.id) as run:
        run.keys(release.folder)
        revoke.end_yes(grant_id=grants["ana"], performer_id=person("ana").id, now=now())
        run.keys(release.folder)
    currency = market.licence_terms(made).currency
    pay_royalties.receive(
        licence=made, kind="licence-fee", paid=Money(10_000, currency), since=since,
        until=now(), now=now(), key="pay_1",
    )  # fmt: skip
    pay_royalties.share(key="pay_1", now=now())
    sequence_record.now()
    return made


def test_it_replays_green_until_a_day_passes_on_which_nobody_honoured_a_notice_or_paid(licence: str) -> None:
    pay_fees.close(now=now())
    record.close_day(day=now().date().isoformat(), now=now())
    sequence_record.now()
    outcome = audit_bundle.replayed(audit_bundle.WHOLE, now=now())
    assert [str(one) for one in outcome.findings] == []
    for kind in ("licence", "release", "run-open", "lease", "revoke", "revocation-notice", "royalty", "ledger-close"):
        assert outcome.read[kind] >= 1, kind
    assert not outcome.unread
    late = audit_bundle.replayed(audit_bundle.WHOLE, now=now() + timedelta(days=15))
    assert {one.check for one in late.findings} == {"revoked"}
    later = audit_bundle.replayed(audit_bundle.WHOLE, now=now() + timedelta(days=31))
    assert {one.check for one in later.findings} == {"revoked", "late"}
