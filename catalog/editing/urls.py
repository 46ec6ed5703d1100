"""Addresses of the pages where editors work."""

from django.urls import path

from catalog.editing import name_views as naming_views
from catalog.editing import note_views, topic_views
from catalog.editing import paper_views as edit_views
from catalog.health import views as health_views
from catalog.models import Topic

urlpatterns = [
    path("add/", edit_views.paper_new, name="paper_new"),
    path("papers/<slug:slug>/edit/", edit_views.paper_edit, name="paper_edit"),
    path("papers/<slug:slug>/remove/", edit_views.paper_remove, name="paper_remove"),
    path("papers/<slug:slug>/merge/<slug:other>/", edit_views.paper_merge, name="paper_merge"),
    path("papers/<slug:slug>/notes/new/", note_views.note_new, name="note_new"),
    path("papers/<slug:slug>/notes/<int:note_id>/", note_views.note_edit, name="note_edit"),
    path("papers/<slug:slug>/notes/<int:note_id>/remove/", note_views.note_remove, name="note_remove"),
    path("markdown/", note_views.markdown_preview, name="markdown_preview"),
    path("authors/known/", edit_views.authors_known, name="authors_known"),
    path("authors/<int:pk>-<slug:slug>/edit/", naming_views.author_edit, name="author_edit"),
    path("venues/<slug:slug>/edit/", naming_views.venue_edit, name="venue_edit"),
    path("health/", health_views.health, name="health"),
    path("health/<slug:slug>/", health_views.health_check, name="health_check"),
    path("tags/", topic_views.tags, name="tags"),
    path("tags/<slug:slug>/edit/", topic_views.topic_edit, {"kind": Topic.Kind.TAG}, name="tag_edit"),
    path("tags/<slug:slug>/merge/", topic_views.tag_merge, name="tag_merge"),
    path("tags/<slug:slug>/remove/", topic_views.tag_remove, name="tag_remove"),
    path("categories/<slug:slug>/edit/", topic_views.topic_edit, {"kind": Topic.Kind.CATEGORY}, name="category_edit"),
]
