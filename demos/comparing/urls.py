"""Addresses of comparisons, part of the laboratory's."""

from django.urls import path

from demos.comparing import page

urlpatterns = [
    path("compare/", page.compare, name="compare"),
    path("compare/results.csv", page.compare_csv, name="compare_csv"),
]
