"""Compression: a network is made smaller or cheaper, and what that costs is measured."""
