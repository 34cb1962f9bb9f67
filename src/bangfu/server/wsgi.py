"""The WSGI entry that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from bangfu.foundation.logs import guard_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.server.settings")

application = get_wsgi_application()
guard_process()
