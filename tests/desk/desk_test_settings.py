"""The desk's settings for tests: a data folder of its own, quick passwords, mail kept in memory.

AMENDS_TEST_DATABASE_URL=postgresql://... runs the same tests on PostgreSQL; without it they run on an SQLite file.
"""

import os
import tempfile
from pathlib import Path

TEST_FOLDER = Path(tempfile.mkdtemp(prefix="amends-tests-"))
for _name in [name for name in os.environ if name.startswith("AMENDS_") and not name.startswith("AMENDS_TEST_")]:
    del os.environ[_name]
os.environ["AMENDS_DATA"] = str(TEST_FOLDER)
os.environ["DATABASE_URL"] = os.environ.get("AMENDS_TEST_DATABASE_URL", "")
os.environ["AMENDS_SECRET_KEY"] = "a secret of the tests, which guards nothing"

from amends.desk.settings import *  # noqa: E402, F403
from amends.desk.settings import DATABASES  # noqa: E402

if not os.environ["DATABASE_URL"]:
    # A file, as in life: threads share it, and a transaction locks it as it does there.
    DATABASES["default"]["TEST"] = {"NAME": str(TEST_FOLDER / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MAIL_CAN_LEAVE = True
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
