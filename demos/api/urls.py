"""The laboratory's part of /api/v1/."""

from rest_framework.routers import SimpleRouter

from demos.api.artifacts import ArtifactViewSet
from demos.api.queue import QueueViewSet, WorkerViewSet
from demos.api.views import MethodViewSet, RunViewSet
from demos.comparing.api import ComparisonViewSet
from demos.groups.api import GroupViewSet
from demos.leaderboard.api import BoardViewSet

router = SimpleRouter()
router.register("methods", MethodViewSet, basename="method")
router.register("runs", RunViewSet, basename="run")
router.register("artifacts", ArtifactViewSet, basename="artifact")
router.register("groups", GroupViewSet, basename="group")
router.register("leaderboard", BoardViewSet, basename="leaderboard")
router.register("queue", QueueViewSet, basename="queue")
router.register("workers", WorkerViewSet, basename="worker")
router.register("compare", ComparisonViewSet, basename="compare")
