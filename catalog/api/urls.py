"""The catalogue's part of /api/v1/."""

from rest_framework.routers import SimpleRouter

from catalog.api import (
    facet_views,
    history_views,
    import_views,
    list_views,
    note_views,
    paper_views,
    reading_views,
    topic_views,
)
from catalog.api.resource import SLUG

router = SimpleRouter()
router.register("papers", paper_views.PaperViewSet, basename="paper")
router.register(rf"papers/(?P<slug>{SLUG})/notes", note_views.NoteViewSet, basename="note")
router.register(rf"papers/(?P<slug>{SLUG})/changes", history_views.PaperChangeViewSet, basename="paper-change")
router.register("facets", facet_views.FacetViewSet, basename="facet")
router.register("lists", list_views.PaperListViewSet, basename="list")
router.register(rf"lists/(?P<slug>{SLUG})/changes", history_views.ListChangeViewSet, basename="list-change")
router.register("categories", topic_views.CategoryViewSet, basename="category")
router.register("tags", topic_views.TagViewSet, basename="tag")
router.register("imports", import_views.ImportViewSet, basename="import")
router.register("readings", reading_views.ReadingViewSet, basename="reading")
