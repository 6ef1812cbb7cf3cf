"""The licensee's pages: from the catalogue to a licence two people signed, and what a stranger sees of it."""

import io
import zipfile

import pytest
from django.core import mail
from django.test import Client

from tests.flows import licensed, released
from tests.people import person
from tests.web.reading import faults
from yesif.apps.consent import queries as consent
from yesif.apps.consent.models import Question
from yesif.apps.market import queries
from yesif.apps.market.models import Licence, Release, SigningKey
from yesif.apps.record.models import Line
from yesif.base.clock import FixedClock
from yesif.flows import audit_bundle, engine, revoke, sequence_record
from yesif.flows.runner import InlineRunner

pytestmark = pytest.mark.django_db
USE = {"what": released.WHAT, "where": released.WHERE}
DECLARED = {
    **USE,
    "description": "A model that hears how a voice feels.",
    "model_family": "small audio transformers",
    "hands": "four people",
    "until": "2027-02-01",
    "retention_days": "30",
    "territories": "",
    "form": "recording",
}


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(person(name))
    return client


def ready() -> tuple[Client, Client]:
    """Lab's two people, and a priced project of two performances."""
    for name in ("ana", "bo"):
        released.answer(name, now=licensed.datetime.now(licensed.UTC))
    released.play("ana", "bo")
    licensed.program()
    licensed.priced(released.project().id)
    return signed_in("lab"), signed_in("lin")


def test_from_the_catalogue_to_two_signatures_and_a_release_on_its_way() -> None:
    lab, lin = ready()
    project = released.project().id
    assert b"choose a use" in lab.get("/licensee/").content
    listed = lab.get("/licensee/", USE).content.decode()
    assert "2 (1 min)" in listed
    assert f"/licensee/projects/{project}/declare?what={USE['what']}" in listed
    made = lab.post(f"/licensee/projects/{project}/declare", DECLARED)
    assert made.status_code == 302
    licence = Licence.objects.get()
    page = lab.get(made["location"]).content.decode()
    assert "a few" not in page
    words = page.split('name="words" value="')[1][:64]
    assert lab.post(f"{made['location']}/sign", {"words": words}).status_code == 302
    assert "another person" in lab.get(made["location"]).content.decode()
    assert lab.post(f"{made['location']}/sign", {"words": words}).status_code == 409
    assert lin.post(f"{made['location']}/sign", {"words": words}).status_code == 302
    licence.refresh_from_db()
    assert licence.state == "signed"
    assert Release.objects.get().licence_id == licence.id
    for client in (lab, lin):
        assert "Signed by two" in client.get(made["location"]).content.decode()
    assert "EUR 0.14" in lab.get("/licensee/licences").content.decode()


def test_never_is_explained_and_nothing_is_made() -> None:
    lab, _ = ready()
    answer = lab.post(f"/licensee/projects/{released.project().id}/declare", {**DECLARED, "touches": ["weapons"]})
    assert answer.status_code == 400
    assert "Nobody may license this" in answer.content.decode()
    assert not Licence.objects.exists()


def test_another_organisation_sees_nothing_and_a_person_without_one_is_told() -> None:
    _, _ = ready()
    licence = licensed.licence()
    una = person("una")
    una.roles.create(role="licensee")
    stranger = signed_in("una")
    assert "act for no organisation" in stranger.get("/licensee/").content.decode()
    for path in ("", "/clearance"):
        assert stranger.get(f"/licensee/licences/{licence}{path}").status_code == 404
    for path in ("sign", "drop", "build"):
        assert stranger.post(f"/licensee/licences/{licence}/{path}").status_code == 404
    assert "act for no organisation" in stranger.get("/licensee/organisation").content.decode()
    assert stranger.get(f"/licensee/projects/{released.project().id}/declare").status_code == 404


def test_the_pages_of_a_licence_that_was_read() -> None:
    lab, _ = ready()
    licence = licensed.licence()
    release = licensed.build(licence)
    page = lab.get(f"/licensee/licences/{licence}").content.decode()
    assert release.digest[:16] in page
    assert "encrypted" in page
    assert queries.licence_terms(licence).agreement["@type"] == "Agreement"
    assert "Everything you were given may be kept" in lab.get("/licensee/withdrawn").content.decode()
    sequence_record.now()
    pack = zipfile.ZipFile(io.BytesIO(lab.get(f"/licensee/licences/{licence}/clearance").content))
    names = pack.namelist()
    assert {"licence.txt", "agreement.json", "items.csv", "runs.csv"} <= set(names)
    assert sum(name.startswith("proofs/") for name in names) == 2
    whole = b"".join(pack.read(name) for name in names)
    assert person("ana").id.encode() not in pack.read("items.csv")
    assert pack.read("items.csv").count(b",yes,") == 2
    assert b"Ana" not in whole


