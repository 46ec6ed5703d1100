from tests.demos.leaderboard.measured import methods  # noqa: F401
