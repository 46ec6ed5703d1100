"""Addresses of families, part of the laboratory's."""

from django.urls import path

from demos.families import views

urlpatterns = [
    path("families/<slug:slug>/", views.family, name="family"),
    path("families/<slug:slug>/measure/", views.family_measure, name="family_measure"),
]
