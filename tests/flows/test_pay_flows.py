"""Pay that happens by itself: late rounds pay what earlier ones missed, and one that fails stops nobody else's."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from tests.apps.casting_cast import NOW, block, can, published
from tests.core.test_payout_files import with_check
from tests.flows.test_blocks import START, cast, settled
from tests.people import person
from yesif.apps.casting.models import Block, Booking, Coming, Offer, Project
from yesif.apps.casting.queries import blocks as seen
from yesif.apps.money.actions import fees, payees
from yesif.apps.money.models import Fee, PostingRow, Revenue
from yesif.apps.money.queries import balance
from yesif.apps.record.models import Line
from yesif.base.errors import BadInput, Refused
from yesif.base.money import Money
from yesif.core.ledger import accounts
from yesif.core.ledger.fee import Rate, fee_micro
from yesif.core.ledger.payout.bank import Account
from yesif.core.ledger.royalty import Leased
from yesif.flows import blocks, pay_blocks, pay_royalties

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_an_understudy_is_paid_though_the_studio_was_down_for_ten_days() -> None:
    at, _ = settled("ana", "bo")
    project = seen.block_of_flow(at).project_id
    di = cast(project, "di")[0]
    Coming.objects.create(block_id=at, performer_id=di, said_at=START, stands_by=True)
    pay_blocks.pay_up(now=START + HOUR)  # it is not over
    assert not Fee.objects.exists()
    for days in (10, 11):
        pay_blocks.pay_up(now=START + timedelta(days=days))
    assert [one.kind for one in Fee.objects.filter(performer=di)] == ["standing-by"]
    assert balance(accounts.held(project, at), "EUR") == 0
    assert Block.objects.get(pk=at).paid_up_at is not None
    assert seen.to_pay(until=START + timedelta(days=30)) == []


def received(key: str, *, until: datetime, licence: str = "lic_1") -> None:
    pay_royalties.receive(
        licence=licence, kind="licence-fee", paid=Money(10_000, "EUR"), since=START, until=until, now=START, key=key
    )


def leases(licence: str, since: datetime, until: datetime) -> Iterable[Leased]:
    """Ana was leased in the first hour, Bo in the second; nobody under lic_none; lic_odd has a form nobody knows."""
    if licence == "lic_odd":
        raise BadInput("The terms know no form.")
    clips = [(START + HOUR / 2, "per_ana"), (START + HOUR * 3 / 2, "per_bo")]
    return [
        Leased(f"prf_{who}", who, 60_000, "recording", "run_1", 1)
        for at, who in clips
        if since <= at < until and licence != "lic_none"
    ]


def test_a_payment_is_shared_once_its_time_is_over_and_not_at_the_first_lease() -> None:
    received("pay-1", until=START + 2 * HOUR)
    assert pay_royalties.share_ended(now=START + HOUR, leases=leases) == 0
    with pytest.raises(Refused, match="not over"):
        pay_royalties.share(key="pay-1", now=START + HOUR, leases=leases)
    assert pay_royalties.share_ended(now=START + 2 * HOUR, leases=leases) == 1
    assert pay_royalties.share_ended(now=START + 3 * HOUR, leases=leases) == 0
    half = balance(accounts.payable("per_ana"), "EUR")
    assert half == balance(accounts.payable("per_bo"), "EUR") == 3250 * 1_000_000


def test_one_payment_that_cannot_be_shared_stops_no_other() -> None:
    received("pay-odd", until=START + HOUR, licence="lic_odd")
    received("pay-none", until=START + HOUR, licence="lic_none")
    received("pay-1", until=START + HOUR)
    assert pay_royalties.share_ended(now=START + HOUR, leases=leases) == 1
    assert Revenue.objects.filter(shared_at=None).count() == 2
    assert balance(accounts.received("lic_odd"), "EUR") == 10_000 * 1_000_000


def test_a_payment_for_a_time_before_the_first_lease_is_shared_with_the_first_lease() -> None:
    received("pay-1", until=START + HOUR / 4)
    assert pay_royalties.share_ended(now=START + HOUR / 4, leases=leases) == 0
    assert pay_royalties.share_ended(now=START + HOUR, leases=leases) == 1
    assert balance(accounts.payable("per_bo"), "EUR") == 0
    body = Line.objects.get(kind="royalty").body
    assert body is not None
    assert body["until_ms"] == int((START + HOUR).timestamp() * 1000)


def test_a_payment_for_more_than_a_quarter_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(BadInput, match=r"^until: .*92 days"):
        received("pay-1", until=START + timedelta(days=93))
    assert not Revenue.objects.exists()
    assert not Line.objects.filter(kind="received").exists()


def test_a_payment_for_a_time_that_ends_in_years_is_refused_by_field() -> None:
    since = START + timedelta(days=1460)
    terms = {"licence": "lic_1", "kind": "licence-fee", "paid": Money(10_000, "EUR"), "key": "pay-1", "now": START}
    with pytest.raises(BadInput, match=r"^until: .*92 days"):
        pay_royalties.receive(since=since, until=since + HOUR, **terms)
    assert not Revenue.objects.exists()


def test_a_block_sets_aside_and_hands_on_what_the_floor_of_each_place_asks() -> None:
    made = published()
    who = cast(made, "ana", "bo")
    Project.objects.filter(pk=made).update(fee_minor=1000)
    Offer.objects.update(fee_minor=1000)
    account = Account("iban", "Ana", with_check("DE", f"{1:018d}"))
    payees.keep(owner=who[0], account=account, place="DE", now=NOW)
    at = block(made)
    for one in who:
        can(at, one)
    blocks.settle(at, person("pia").id, now=NOW)
    minutes = seen.block_of_flow(at).minutes
    day = seen.block_of_flow(at).starts_at.date()
    floor = fees.to_lock(performer=who[0], rate=Rate(1000, "EUR"), day=day)
    assert floor.minor > 1000
    each = {who[0]: fee_micro(minutes * 60_000, floor), who[1]: fee_micro(minutes * 60_000, Rate(1000, "EUR"))}
    assert balance(accounts.held(made, at), "EUR") == sum(each.values())
    for one in who:
        blocks.come_in(at, one, now=seen.block_of_flow(at).starts_at)
    booked = dict(Booking.objects.filter(block_id=at).values_list("performer_id", "id"))
    assert {one: balance(accounts.held(made, booked[one]), "EUR") for one in who} == each
    assert balance(accounts.held(made, at), "EUR") == 0


def test_received_twice_is_one_line_and_every_posting_points_at_it() -> None:
    for _ in range(2):
        received("pay-1", until=START + HOUR)
    line = Line.objects.get(kind="received")
    assert {one.line for one in PostingRow.objects.filter(entry__key="receive:pay-1")} == {line.seq}
