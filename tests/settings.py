"""The studio's settings, in a folder of the tests' own: no test ever touches yours."""

import atexit
import os
import shutil
import tempfile

if "YESIF_TESTS" not in os.environ:  # processes that a test starts keep the folder it gives them
    os.environ["YESIF_TESTS"] = "1"
    os.environ["YESIF_DATA"] = tempfile.mkdtemp(prefix="yesif-tests-")
    atexit.register(shutil.rmtree, os.environ["YESIF_DATA"], ignore_errors=True)
    os.environ.setdefault("YESIF_EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")

from yesif.site.settings import *  # noqa: F403
