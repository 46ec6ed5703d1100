"""The laboratory's part of /api/v1/."""

from rest_framework.routers import SimpleRouter

from demos.api.views import MethodViewSet, RunViewSet
from demos.groups.api import GroupViewSet

router = SimpleRouter()
router.register("methods", MethodViewSet, basename="method")
router.register("runs", RunViewSet, basename="run")
router.register("groups", GroupViewSet, basename="group")
