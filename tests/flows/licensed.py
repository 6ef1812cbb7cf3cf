"""Lab buys a licence, gets a sealed release, and reads it: its program talks to the real addresses, in this process."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from tests.apps import market_cast
from tests.apps.market_cast import lab, priced, sign
from tests.flows import released
from tests.people import person
from yesif.apps.market import queries
from yesif.apps.market.actions import licences, organisations
from yesif.apps.market.queries import ReleaseSeen
from yesif.base.clock import FixedClock
from yesif.cli.licensee.account import Account, _refusal
from yesif.cli.licensee.run import OpenRun
from yesif.core.tlog import signed
from yesif.flows import engine
from yesif.flows.build_release import start_licensed
from yesif.flows.runner import InlineRunner


@dataclass
class Program:
    """Lab's program: an account without a network."""

    token: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    sent: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def public(self) -> str:
        return base64.b64encode(self.key.public_key().public_bytes_raw()).decode()

    def sign(self, kind: str, body: dict[str, object]) -> dict[str, object]:
        whole = {**body, "at_ms": int(datetime.now(UTC).timestamp() * 1000)}
        return {**whole, "signed": signed.sign(kind, whole, self.key)}

    def ask(self, path: str, said: dict[str, object] | None = None) -> dict[str, Any]:
        self.sent.append((path, said))
        answer = self.raw(path, said)
        if answer.status_code != 200:
            raise _refusal(answer.content)
        told: dict[str, Any] = answer.json()
        return told

    def run(self, **named: Any) -> OpenRun:
        return Account.run(self, **named)  # type: ignore[arg-type]  # it has all that a run needs

    def raw(self, path: str, said: Any = None, **headers: str) -> Any:
        shown = {"authorization": f"Bearer {self.token}", **headers}
        if said is None:
            return Client().get(f"/api/v1/{path}", headers=shown)
        content = said if isinstance(said, str | bytes) else json.dumps(said)
        return Client().post(f"/api/v1/{path}", content, content_type="application/json", headers=shown)


def program() -> Program:
    """Lab with two people, a token and a key."""
    lab()
    made = Program(organisations.make_token(person_id=person("lab").id, name="cluster", now=datetime.now(UTC)))
    organisations.add_key(person_id=person("lab").id, public=made.public, name="cluster", now=datetime.now(UTC))
    return made


def licence(**said: Any) -> str:
    """A licence that both signed, for the use of these tests; it runs from yesterday."""
    now = datetime.now(UTC)
    priced(released.project().id)
    terms = {"what": released.WHAT, "where": released.WHERE, "starts_at": now - timedelta(days=1)}
    told = market_cast.told(**{**terms, "ends_at": now + timedelta(days=100), **said})
    made = licences.declare(project_id=released.project().id, person_id=person("lab").id, told=told, now=now)
    for who in ("lab", "lin"):
        sign(made, who, now=now)
    return made


def build(licence_id: str) -> ReleaseSeen:
    """Build the licence's next release to its end."""
    now = datetime.now(UTC)
    release_id = start_licensed(licence_id=licence_id, now=now)
    engine.run_until_idle(runner=InlineRunner(), clock=FixedClock(now))
    return queries.building(release_id)


def run(account: Program, licence_id: str, release_id: str, **said: Any) -> OpenRun:
    """A run of the licence's own use."""
    declared = {"licence": licence_id, "what": released.WHAT, "where": released.WHERE, "model": "m1",
                "environment": "cluster A", **said}  # fmt: skip
    return OpenRun.open(account, declared, release=release_id, hours=None)
