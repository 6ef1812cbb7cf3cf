"""The auditor's seat: given by producer or performer, five checks, a bundle that replays, findings with answers."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils.timezone import now

from tests.people import person
from tests.web.reading import faults
from tests.web.scene import Played, played
from yesif.apps.casting import queries as casting
from yesif.apps.consent import actions as consent
from yesif.apps.people.queries import roles_of
from yesif.apps.record import actions as record
from yesif.apps.record import queries
from yesif.core.ledger.split import split
from yesif.core.policy.grants import Conditions, years_after
from yesif.core.policy.retold import Retold
from yesif.core.tlog.audit import Bundle, Outcome, Rules, replay
from yesif.flows import audit_bundle, sequence_record

pytestmark = pytest.mark.django_db(transaction=True)


def page(client: Client, address: str) -> str:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert faults(text) == []
    return text


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(person(name))
    return client


@pytest.fixture
def scene() -> Played:
    """Ana and Bo said yes to research; a release holds both."""
    found = played()
    conditions = Conditions(until=years_after(now(), 1))
    for name in ("ana", "bo"):
        answers = {"understand-speech": "yes", "research": "yes"}
        consent.give(performer_id=person(name).id, answers=answers, conditions=conditions, now=now())
    return found


def project() -> str:
    return casting.projects_of(person("pia").id)[0].id


def released(*names: str, what: str = "understand-speech", of: str = "") -> int:
    of = of or project()
    rows = [
        record.Row(person(one).id, {"performance": f"prf_{one}", "performer": person(one).id, "grants": []})
        for one in names
    ]
    body = {"release": f"rel_{what}", "project": of, "digest": "d" * 64, "what": what, "where": "research"}
    with transaction.atomic():
        return record.append(kind="release", body=body, about=[of], rows=rows, now=now())


def given(subject: str, by: str) -> int:
    until = now() + timedelta(days=30)
    return record.give_seat(auditor=person("una").id, subject=subject, given_by=person(by).id, until=until, now=now())


def replayed(content: bytes) -> Outcome:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return replay(Bundle.of(files), Rules(Retold(), split))


def test_a_project_seat_shows_green_and_its_bundle_replays_elsewhere(scene: Played) -> None:
    seat = given(project(), "pia")
    released("ana", "bo")
    sequence_record.now()
    una = signed_in("una")
    text = page(una, f"/auditor/seats/{seat}")
    assert text.count("Nothing found") == 6
    assert "prf_ana" in text
    assert "not for you to see" in text
    outcome = replayed(b"".join(una.get(f"/auditor/seats/{seat}/bundle.zip").streaming_content))  # type: ignore[attr-defined]
    assert [str(one) for one in outcome.findings] == []
    assert outcome.read["release"] == 1
    assert outcome.read["grant"] >= 2


def test_what_was_used_without_a_yes_stands_red(scene: Played) -> None:
    seat = given(project(), "pia")
    released("ana", "bo", what="speak-like-people")
    sequence_record.now()
    text = page(signed_in("una"), f"/auditor/seats/{seat}")
    assert "2 findings" in text
    assert "no-answer" in text


def test_a_performers_seat_holds_their_lines_and_shows_that_none_is_missing(scene: Played) -> None:
    seat = given(person("ana").id, "ana")
    released("ana", "bo")
    sequence_record.now()
    una = signed_in("una")
    page(una, f"/auditor/seats/{seat}")
    content = b"".join(una.get(f"/auditor/seats/{seat}/bundle.zip").streaming_content)  # type: ignore[attr-defined]
    assert replayed(content).green
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert person("bo").id not in archive.read("lines.jsonl").decode().replace(str(project()), "")
        assert archive.read("chains.jsonl")


def test_the_whole_studio_replays_green(scene: Played) -> None:
    released("ana", "bo")
    sequence_record.now()
    outcome = audit_bundle.replayed(audit_bundle.WHOLE, now=now())
    assert [str(one) for one in outcome.findings] == []
    assert not outcome.unread


def test_a_finding_goes_onto_the_record_and_is_answered_once(scene: Played) -> None:
    seat = given(project(), "pia")
    sequence_record.now()
    una, pia = signed_in("una"), signed_in("pia")
    form = {"check": "use", "line": "3", "sentence": "Bo said no."}
    assert una.post(f"/auditor/seats/{seat}/find", form).status_code == 302
    assert queries.count("finding") == 1
    address = f"/producer/projects/{project()}/auditors"
    text = page(pia, address)
    assert "Bo said no." in text
    number = queries.findings_of(seat)[0].id
    for status in (302, 409):
        answer = {"what": "answer", "number": str(number), "answer": "It was a test."}
        assert pia.post(f"{address}/change", answer).status_code == status
    assert "It was a test." in page(una, f"/auditor/seats/{seat}")
    assert una.post(f"/auditor/seats/{seat}/find", {"check": "x"}).status_code == 400


def test_a_seat_is_given_and_ended_on_its_page(scene: Played) -> None:
    pia, una = signed_in("pia"), signed_in("una")
    person("una")
    address = f"/producer/projects/{project()}/auditors"
    until = (now() + timedelta(days=9)).date().isoformat()
    assert pia.post(address, {"email": "una@example.test", "name": "Una", "until": until}).status_code == 302
    (seat,) = queries.seats_of(person("una").id)
    sequence_record.now()
    assert "Una" in page(pia, address)
    page(una, "/auditor/")
    page(una, f"/auditor/seats/{seat.id}")
    assert pia.post(f"{address}/change", {"what": "end", "number": str(seat.id)}).status_code == 302
    assert una.get(f"/auditor/seats/{seat.id}").status_code == 404
    assert una.get(f"/auditor/seats/{seat.id}/bundle.zip").status_code == 404
    wrong = {"email": "una@example.test", "name": "Una", "until": "2020-01-01"}
    assert pia.post(address, wrong).status_code == 400


def test_a_performer_gives_a_seat_and_shares_one_clip(scene: Played) -> None:
    ana = signed_in("ana")
    until = (now() + timedelta(days=9)).date().isoformat()
    assert (
        ana.post("/performer/auditors", {"email": "una@example.test", "name": "Una", "until": until}).status_code == 302
    )
    (seat,) = queries.seats_of(person("una").id)
    share = {"what": "share", "number": str(seat.id), "performance": scene.ana}
    text = page(ana, "/performer/auditors")
    assert f'<option value="{scene.ana}">Unit 114, take 1' in text, "takes are chosen from a list, by what they were"
    assert scene.bo not in text
    assert ana.post("/performer/auditors/change", share).status_code == 302
    assert queries.clips_shared(person("una").id, now=now()) == {(scene.ana, person("ana").id)}
    assert "· shared" in page(ana, "/performer/auditors")
    for strange in (scene.bo, "prf_none", ""):
        assert ana.post("/performer/auditors/change", {**share, "performance": strange}).status_code == 404
    for number in ("²", "٣", "1.0", "", "9" * 40):
        assert ana.post("/performer/auditors/change", {**share, "number": number}).status_code == 400
    assert ana.get("/performer/record?before=²").status_code == 200
    assert ana.post("/performer/auditors/change", {**share, "what": "unshare"}).status_code == 302
    assert queries.clips_shared(person("una").id, now=now()) == set()
    assert signed_in("bo").post("/performer/auditors/change", share).status_code == 404


def test_anothers_seat_is_not_there(scene: Played) -> None:
    seat = given(project(), "pia")
    for name in ("ana", "pia", "lab"):
        assert signed_in(name).get(f"/auditor/seats/{seat}").status_code == 404
    assert signed_in("una").get(f"/auditor/seats/{seat + 1}").status_code == 404
    assert signed_in("ana").get(f"/producer/projects/{project()}/auditors").status_code == 404


def test_a_shared_clip_is_seen_by_that_auditor_only_and_only_where_it_is_theirs_to_share(scene: Played) -> None:
    seat = given(person("ana").id, "ana")
    sequence_record.now()
    una = signed_in("una")
    for clip, seen in ((scene.bo, False), (scene.ana, True)):
        record.share_clip(seat_id=seat, given_by=person("ana").id, performance=clip, shared=True)
        assert ("<video" in page(una, f"/auditor/seats/{seat}")) == seen
    film = re.search(r'<video[^>]* src="([^"]+)"', page(una, f"/auditor/seats/{seat}"))
    assert film is not None
    assert una.get(film[1]).status_code == 200
    assert signed_in("pia").get(film[1]).status_code == 404
    record.end_seat(seat_id=seat, given_by=person("ana").id, now=now())
    assert una.get(film[1]).status_code == 404


def test_nobody_is_their_own_auditor(scene: Played) -> None:
    pia = signed_in("pia")
    form = {"email": person("pia").email, "name": "Pia", "until": (now() + timedelta(days=9)).date().isoformat()}
    answer = pia.post(f"/producer/projects/{project()}/auditors", form)
    assert answer.status_code == 400
    assert "somebody else" in answer.content.decode()
    assert queries.seats_of(person("pia").id) == []
    assert "auditor" not in roles_of(person("pia").id)


def test_a_projects_auditor_reads_no_answer_of_another_project(scene: Played) -> None:
    """Ana accepted an offer elsewhere, ended it, reviewed a take there: none of it is this auditor's to read."""
    ana, mine = person("ana").id, project()
    elsewhere = played(title="Elsewhere")
    seat = given(mine, "pia")
    body = {"grant": "grt_elsewhere", "performer": ana, "uses": "1", "answers": {"research": "yes"}, "reach": "core",
            "until": "2027-01-01T00:00:00+00:00", "form": "recording", "partner": "no", "names": {},
            "project": elsewhere.project}  # fmt: skip
    with transaction.atomic():
        record.append(kind="grant", body=body, about=[ana, elsewhere.project], now=now())
        ended = {"grant": "grt_elsewhere", "performer": ana, "on_revoke": "retire"}
        record.append(kind="revoke", body=ended, about=[ana, elsewhere.project], now=now())
        other = {**body, "grant": "grt_question", "project": "", "reach": "asked", "question": "que_elsewhere"}
        record.append(kind="grant", body=other, about=[ana], now=now())
        reviewed = {"performance": elsewhere.ana, "performer": ana, "what": "released"}
        record.append(kind="review", body=reviewed, about=[ana], now=now())
        rows = [record.Row(person(one).id, {"performer": person(one).id}) for one in ("ana", "cy")]
        record.append(kind="suspend", body={"seat": "ust_1"}, about=[], rows=rows, now=now())
    released("ana", "bo", of=mine)
    sequence_record.now()
    content = b"".join(signed_in("una").get(f"/auditor/seats/{seat}/bundle.zip").streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        lines = archive.read("lines.jsonl").decode()
    for hidden in ("grt_elsewhere", "grt_question", elsewhere.project, elsewhere.ana, person("cy").id):
        assert hidden not in lines
    assert lines.count('"reach": "standing"') == 2, "standing answers reach every project, and bodies are read whole"
    assert '"ust_1"' in lines
