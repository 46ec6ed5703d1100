"""Runs beside each other: only what differs, results against a pinned baseline, curves laid over one another."""
