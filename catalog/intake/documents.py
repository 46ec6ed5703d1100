"""The way in for documents that code has read itself: the bundled catalogue, a loaded dump, tests."""

from catalog.intake.direct import ImportReport, store_document

__all__ = ["ImportReport", "store_document"]
