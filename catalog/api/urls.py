"""The catalogue's part of /api/v1/."""

from rest_framework.routers import SimpleRouter

from catalog.api import list_views, note_views, paper_views, topic_views
from catalog.api.resource import SLUG

router = SimpleRouter()
router.register("papers", paper_views.PaperViewSet, basename="paper")
router.register(rf"papers/(?P<slug>{SLUG})/notes", note_views.NoteViewSet, basename="note")
router.register("lists", list_views.PaperListViewSet, basename="list")
router.register("categories", topic_views.CategoryViewSet, basename="category")
router.register("tags", topic_views.TagViewSet, basename="tag")
