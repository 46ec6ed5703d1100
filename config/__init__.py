"""Settings, URLs and servers. Loads the Celery app, so that `shared_task` finds it in every process."""

from workers.celery import app as celery_app

__all__ = ["celery_app"]
