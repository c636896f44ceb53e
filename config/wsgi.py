"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

# gunicorn takes this status for "cannot start" and stops; after any other it would start the worker again for ever.
CANNOT_START = 3

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    application = get_wsgi_application()
    from config.checks import announce

    announce()
except SystemExit as stop:
    raise SystemExit(CANNOT_START) from stop
