"""Addresses of one's own reading list."""

from django.urls import path

from catalog.readings import views as reading_views

urlpatterns = [
    path("me/", reading_views.reading_list, name="reading_list"),
    path("me/papers.bib", reading_views.reading_list_bibtex, name="reading_list_bibtex"),
    path("me/<int:reading_id>/move/", reading_views.reading_move, name="reading_move"),
    path("papers/<slug:slug>/reading/", reading_views.reading_status, name="reading_status"),
    path("papers/<slug:slug>/reading/note/", reading_views.reading_note, name="reading_note"),
]
