"""The Celery app. It names the Django settings in a string and imports nothing of ours."""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning

# Celery warns a root user because messages could carry code; ours are JSON, which cannot. In a container root is usual.
warnings.filterwarnings("ignore", category=SecurityWarning)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("distillery")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
