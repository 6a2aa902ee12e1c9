"""Django's settings under test: a data folder of this process's own, which goes when the process ends."""

import atexit
import os
import shutil
import tempfile

HOME = tempfile.mkdtemp(prefix="heed-test-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["HEED_HOME"] = HOME
os.environ.setdefault("HEED_SECRET_KEY", "only-for-tests-0123456789abcdefghijklmnopqrstuvwxyz")
os.environ["HEED_MAIL_URL"] = ""

from heed.site.settings import *  # noqa: E402, F403

# The tests bring a provider of their own.
INSTALLED_APPS = list(dict.fromkeys([*INSTALLED_APPS, "allauth.socialaccount.providers.openid_connect"]))  # noqa: F405

# Slow on purpose in production; here it would only slow the tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# In memory, also for each worker of pytest-xdist: it appends its name, which the last parameter takes up.
if DATABASES["default"]["ENGINE"] == "heed.site.sqlite":  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": "file:heed?mode=memory&cache=shared&worker=main"}  # noqa: F405
