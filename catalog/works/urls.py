"""Addresses of suspected duplicates."""

from django.urls import path

from catalog.works import views

urlpatterns = [
    path("duplicates/", views.duplicate_list, name="duplicates"),
    path("duplicates/pair/", views.duplicate_pair, name="duplicate_pair"),
    path("duplicates/judged/", views.duplicates_judged, name="duplicates_judged"),
    path("duplicates/judged/<int:pk>/again/", views.duplicate_ask_again, name="duplicate_ask_again"),
    path("duplicates/<int:first>/<int:second>/", views.duplicate_judge, name="duplicate_judge"),
]
