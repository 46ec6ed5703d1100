"""The leaderboard: what every method made of the same data and the same teacher, quality against what it costs."""
