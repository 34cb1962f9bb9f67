"""The WSGI entry that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from bangfu.foundation.logs import guard_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.server.settings")

application = get_wsgi_application()

# Their modules need the apps, which exist from here on.
from bangfu.foundation.audit import sealer  # noqa: E402
from bangfu.foundation.files import scratch  # noqa: E402

sealer.start()
scratch.clear()
guard_process()
