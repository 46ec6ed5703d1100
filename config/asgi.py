"""The web server's entry: `uvicorn config.asgi:application`."""

import gc
import os
import warnings

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# WhiteNoise hands its files over synchronously; ours are small, so that reading them whole is no harm.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
application = get_asgi_application()
get_resolver().url_patterns  # noqa: B018 - imports every view now, and not during the first request
# What start-up made stays for good. Counted out, it is not gone through again by each full collection, which held a
# request up for 100 to 200 ms.
gc.collect()
gc.freeze()
