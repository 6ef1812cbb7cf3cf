"""The money pages: each line opens to what it came from, disputes are answered, two people approve a pay run."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from tests.apps.room_cast import OPENED, Booked, S, booked, come_in
from tests.core.test_payout_files import with_check
from tests.people import person
from tests.web.reading import faults
from tests.web.scene import played
from yesif.apps.casting.models import Booking
from yesif.apps.money.actions import fees, payees
from yesif.apps.money.models import Entered, EntryRow, Fee, PayRun, RateLock
from yesif.apps.money.queries import entered
from yesif.apps.people.models import Role
from yesif.apps.record.models import Line
from yesif.apps.stage.actions import presence
from yesif.apps.stage.models import Presence
from yesif.base.money import Money
from yesif.core.ledger import statement
from yesif.core.ledger.payout.bank import Account
from yesif.core.ledger.royalty import Leased
from yesif.flows import pay_fees, pay_royalties, pay_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(db: None) -> Booked:
    """Ana has worked 20 minutes with Bo."""
    made = booked()
    come_in(made, "ana", "bo")
    for step in range(0, 1201, 20):
        presence.here(session_id=made.session, performer_id=made.ana, studio_ns=OPENED + step * S)
    presence.settle(booking_id=made.bookings[0], now=now())
    return made


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == status, address
    text = answer.content.decode()
    assert faults(text) == [], address
    return text


def of(name: str) -> Client:
    client = Client()
    client.force_login(person(name))
    return client


def _columns(one: Fee) -> dict[str, object]:
    return {field.name: getattr(one, field.name) for field in Fee._meta.fields if field.name != "id"}


def approved(session: Booked) -> None:
    Fee.objects.update(approve_at=now())
    fees.approve_due(now=now())
    iban = Account("iban", "Ana", with_check("DE", f"{5:018d}"))
    payees.keep(owner=session.ana, account=iban, place="DE", now=now())


def test_an_empty_page_says_what_will_stand_there(db: None) -> None:
    assert "Nothing earned yet" in page(of("cy"), "/performer/money")


def test_a_fee_opens_to_its_minutes_rate_and_line_and_to_nobody_else(session: Booked) -> None:
    text = page(of("ana"), "/performer/money")
    assert "EUR 24.66" in text
    assert "24.666" not in text  # whole cents; an opened line has them to the millionth
    assert "Earned" in text
    key = Fee.objects.get().key
    text = page(of("ana"), f"/performer/money/line/{key}")
    for said in (
        "EUR 24.66666",
        "20 min 0 s",
        "EUR 74.00 per hour",
        "Small talk",
        f"Line {Line.objects.get(kind='fee').seq} of the record",
    ):
        assert said in text
    for other in ("bo", "cy"):
        assert of(other).get(f"/performer/money/line/{key}").status_code == 404


def test_a_line_is_disputed_and_answered_and_what_is_given_is_earned(session: Booked) -> None:
    key, ana, pia = Fee.objects.get().key, of("ana"), of("pia")
    assert ana.post(f"/performer/money/line/{key}", {"minutes": "0", "said": "x"}).status_code == 400
    assert ana.post(f"/performer/money/line/{key}", {"minutes": "10", "said": "My line was down."}).status_code == 302
    assert "10 min 0 s" in page(ana, f"/performer/money/line/{key}")
    assert "My line was down." in page(pia, f"/producer/money/projects/{session.project}")
    listed = pia.get(f"/producer/money/projects/{session.project}").content.decode()
    address = re.findall(rf"/producer/money/projects/{session.project}/claims/\d+", listed)[0]
    page(pia, address)
    assert pia.post(address, {"minutes": "7", "said": ""}).status_code == 400
    assert pia.post(address, {"minutes": "7", "said": "Seven by our own clock."}).status_code == 302
    assert {one.kind: one.ms for one in Fee.objects.all()}["claim"] == 7 * 60_000
    assert "Seven by our own clock." in page(ana, f"/performer/money/line/{key}")


def test_the_statement_prints_and_its_file_works_out_to_the_same_cents(session: Booked) -> None:
    ana, year = of("ana"), now().year
    assert "Statement of" in page(ana, f"/performer/money/year/{year}")
    content = json.loads(ana.get(f"/performer/money/year/{year}.json").content)
    assert all(one.agrees for one in statement.recompute(content))
    table = ana.get("/performer/money/lines.csv").content.decode()
    assert "room-check" in table
    assert page(ana, "/performer/money/year/1999", 404)


def test_an_account_is_checked_and_shown_by_its_end(db: None) -> None:
    ana = of("ana")
    form = {"kind": "iban", "name": "Ana", "number": "DE89 3704 0044 0532 0130 00", "bank": "", "place": "DE"}
    bad = ana.post("/performer/money/account", {**form, "number": "DE89 3704 0044 0532 0130 01"})
    assert bad.status_code == 400
    assert "check digits do not fit" in bad.content.decode()
    for kind, bank, said in (("aba", "12", "BSB: it has six digits"), ("us", "091000018", "check digit does not fit")):
        bad = ana.post("/performer/money/account", {**form, "kind": kind, "bank": bank, "number": "123456"})
        assert said in bad.content.decode()
    assert ana.post("/performer/money/account", form).status_code == 302
    text = page(ana, "/performer/money")
    assert "ending in 3000" in text
    assert "3704" not in text


def test_two_people_pay_and_the_file_is_the_one_on_the_record(session: Booked) -> None:
    approved(session)
    ola = of("ola")
    assert "You are the only one who runs this studio" in page(ola, "/operator/pay")
    second = of("oz")
    assert "You are the only one who runs this studio" not in page(ola, "/operator/pay")
    assert "EUR 24.66" in page(ola, "/operator/pay")
    payer = {"kind": "iban", "name": "Studio North", "number": with_check("DE", f"{9:018d}"), "bank": ""}
    assert ola.post("/operator/pay/account", payer).status_code == 302
    terms = {"currency": "EUR", "file_format": "pain001", "day": (now() + timedelta(days=5)).date().isoformat()}
    assert ola.post("/operator/pay", {**terms, "file_format": "aba"}).status_code == 400
    made = ola.post("/operator/pay", terms)
    assert made.status_code == 302
    address = made["location"]
    page(ola, address)
    assert ola.post(address, {"do": "approve"}).status_code == 302
    assert ola.post(address, {"do": "approve"}).status_code == 409
    assert second.post(address, {"do": "approve"}).status_code == 302
    run = PayRun.objects.get()
    line = Line.objects.get(kind="payout")
    assert line.body is not None
    assert (line.body["file"], line.body["total_minor"]) == (run.sha256, 2466)
    content = ola.get(f"{address}/file").content
    assert content == bytes(run.file or b"")
    assert "On its way" in page(of("ana"), "/performer/money")
    reference = run.items.get().reference
    assert ola.post("/operator/pay/returned", {"file": f"{reference};account closed"}).status_code == 302
    assert ola.post("/operator/pay/returned", {"file": f"{reference};account closed"}).status_code == 400
    assert "Came back" in page(of("ana"), "/performer/money")
    page(ola, "/operator/pay")


def test_a_royalty_opens_to_licence_run_clips_formula_and_share(session: Booked) -> None:
    at = now()
    pay_royalties.receive(
        licence="lic_1", kind="licence-fee", paid=Money(100_000, "EUR"), since=at, until=at + timedelta(days=1),
        now=at, key="pay-1",
    )  # fmt: skip
    clips = [
        Leased("prf_1", session.ana, 60_000, "recording", "run_1", 3),
        Leased("prf_2", session.bo, 20_000, "recording", "run_1", 3),
    ]
    pay_royalties.share(key="pay-1", now=at + timedelta(days=1), leases=lambda *_: clips)
    text = page(of("ana"), "/performer/money/line/pay-1")
    for said in (
        "lic_1",
        "EUR 1000.00",
        "EUR 650.00",
        "60000000",
        "80000000",
        "EUR 487.50",
        "prf_1",
        "run_1",
        "1 min 0 s",
    ):
        assert said in text.replace(",", ""), said
    assert "prf_2" not in text
    assert session.bo not in text
    line = Line.objects.get(kind="royalty")
    assert line.rows.count() == 2
    assert of("cy").get("/performer/money/line/pay-1").status_code == 404


def test_work_that_no_page_saw_is_looked_at_by_its_performer_before_it_is_a_fee(session: Booked) -> None:
    address = f"/producer/money/projects/{session.project}/work"
    form = {
        "booking": session.bookings[0], "kind": "labelling", "day": now().date().isoformat(), "minutes": "30",
        "said": "Labelled twelve takes at home.", "key": "first",
    }  # fmt: skip
    pia, ana = of("pia"), of("ana")
    page(pia, address)
    for wrong in ({"minutes": "0"}, {"kind": "scenes"}, {"said": ""}, {"day": "2099-01-01"}, {"booking": "bkg_x"}):
        assert pia.post(address, {**form, **wrong}).status_code == 400, wrong
    for minutes in ("30", "45", "20"):
        for _ in range(2):  # pressed twice is once
            assert pia.post(address, {**form, "minutes": minutes, "key": minutes}).status_code == 302
    assert pia.post(address, {**form, "minutes": "31", "key": "30"}).status_code == 400  # another piece of work
    assert not Fee.objects.filter(kind="labelling").exists()
    text = page(ana, "/performer/money")
    assert "Labelled twelve takes at home." in text
    third, second, first = re.findall(r"/performer/money/entered/(\d+)", text)
    assert of("bo").post(f"/performer/money/entered/{first}").status_code == 404
    for _ in range(2):  # pressed twice is one fee
        assert ana.post(f"/performer/money/entered/{first}", {"answer": "right"}).status_code == 302
    more = ana.post(f"/performer/money/entered/{second}", {"answer": "more"})
    assert "Dispute this line" in page(ana, more["location"])
    assert pay_work.settle_overdue(now=now() + timedelta(hours=71)) == 0
    assert pay_work.settle_overdue(now=now() + timedelta(hours=73)) == 1
    paid = Fee.objects.filter(kind="labelling")
    assert sorted(one.ms // 60_000 for one in paid) == [20, 30, 45]
    assert {one.rate_minor for one in paid} == {7400}
    line = Line.objects.filter(kind="fee").latest("seq")
    assert line.body is not None
    assert line.body["entered_by"] == person("pia").id
    before = Fee.objects.count()
    presence.settle(booking_id=session.bookings[0], now=now())  # what was entered is not taken off what is counted
    assert Fee.objects.count() == before
    assert third in {one.key.split("entered-")[1].split(":")[0] for one in paid}
    page(pia, address)


def test_what_nobody_counted_a_performer_writes_down_and_silence_pays(session: Booked) -> None:
    ana, pia = of("ana"), of("pia")
    form = {
        "booking": session.bookings[0], "kind": "training", "day": now().date().isoformat(), "minutes": "40",
        "said": "The call about the feeling sliders.", "key": "first",
    }  # fmt: skip
    page(ana, "/performer/money/missed")
    for wrong in ({"minutes": "0"}, {"kind": "review"}, {"said": ""}, {"booking": session.bookings[1]}):
        assert ana.post("/performer/money/missed", {**form, **wrong}).status_code == 400, wrong
    for _ in range(2):  # pressed twice is once
        assert ana.post("/performer/money/missed", form).status_code == 302
    form["key"] = "second"
    assert ana.post("/performer/money/missed", form).status_code == 400  # one at a time
    assert "Written down for you" not in page(ana, "/performer/money")  # it waits for the producer, not for her
    listed = page(pia, f"/producer/money/projects/{session.project}/work")
    address = re.findall(rf"/producer/money/projects/{session.project}/worked/\d+", listed)[0]
    page(pia, address)
    assert of("ana").post(f"/performer/money/entered/{address.rsplit('/', 1)[1]}").status_code == 404
    assert pia.post(address, {"minutes": "41", "said": "x"}).status_code == 400
    assert pia.post(address, {"minutes": "30", "said": "Half an hour by the calendar."}).status_code == 302
    assert pia.post(address, {"minutes": "30", "said": "Again."}).status_code == 400
    assert Fee.objects.get(kind="training").ms == 30 * 60_000
    assert "Half an hour by the calendar." in page(ana, "/performer/money/missed")
    assert ana.post("/performer/money/missed", {**form, "kind": "claim", "minutes": "450"}).status_code == 302
    assert pay_work.settle_overdue(now=now() + timedelta(hours=73)) == 1
    assert Fee.objects.get(kind="claim").ms == 450 * 60_000
    full = ana.post("/performer/money/missed", {**form, "minutes": "1", "key": "third"})
    assert full.status_code == 400
    assert "480" in full.content.decode()
    page(pia, f"/producer/money/projects/{session.project}/work")
    page(ana, "/performer/money/missed")


def test_whoever_wrote_work_down_takes_it_back_until_it_is_settled(session: Booked) -> None:
    pia, ana = of("pia"), of("ana")
    form = {"booking": session.bookings[0], "kind": "labelling", "day": now().date().isoformat(), "minutes": "30"}
    address = f"/producer/money/projects/{session.project}/work"
    for said in ("Typed for the wrong person.", "Labelled at home."):
        assert pia.post(address, {**form, "said": said, "key": said}).status_code == 302
    backs = re.findall(rf"/producer/money/projects/{session.project}/worked/\d+/back", page(pia, address))
    last, wrong = backs
    assert "Typed for the wrong person." in page(ana, "/performer/money")
    number = wrong.split("/")[-2]
    assert ana.post(f"/performer/money/missed/{number}/back").status_code == 404  # she did not write it
    assert of("cy").post(wrong).status_code in (403, 404)
    assert pia.post(wrong).status_code == 302
    assert pia.post(wrong).status_code == 404
    assert "Typed for the wrong person." not in page(ana, "/performer/money")
    ana.post(f"/performer/money/entered/{last.split('/')[-2]}", {"answer": "right"})
    assert "cannot be taken back" in pia.post(last, follow=True).content.decode()
    assert Fee.objects.filter(kind="labelling").count() == 1
    assert "Take it back" not in page(pia, address)
    assert ana.post("/performer/money/missed", {**form, "said": "More at home.", "key": "m"}).status_code == 302
    back = re.findall(r"/performer/money/missed/\d+/back", page(ana, "/performer/money/missed"))[0]
    assert pia.post(f"{address}ed/{back.split('/')[-2]}/back").status_code == 404  # nor did Pia write hers
    assert ana.post(back).status_code == 302
    assert "More at home." not in page(ana, "/performer/money/missed")
    assert Entered.objects.count() == 1


def test_work_at_a_rate_of_nothing_has_no_line_to_open(session: Booked) -> None:
    Booking.objects.filter(pk=session.bookings[0]).update(fee_minor=0)
    RateLock.objects.filter(booking=session.bookings[0]).update(minor=0)
    ana = of("ana")
    form = {
        "booking": session.bookings[0], "kind": "labelling", "day": now().date().isoformat(), "minutes": "30",
        "said": "At home.",
    }  # fmt: skip
    for key, answer in (("1", "right"), ("2", "more")):
        of("pia").post(f"/producer/money/projects/{session.project}/work", {**form, "key": key})
        number = re.findall(r"/performer/money/entered/(\d+)", page(ana, "/performer/money"))[0]
        assert ana.post(f"/performer/money/entered/{number}", {"answer": answer})["location"] == "/performer/money"
    assert {one.fee for one in entered.of_project(session.project)} == {""}


def test_terms_and_floors_are_public(client: Client, db: None) -> None:
    text = page(client, "/shares")
    assert "65 %" in text
    assert "MiLoV4" in text


def test_a_producer_sees_escrow_due_late_in_red_and_only_their_own(session: Booked) -> None:
    text = page(of("pia"), "/producer/money")
    assert "Small talk" in text
    fees.approve_due(now=now() + timedelta(hours=73))
    Fee.objects.update(approved_at=now() - timedelta(days=20))
    assert "Late: EUR 24.66" in page(of("pia"), "/producer/money")
    page(of("pia"), f"/producer/money/projects/{session.project}")
    page(of("pia"), "/producer/money/received")
    other = person("cy")
    Role.objects.create(person=other, role="producer")
    assert of("cy").get(f"/producer/money/projects/{session.project}").status_code == 404
    for form in ("beancount", "hledger"):
        assert b"Escrow" in of("pia").get(f"/producer/money/projects/{session.project}/books.{form}").content
        assert of("cy").get(f"/producer/money/projects/{session.project}/books.{form}").status_code == 404
    assert of("pia").get(f"/producer/money/projects/{session.project}/books.xls").status_code == 404


def test_the_whole_studios_money_is_an_operators_and_no_producers(session: Booked) -> None:
    approved(session)
    for address in ("/operator/pay", "/operator/money", "/operator/papers", f"/operator/money/tax/{now().year}"):
        page(of("ola"), address)
        assert of("pia").get(address).status_code == 404, address
    for form in ("beancount", "hledger"):
        assert b"Escrow" in of("ola").get(f"/operator/money/books.{form}").content
        assert of("pia").get(f"/operator/money/books.{form}").status_code == 404
    assert of("ola").get("/operator/money/books.xls").status_code == 404
    assert of("ola").get(f"/operator/money/tax/{now().year}/US.csv").status_code == 200
    assert of("ola").get(f"/operator/money/tax/{now().year}/XX.csv").status_code == 404
    assert "By nobody yet" in page(of("ola"), "/operator/money")


def test_a_project_s_books_hold_nothing_of_another_project(session: Booked) -> None:
    from tests.apps.room_cast import project

    other = project()
    text = of("pia").get(f"/producer/money/projects/{session.project}/books.hledger").content.decode()
    assert other.removeprefix("prj_") not in text
    assert session.project.removeprefix("prj_") in text


def test_a_tax_paper_is_sealed_and_keeps_back_what_an_operator_says_with_a_reason(session: Booked) -> None:
    ana, ola = of("ana"), of("ola")
    form = {"kind": "ABN", "place": "AU", "number": "51 824 753 556", "treaty": "", "treaty_percent": "", "expires": ""}
    bad = ana.post("/performer/money/tax", {**form, "number": "51 824 753 557"})
    assert bad.status_code == 400
    assert "check digits fit" in bad.content.decode()
    assert ana.post("/performer/money/tax", {**form, "treaty_percent": "5"}).status_code == 400
    assert ana.post("/performer/money/tax", form).status_code == 302
    text = page(ana, "/performer/money/tax")
    assert "…556" in text
    assert "51824753556" not in text
    assert "Nobody has looked at it yet" in text
    address = re.findall(r"/operator/papers/\d+", page(ola, "/operator/papers"))[0]
    assert of("pia").get(address).status_code == 404
    page(ola, address)
    assert ola.post(address, {"percent": "60", "why": "x"}).status_code == 400
    assert ola.post(address, {"percent": "10", "why": "Withholding as the tax office says."}).status_code == 302
    assert ola.post(address, {"percent": "0", "why": "Again."}).status_code == 400
    text = page(ana, "/performer/money/tax")
    assert "10 % of what is sent to you is kept back" in text
    assert "Withholding as the tax office says." in text
    approved(session)
    assert "EUR 22.20" in page(ola, "/operator/pay")  # 24.66 less 2.46
    coming = page(ana, "/performer/money")
    assert "Next: EUR 22.20" in coming
    assert "of what is approved is kept back for tax" in coming


def test_a_deposit_pressed_twice_is_one(session: Booked) -> None:
    pia = of("pia")
    for _ in range(2):
        assert (
            pia.post(f"/producer/money/projects/{session.project}", {"amount": "10.00", "key": "k1"}).status_code == 302
        )
    assert Line.objects.filter(kind="escrow").count() == 1
    assert pia.post(f"/producer/money/projects/{session.project}", {"amount": "-1", "key": "k2"}).status_code == 400


def test_a_producer_approves_fees_before_their_72_hours_and_only_those_of_their_own_project(session: Booked) -> None:
    address = f"/producer/money/projects/{session.project}"
    text = page(of("pia"), address)
    assert "Approve all of these now" in text
    keys = [one.key for one in Fee.objects.filter(approved_at=None)]
    assert keys
    shown = {"shown_until": re.findall(r'name="shown_until" value="([^"]+)"', text)[0]}
    assert of("ola").post(f"{address}/approve", shown).status_code in (403, 404)
    for wrong in ("", "yesterday", "0001-01-01T00:00+14:00"):
        assert of("pia").post(f"{address}/approve", {"shown_until": wrong}).status_code == 400
    assert not Fee.objects.exclude(approved_at=None).exists()
    for _ in range(2):  # pressed twice is once
        assert of("pia").post(f"{address}/approve", shown).status_code == 302
    assert not Fee.objects.filter(approved_at=None).exists()
    assert EntryRow.objects.filter(key__startswith="approve:").count() == len(keys)
    assert "Approve all of these now" not in page(of("pia"), address)


def test_a_thousand_fees_are_approved_500_at_a_press_and_none_that_was_not_shown(session: Booked) -> None:
    address = f"/producer/money/projects/{session.project}"
    first, at = Fee.objects.get(), now()
    Fee.objects.bulk_create(Fee(**{**_columns(first), "key": f"fee:{n}", "earned_at": at}) for n in range(1000))
    shown = {"shown_until": re.findall(r'name="shown_until" value="([^"]+)"', page(of("pia"), address))[0]}
    later = Fee.objects.create(**{**_columns(first), "key": "fee:later", "earned_at": at + timedelta(seconds=1)})
    for left, said in ((501, "501 more wait: press again."), (1, "1 more waits: press again."), (0, "1 fee is")):
        told = of("pia").post(f"{address}/approve", shown, follow=True).content.decode()
        assert said in told
        assert Fee.objects.filter(approved_at=None).exclude(pk=later.pk).count() == left
    later.refresh_from_db()
    assert later.approved_at is None


def test_what_quality_says_reaches_no_fee(session: Booked) -> None:
    """The whole fee is there before anyone has looked at a take; no finding is an argument, no import leads to one."""
    before = [(one.key, one.micro) for one in Fee.objects.all()]
    pay_fees.settle_idle(now=now() + timedelta(days=400))
    assert [(one.key, one.micro) for one in Fee.objects.all()] == before


def test_an_open_review_page_is_paid_and_only_ones_own(db: None) -> None:
    made = played()
    for name in ("ana", "bo"):
        mine = made.ana if name == "ana" else made.bo
        assert of(name).post(f"/performer/takes/{mine}/at-work").status_code == 204
    assert of("bo").post(f"/performer/takes/{made.ana}/at-work").status_code == 404
    assert Presence.objects.filter(kind="review").count() == 2
