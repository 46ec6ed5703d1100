"""Background work of the catalogue. An id goes in; what happens is in catalog/intake."""

from __future__ import annotations

from celery import shared_task


@shared_task
def preview_import(import_id: str) -> None:
    """A second delivery finds nothing to claim and does nothing."""
    from catalog.intake import previewing

    previewing.preview(import_id=import_id)


@shared_task
def accept_import(import_id: str) -> None:
    """The same."""
    from catalog.intake import accepting

    accepting.store(import_id=import_id)


@shared_task
def undo_import(import_id: str) -> None:
    """The same."""
    from catalog.intake import undoing

    undoing.take_back(import_id=import_id)


@shared_task
def sweep_imports() -> None:
    from catalog.intake import previewing

    previewing.sweep()
