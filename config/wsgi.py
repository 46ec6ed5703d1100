"""For servers that speak WSGI only. Live events want ASGI: pages served this way refresh on reload."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
