"""Addresses of the history."""

from django.urls import path

from catalog.history import views

urlpatterns = [
    path("papers/<slug:slug>/history/", views.paper_history, name="paper_history"),
    path("lists/<slug:slug>/history/", views.paper_list_history, name="paper_list_history"),
    path("tags/<slug:slug>/history/", views.tag_history, name="tag_history"),
    path("categories/<slug:slug>/history/", views.category_history, name="category_history"),
    path("changes/", views.changes, name="changes"),
    path("changes/<int:pk>/", views.changeset, name="changeset"),
    path("changes/<int:pk>/undo/", views.changeset_undo, name="changeset_undo"),
    path("changes/<int:pk>/rows/<int:change>/undo/", views.change_undo, name="change_undo"),
    path("changes/<int:pk>/rows/<int:change>/return/", views.change_return, name="change_return"),
]
