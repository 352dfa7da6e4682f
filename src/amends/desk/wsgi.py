"""The desk for WSGI servers: `granian --interface wsgi amends.desk.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.desk.settings")

application = get_wsgi_application()