def test_people_keys_and_tokens_are_managed_by_hand() -> None:
    lab, lin = ready()
    shown = lab.post("/licensee/organisation", {"form": "token", "name": "laptop"}).content.decode()
    secret = shown.split("<code>yif_")[1].split("</code>")[0]
    assert "yif_" + secret not in lin.get("/licensee/organisation").content.decode()
    assert lab.post("/licensee/organisation", {"form": "key", "name": "k", "public": "x"}).status_code == 400
    key = SigningKey.objects.get()
    assert lin.post(f"/licensee/organisation/keys/{key.pk}/end").status_code == 302
    token = queries.organisations.organisation_of(person("lab").id).tokens[0]
    assert lin.post(f"/licensee/organisation/tokens/{token.id}/end").status_code == 302
    let_in = {"form": "person", "email": "new@example.test", "stage_name": "New"}
    assert lab.post("/licensee/organisation", let_in).status_code == 302
    assert "New" in lab.get("/licensee/organisation").content.decode()


def test_a_producer_lets_two_in_and_sets_a_price() -> None:
    pia = signed_in("pia")
    project = released.project().id
    for email in ("a@example.test", "b@example.test"):
        form = {"name": "Open Lab", "email": email, "stage_name": "A"}
        assert pia.post("/producer/licensees", form).status_code == 302
    assert "Open Lab: 2 people" in pia.get("/producer/licensees").content.decode()
    price = {"minute": "1.50", "currency": "EUR", "licensee": ""}
    assert pia.post(f"/producer/projects/{project}/price", price).status_code == 302
    assert "EUR 1.50" in pia.get(f"/producer/projects/{project}/price").content.decode()
    unknown = pia.post(f"/producer/projects/{project}/price", {**price, "licensee": "Nobody"})
    assert unknown.status_code == 400
    assert signed_in("lab").get(f"/producer/projects/{project}/price").status_code == 404


def test_a_notice_without_a_copy_is_attested_on_its_page() -> None:
    lab, _ = ready()
    licence = licensed.licence()
    licensed.build(licence)
    ana = person("ana").id
    standing = consent.answers_of(ana)
    assert standing is not None
    (notice,) = revoke.end_yes(
        grant_id=standing.grant.id, performer_id=ana, now=licensed.datetime.now(licensed.UTC)
    ).notices
    address = f"/licensee/withdrawn/{notice}/attest"
    listed = lab.get("/licensee/withdrawn").content.decode()
    assert address in listed
    assert faults(lab.get(address).content.decode()) == []
    told = {"removed": "0", "words": "Never fetched.", "sure": "on"}
    for wrong in ({"removed": "-1"}, {"words": ""}, {"sure": ""}, {"removed": "²"}, {"words": "x" * 2001}):
        answer = lab.post(address, {**told, **wrong})
        assert answer.status_code == 400
        assert not Line.objects.filter(kind="purge").exists()
    assert lab.post(address, told).status_code == 302
    assert "Deleted and attested" in lab.get(address).content.decode()
    (line,) = Line.objects.filter(kind="purge")
    assert line.body is not None
    assert (line.body["notice"], line.body["person"]) == (notice, person("lab").id)
    assert signed_in("lab").get("/licensee/withdrawn/ntc_none/attest").status_code == 404
    una = person("una")
    una.roles.create(role="licensee")
    assert signed_in("una").post(address, told).status_code == 404
    sequence_record.now()
    outcome = audit_bundle.replayed(audit_bundle.WHOLE, now=licensed.datetime.now(licensed.UTC))
    assert [str(one) for one in outcome.findings if one.check in ("signed", "revoked")] == []


def test_a_declared_use_says_who_may_still_answer_and_too_many_are_told_so() -> None:
    lab, _ = ready()
    project = released.project().id
    made = lab.post(f"/licensee/projects/{project}/declare", DECLARED)
    assert "questions still open" not in lab.get(made["location"]).content.decode(), "nobody was asked"
    for _ in range(19):
        lab.post(f"/licensee/projects/{project}/declare", DECLARED)
    answer = lab.post(f"/licensee/projects/{project}/declare", DECLARED)
    assert answer.status_code == 400
    assert "try again tomorrow" in answer.content.decode()


def test_declaring_and_asking_are_one_and_a_worker_asks() -> None:
    lab, _ = ready()
    released.answer("bo", "ask", now=licensed.datetime.now(licensed.UTC))
    made = lab.post(f"/licensee/projects/{released.project().id}/declare", DECLARED)
    assert not Question.objects.exists()
    engine.run_until_idle(runner=InlineRunner(), clock=FixedClock(licensed.datetime.now(licensed.UTC)))
    assert Question.objects.get().performer_id == person("bo").id
    assert [one.to for one in mail.outbox] == [["bo@example.test"]]
    page = lab.get(made["location"]).content.decode()
    assert "questions still open: a few, of a few performers asked" in page
    assert faults(page) == []
