"""Addresses that make and edit lists."""

from django.urls import path

from catalog.lists import views as list_views

EDIT = "lists/<slug:slug>/edit/"
SECTION = EDIT + "sections/<int:section_id>/"
ENTRY = EDIT + "entries/<int:entry_id>/"
urlpatterns = [
    path("lists/new/", list_views.list_new, name="list_new"),
    path(EDIT, list_views.list_edit, name="list_edit"),
    path(EDIT + "names/", list_views.list_names, name="list_names"),
    path(EDIT + "remove/", list_views.list_remove, name="list_remove"),
    path(EDIT + "sections/new/", list_views.section_new, name="section_new"),
    path(SECTION, list_views.section_edit, name="section_edit"),
    path(SECTION + "move/", list_views.section_move, name="section_move"),
    path(SECTION + "remove/", list_views.section_remove, name="section_remove"),
    path(EDIT + "entries/", list_views.entry_add, name="entry_add"),
    path(ENTRY + "move/", list_views.entry_move, name="entry_move"),
    path(ENTRY + "remove/", list_views.entry_remove, name="entry_remove"),
    path("papers/<slug:slug>/lists/", list_views.paper_add_to_list, name="paper_add_to_list"),
]
