"""Addresses of the laboratory: methods, runs, what runs left."""

from django.urls import path

from demos import queue_views, repeat_views, streams, try_views, views
from demos.comparing.urls import urlpatterns as comparing_urls
from demos.families.urls import urlpatterns as family_urls
from demos.groups.urls import urlpatterns as group_urls
from demos.leaderboard.urls import urlpatterns as leaderboard_urls

app_name = "demos"
urlpatterns = [
    path("methods/", views.methods, name="methods"),
    path("methods/<slug:slug>/", views.method, name="method"),
    path("methods/<slug:slug>/run/", views.run_start, name="run_start"),
    path("runs/", views.runs, name="runs"),
    path("runs/<uuid:run_id>/", views.run, name="run"),
    path("runs/<uuid:run_id>/cancel/", views.run_cancel, name="run_cancel"),
    path("runs/<uuid:run_id>/repeat/", repeat_views.run_repeat, name="run_repeat"),
    path("runs/<uuid:run_id>/events/", streams.run_events, name="run_events"),
    path("runs/<uuid:run_id>/log/", views.run_log, name="run_log"),
    path("runs/<uuid:run_id>/log.txt", views.run_log_text, name="run_log_text"),
    path("runs/<uuid:run_id>/series.csv", views.run_series, name="run_series"),
    path("runs/<uuid:run_id>/try/", try_views.run_try, name="run_try"),
    path("queue/", queue_views.queue, name="queue"),
    path("queue/laboratory/", queue_views.laboratory, name="laboratory"),
    path("artifacts/<uuid:artifact_id>/", views.artifact, name="artifact"),
    *comparing_urls,
    *family_urls,
    *group_urls,
    *leaderboard_urls,
]
