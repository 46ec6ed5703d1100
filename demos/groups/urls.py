"""Addresses of groups, part of the laboratory's."""

from django.urls import path

from demos.groups import views

urlpatterns = [
    path("groups/", views.groups, name="groups"),
    path("groups/<uuid:group_id>/", views.group, name="group"),
    path("groups/<uuid:group_id>/results.csv", views.group_csv, name="group_csv"),
    path("groups/<uuid:group_id>/cancel/", views.group_cancel, name="group_cancel"),
    path("groups/<uuid:group_id>/repeat/", views.group_repeat, name="group_repeat"),
    path("groups/<uuid:group_id>/seeds/", views.group_seeds, name="group_seeds"),
]
