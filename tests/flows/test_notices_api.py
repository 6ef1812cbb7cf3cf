"""A licensee's programs read notices, sign them and set a hook; a stranger's token learns nothing."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from tests.flows import licensed
from tests.people import person
from yesif.apps.consent.actions import notices
from yesif.apps.consent.actions.notices import Delivered
from yesif.apps.market.queries.organisations import organisation_of_token
from yesif.apps.record.models import Line
from yesif.base.canonical import digest
from yesif.core.policy.grants import OnRevoke
from yesif.core.tlog import signed

pytestmark = pytest.mark.django_db


def test_notices_are_a_feed_that_is_signed_and_a_hook_is_set() -> None:
    cache.clear()
    lab, now = licensed.program(), datetime.now(UTC)
    org = organisation_of_token(lab.token, now=now)
    gone = [Delivered("lic_1", org, person("lab").id, "prf_1", person("ana").id)]
    (made,) = notices.tell(
        performer_id=person("ana").id, cause="revoked", on_revoke=OnRevoke.RETIRE, delivered=gone, now=now
    )
    (told,) = lab.ask("notices")["notices"]
    assert (told["notice"], told["performances"], told["state"]) == (made, ["prf_1"], "open")
    assert "ana" not in str(told).lower()
    assert lab.ask(f"notices?after={made}") == {"notices": []}
    lab.ask(f"notices/{made}/sign", {"by": "Head of data"})
    lab.ask(f"notices/{made}/sign", {"by": "Someone else"})
    assert lab.ask("notices")["notices"][0]["state"] == "signed"
    assert lab.raw("notices/ntc_none/sign", {"by": "x"}).status_code == 404
    assert lab.raw(f"notices/{made}/sign", {}).status_code == 400
    assert len(lab.ask("hook", {"address": "https://lab.test/notices"})["secret"]) == 64
    assert lab.raw("hook", {"address": "http://lab.test"}).status_code == 400
    assert lab.raw("notices", authorization="Bearer yif_none").status_code == 401


def test_a_notice_is_attested_with_a_signature_where_there_is_no_copy_to_prune() -> None:
    cache.clear()
    lab, now = licensed.program(), datetime.now(UTC)
    org = organisation_of_token(lab.token, now=now)
    gone = [Delivered("lic_1", org, person("lab").id, "prf_1", person("ana").id)]
    (made,) = notices.tell(
        performer_id=person("ana").id, cause="revoked", on_revoke=OnRevoke.RETIRE, delivered=gone, now=now
    )
    words = "Never fetched; the cache of the one machine was wiped."
    body: dict[str, object] = {"notice": made, "licence": "lic_1", "removed": 0, "words": digest(words)}
    said = lab.sign("purge", body)
    address = f"notices/{made}/attest"
    for wrong in (
        {**said, "did": words, "removed": 7},  # not what was signed
        {**said, "did": "Other words."},
        {**lab.sign("purge", {**body, "removed": True}), "did": words},
        {**lab.sign("purge", {**body, "removed": -1}), "did": words},
        {**lab.sign("purge", {**body, "more": 1}), "did": words},
        {**body, "did": words},
        said,
    ):
        assert lab.raw(address, wrong).status_code in (400, 422), wrong
    assert lab.raw(address, {**lab.sign("purge", {**body, "licence": "lic_2"}), "did": words}).status_code == 404
    assert lab.raw("notices/ntc_none/attest", {**said, "did": words}).status_code == 404
    assert lab.ask("notices")["notices"][0]["state"] == "open", "nothing was changed"
    lab.ask(address, {**said, "did": words})
    lab.ask(address, {**said, "did": words})
    assert lab.ask("notices")["notices"][0]["state"] == "purged"
    (line,) = Line.objects.filter(kind="purge")
    assert line.body is not None
    assert signed.verify("purge", line.body) == lab.public, "the line is what the program signed, word for word"
