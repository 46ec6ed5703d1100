"""Found by the registry where tests/faults/settings.py is in force."""
