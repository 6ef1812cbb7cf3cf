"""The performer's record: every use with its proof, a receipt to check without us, and everything that is logged."""

import json
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client
from django.utils.timezone import now

from tests.core.test_tlog_receipt import CONTENT
from tests.people import person
from tests.web.reading import faults
from tests.web.scene import played
from yesif.apps.consent import actions as consent
from yesif.apps.people.everything import everything
from yesif.apps.record import actions as record
from yesif.apps.record import queries
from yesif.core.policy.grants import Conditions, years_after
from yesif.core.tlog import receipt
from yesif.flows import sequence_record

pytestmark = pytest.mark.django_db(transaction=True)


def page(client: Client, address: str) -> str:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert faults(text) == []
    return text


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(person("ana"))
    return client


def answered(name: str) -> None:
    conditions = Conditions(until=years_after(now(), 1))
    consent.give(performer_id=person(name).id, answers={"research": "yes"}, conditions=conditions, now=now())


def leased() -> int:
    use = {"what": "understand-speech", "where": "research"}
    term = {"starts_ms": 1_795_608_000_000, "expires_ms": 1_795_694_400_000}
    rows = [
        record.Row(person(name).id, {"performance": f"prf_{name}", "performer": person(name).id, "grants": []})
        for name in ("ana", "bo")
    ]
    with transaction.atomic():
        body = {"lease": "lea_1", "run": "run_1", "licence": "lic_1", **use, **term}
        return record.append(kind="lease", body=body, about=["lic_1"], rows=rows, now=now())


def test_an_empty_record_says_what_will_stand_there(ana: Client) -> None:
    assert "Nobody has used your work yet." in page(ana, "/performer/record")


def test_each_use_stands_there_with_its_proof(ana: Client) -> None:
    seq = leased()
    before = page(ana, f"/performer/record/{seq}")
    assert "It has none yet" in before
    assert ana.get(f"/performer/record/{seq}.zip").status_code == 409
    sequence_record.now()
    text = page(ana, "/performer/record")
    assert "Keys to your clips were leased" in text
    assert "Understand speech, for public research" in text
    detail = page(ana, f"/performer/record/{seq}")
    assert person("ana").id in detail
    assert person("bo").id not in detail
    found = receipt.read(ana.get(f"/performer/record/{seq}.zip").content)
    assert found.verify().size == 2
    assert str(queries.log_key()) in text


def test_the_receipt_of_an_answer_also_holds_it_for_other_systems(ana: Client) -> None:
    answered("ana")
    sequence_record.now()
    (line,) = queries.lines_about(person("ana").id)
    found = receipt.read(ana.get(f"/performer/record/{line.seq}.zip").content)
    assert found.verify().size == 2
    assert json.loads(found.document)["@context"]


def test_anothers_line_is_not_there(ana: Client) -> None:
    answered("bo")
    sequence_record.now()
    (line,) = queries.lines_about(person("bo").id)
    for rest in ("", ".zip"):
        assert ana.get(f"/performer/record/{line.seq}{rest}").status_code == 404
        assert ana.get(f"/performer/record/999999{rest}").status_code == 404


def test_everything_equals_the_database(ana: Client) -> None:
    """Every row anywhere whose text holds her id, or that points at her, is on the page or counted."""
    played()
    answered("ana")
    leased()
    sequence_record.now()
    who = person("ana").id
    shown = {f"{one.app}.{one.name}": len(one.rows) + one.in_confidence for one in everything(who)}
    for model in apps.get_models():
        names = [field.column for field in model._meta.concrete_fields if isinstance(field, models.CharField)]
        names += [
            f.column for f in model._meta.concrete_fields if f.is_relation and f.related_model is type(person("ana"))
        ]
        if not names or model._meta.label == "people.Person":
            continue
        where = " or ".join(f"cast({connection.ops.quote_name(name)} as text) like %s" for name in sorted(set(names)))
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"select count(*) from {table} where {where}", [f"%{who}%"] * len(set(names)))
            count = cursor.fetchone()[0]
        assert shown.get(f"{model._meta.app_label}.{model.__name__}", 0) >= count, model
    text = page(ana, "/performer/everything")
    content = json.loads(ana.get("/performer/everything?json").content)
    assert sum(map(len, content.values())) == sum(len(one.rows) for one in everything(who))
    assert f"{sum(map(len, content.values()))} rows." in text
    assert person("bo").id not in json.dumps(content.get("record.Concern"))
    assert "ana@example.test" in text


def test_the_checking_page_stands_alone(client: Client) -> None:
    answer = client.get("/check?save")
    text = answer.content.decode()
    assert answer["Content-Disposition"] == 'attachment; filename="check.html"'
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert "unsafe" not in policy
    assert not re.search(r"""(src|href)=["']""", text)
    assert "import " not in text.split("<script", 1)[1]
    script = text.split('<script type="module">', 1)[1].split("</script>", 1)[0]
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|sendBeacon", script)


def test_the_receipt_for_the_script_tests_is_the_one_python_makes() -> None:
    kept = Path(__file__).parent / "js" / "receipt.zip"
    assert kept.read_bytes() == CONTENT
