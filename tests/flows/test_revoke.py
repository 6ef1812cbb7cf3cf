"""A no, and in its transaction the notices: who is told, of what, by when; what they did; what is late."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request

import pytest

from tests.people import person
from tests.web.scene import Played, played
from yesif.apps.consent import actions as consent
from yesif.apps.consent.actions import notices
from yesif.apps.consent.queries import notices as told
from yesif.apps.market.queries import runs
from yesif.apps.market.queries.runs import Delivered
from yesif.apps.record import queries as record
from yesif.apps.record.models import Line
from yesif.base.errors import BadInput, Conflict, Damaged, NotFound
from yesif.core.policy import hook
from yesif.core.policy.grants import Conditions, OnRevoke, years_after
from yesif.core.policy.uses import Form, Use
from yesif.flows import revoke, tell_licensees

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
USE = Use("understand-speech", "research", "Lab", NOW, NOW + timedelta(days=90))
YES = {"understand-speech": "yes", "research": "yes"}
TERMS = Conditions(until=years_after(NOW, 1), form=Form.RECORDING, on_revoke=OnRevoke.RETIRE)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Played:
    """A take of Ana and Bo that Lab holds under a licence, by both their Yeses."""
    made = played(state="released")

    def delivered(performance_ids: Any) -> list[Delivered]:
        held = {made.ana, made.bo} & set(performance_ids)
        return [Delivered("lic_1", person("lab").id, "org_lab", "rel_1", one, USE) for one in sorted(held)]

    monkeypatch.setattr(runs, "delivered", delivered)
    return made


def give(name: str) -> str:
    return consent.give(performer_id=person(name).id, answers=YES, conditions=TERMS, now=NOW)


def test_ending_a_yes_tells_whoever_holds_the_shared_clip(scene: Played) -> None:
    grant = give("ana")
    give("bo")
    at = NOW + timedelta(hours=1)
    ended = revoke.end_yes(grant_id=grant, performer_id=person("ana").id, now=at)
    (notice,) = told.made(ended.notices)
    assert (notice.licence, notice.cause, notice.many) == ("lic_1", "revoked", 2)
    assert notice.sign_by == at + timedelta(hours=72)
    assert notice.purge_by == at + timedelta(days=14)
    assert notice.models_by == at + timedelta(days=365)
    assert told.of_licensee("org_lab")[0].performances == tuple(sorted([scene.ana, scene.bo]))
    assert told.about(person("ana").id)[0].performances == ()
    assert told.about(person("bo").id) == [], "whose no it was is not Bo's to know"
    (line,) = Line.objects.filter(kind="revocation-notice")
    assert line.body is not None
    assert line.body["notice"] == notice.id
    assert "ana" not in str(line.body).lower()
    assert [one.kind for one in record.lines_about(person("bo").id)][:1] == ["revocation-notice"]


def test_nobody_is_told_twice_of_the_same_performance(scene: Played) -> None:
    grant, _ = give("ana"), give("bo")
    assert revoke.end_yes(grant_id=grant, performer_id=person("ana").id, now=NOW).notices
    assert not revoke.end_yes(grant_id=grant, performer_id=person("ana").id, now=NOW).notices
    assert not revoke.withdraw(performance_id=scene.ana, performer_id=person("ana").id, now=NOW).notices


def test_narrower_answers_tell_and_wider_ones_do_not(scene: Played) -> None:
    give("ana"), give("bo")
    ana = person("ana").id
    later = NOW + timedelta(hours=1)
    wider = revoke.give(performer_id=ana, answers={**YES, "access": "yes"}, conditions=TERMS, now=later)
    assert not wider.notices
    narrower = revoke.give(performer_id=ana, answers={**YES, "research": "no"}, conditions=TERMS, now=later)
    assert told.made(narrower.notices)[0].cause == "changed"


def test_a_withdrawn_performance_is_told_with_its_shared_clip(scene: Played) -> None:
    give("ana"), give("bo")
    done = revoke.withdraw(performance_id=scene.ana, performer_id=person("ana").id, now=NOW)
    assert told.made(done.notices)[0].cause == "withdrawn"
    assert revoke.holders(person("ana").id) == 1


def test_a_licensee_signs_then_attests_and_late_is_seen(scene: Played) -> None:
    grant, _ = give("ana"), give("bo")
    (notice,) = revoke.end_yes(grant_id=grant, performer_id=person("ana").id, now=NOW).notices
    attest: dict[str, Any] = {
        "notice_id": notice,
        "licensee_id": "org_lab",
        "removed": 2,
        "words": "Removed.",
        "signed": {},
    }
    with pytest.raises(Conflict, match="Sign that you have read"):
        notices.attest(**attest, now=NOW)
    assert told.late(now=NOW + timedelta(hours=71)) == []
    late = NOW + timedelta(hours=73)
    assert [one.id for one in told.late(now=late)] == [notice]
    assert told.about(person("ana").id)[0].state(now=late) == "overdue"
    notices.sign(notice_id=notice, licensee_id="org_lab", signed={}, now=late)
    assert told.late(now=late) == []
    assert told.notice(notice, "org_lab").overdue(now=late) == ("sign",), "late stays seen as late"
    for wrong in ({"removed": -1}, {"words": " "}, {"words": "x" * 2001}):
        with pytest.raises(BadInput):
            notices.attest(**{**attest, **wrong}, now=late)
    notices.attest(**attest, now=late)
    notices.attest(**attest, now=late + timedelta(days=30))
    seen = told.notice(notice, "org_lab")
    assert (seen.state(now=late), seen.purged_at, seen.removed) == ("purged", late, 2)
    assert Line.objects.filter(kind="purge").count() == 1


def test_a_notice_is_its_licensees_own(scene: Played) -> None:
    grant, _ = give("ana"), give("bo")
    (notice,) = revoke.end_yes(grant_id=grant, performer_id=person("ana").id, now=NOW).notices
    with pytest.raises(NotFound):
        notices.sign(notice_id=notice, licensee_id="org_other", signed={}, now=NOW)
    with pytest.raises(NotFound):
        told.notice(notice, "org_other")
    assert told.of_licensee("org_other") == []
    with pytest.raises(NotFound):
        revoke.end_yes(grant_id=grant, performer_id=person("bo").id, now=NOW)


def test_a_hook_gets_the_notice_signed_and_is_tried_again_until_it_takes_it(
    scene: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = notices.set_hook(licensee_id="org_lab", address="https://lab.test/yesif", now=NOW)
    grant, _ = give("ana"), give("bo")
    (notice,) = revoke.end_yes(grant_id=grant, performer_id=person("ana").id, now=NOW).notices
    sent: list[Any] = []
    answers = iter([None, 500, 302, 204])
    monkeypatch.setattr(tell_licensees, "_post", lambda request: (sent.append(request), next(answers))[1])
    taken = [tell_licensees.look(NOW + timedelta(minutes=20 * number)) for number in range(6)]
    assert taken == [0, 0, 0, 1, 0, 0], "and not again once it was taken"
    body, header = sent[-1].data, sent[-1].get_header("Yesif-signature")
    at = int(header.split(",")[0][2:])
    hook.check(body, header, secret, at=at + 299)
    assert json.loads(body)["notice"] == notice
    for wrong in ((body + b" ", header, secret, at), (body, header, "other", at), (body, header, secret, at + 301),
                  (body, "t=x,v1=y", secret, at), (body, "", secret, at)):  # fmt: skip
        with pytest.raises(Damaged):
            hook.check(*wrong[:3], at=wrong[3])


@pytest.mark.parametrize(
    "address",
    [
        "http://lab.test",
        "ftp://x",
        "https://a b",
        "",
        "https://" + "x" * 600,
        "https://",
        "https://a:b@c",
        "https://[x",
    ],
)
def test_a_hook_is_an_https_address(address: str) -> None:
    with pytest.raises(BadInput):
        notices.set_hook(licensee_id="org_lab", address=address, now=NOW)


INSIDE = [
    "127.0.0.1", "10.0.0.7", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "240.0.0.1", "::", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_hook_never_makes_the_studio_knock_inside_a_network(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(host: str, *_: Any, **__: Any) -> Any:
        return [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", (address, 443))]

    def touched(*_: Any, **__: Any) -> Any:
        raise AssertionError("it must not be called")

    monkeypatch.setattr(tell_licensees.socket, "getaddrinfo", found)
    monkeypatch.setattr(tell_licensees.socket, "create_connection", touched)
    assert tell_licensees._post(Request("https://hook.test/x", data=b"{}", method="POST")) is None


def test_a_hook_on_the_public_internet_is_called_at_the_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    called: list[Any] = []

    def connect(where: Any, _wait: float) -> Any:
        called.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(tell_licensees.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("93.184.215.14", 443))])
    monkeypatch.setattr(tell_licensees.socket, "create_connection", connect)
    assert tell_licensees._post(Request("https://hook.test:8443/x", data=b"{}", method="POST")) is None
    assert called == [("93.184.215.14", 8443)]
    settings.HOOKS_INSIDE = True
    monkeypatch.setattr(tell_licensees.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("10.0.0.7", 443))])
    assert tell_licensees._post(Request("https://hook.test/x", data=b"{}", method="POST")) is None
    assert called[-1] == ("10.0.0.7", 443), "where the operator says so"
