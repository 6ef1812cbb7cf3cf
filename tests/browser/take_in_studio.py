"""Run inside a studio's environment: make a take of Ana and Bo, print it and Ana's session cookie as JSON."""

import json

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from tests.apps.takes_cast import take_of  # noqa: E402
from tests.people import person  # noqa: E402

take = take_of("ana", "bo")
ana = person("ana")
session = SessionStore()
session[SESSION_KEY] = ana.pk
session[BACKEND_SESSION_KEY] = "sesame.backends.ModelBackend"
session[HASH_SESSION_KEY] = ana.get_session_auth_hash()
session.create()
performance = take.performances.get(performer=ana).pk
print(json.dumps({"take": take.pk, "performance": performance, "cookie": session.session_key}))
