"""Addresses of the catalogue's pages."""

from django.urls import path

from catalog.editing import urls as edit_urls
from catalog.exporters import urls as export_urls
from catalog.exporters import views as export_views
from catalog.exporters.negotiation import represented
from catalog.history import urls as history_urls
from catalog.intake import urls as import_urls
from catalog.lists import urls as list_urls
from catalog.pages import profile_views, views
from catalog.readings import urls as reading_urls
from catalog.search import views as search_views
from catalog.works import urls as duplicate_urls

app_name = "catalog"
urlpatterns = [
    *reading_urls.urlpatterns,
    *edit_urls.urlpatterns,
    *export_urls.urlpatterns,
    *history_urls.urlpatterns,
    *duplicate_urls.urlpatterns,
    *list_urls.urlpatterns,
    *import_urls.urlpatterns,
    path("", views.home, name="home"),
    path("papers/", represented(search_views.papers, export_views.papers), name="papers"),
    path("papers/<slug:slug>/", represented(views.paper, export_views.paper), name="paper"),
    path("lists/", views.paper_lists, name="paper_lists"),
    path("lists/<slug:slug>/", represented(views.paper_list, export_views.paper_list), name="paper_list"),
    path("authors/<int:pk>-<slug:slug>/", profile_views.author, name="author"),
    path("authors/<int:pk>/", profile_views.author),
    path("venues/<slug:slug>/", profile_views.venue, name="venue"),
    path("years/<int:year>/", profile_views.year, name="year"),
    path("categories/<slug:slug>/", profile_views.category, name="category"),
    path("tags/<slug:slug>/", profile_views.tag, name="tag"),
    path("timeline/", profile_views.timeline, name="timeline"),
]
