"""The catalogue's part of /api/v1/."""

from rest_framework.routers import SimpleRouter

from catalog.api import views

router = SimpleRouter()
router.register("papers", views.PaperViewSet, basename="paper")
router.register("lists", views.PaperListViewSet, basename="list")
router.register("categories", views.CategoryViewSet, basename="category")
router.register("tags", views.TagViewSet, basename="tag")
