"""The studio's settings, in a folder of the tests' own: no test ever touches yours."""

import atexit
import os
import shutil
import tempfile

# Of several processes that share the tests each has its own folder; those that a test starts keep the folder it gives.
if os.environ.get("YESIF_TESTS") != os.environ.get("PYTEST_XDIST_WORKER", "alone"):
    os.environ["YESIF_TESTS"] = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    os.environ["YESIF_DATA"] = tempfile.mkdtemp(prefix="yesif-tests-")
    atexit.register(shutil.rmtree, os.environ["YESIF_DATA"], ignore_errors=True)
    os.environ.setdefault("YESIF_EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")

from yesif.site.settings import *  # noqa: F403
