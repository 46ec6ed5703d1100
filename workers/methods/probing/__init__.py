"""Probing: what a trained network knows, read from its inside."""
