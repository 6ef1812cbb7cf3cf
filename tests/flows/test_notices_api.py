"""A licensee's programs read notices, sign them and set a hook; a stranger's token learns nothing."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from tests.flows import licensed
from tests.people import person
from yesif.apps.consent.actions import notices
from yesif.apps.consent.actions.notices import Delivered
from yesif.apps.market.queries.organisations import organisation_of_token
from yesif.core.policy.grants import OnRevoke

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
