"""A document as the body of a request: `curl --data-binary @papers.bib -H 'Content-Type: application/x-bibtex'`."""

from __future__ import annotations

import tempfile

from django.conf import settings
from django.core.files import File
from rest_framework.parsers import BaseParser

from catalog.api.errors import TooLarge

CHUNK_BYTES = 64 * 1024


class DocumentParser(BaseParser):
    """The bytes as a file. `format` is the reader's name for them (catalog.importers.FORMATS)."""

    format = "auto"

    def parse(self, stream, media_type=None, parser_context=None) -> dict:
        """Raises TooLarge before the whole of it was read."""
        file, size = tempfile.TemporaryFile(), 0  # noqa: SIM115 (closed with the request)
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > settings.IMPORT_MAX_BYTES:
                raise TooLarge
            file.write(chunk)
        file.seek(0)
        document = File(file, name="document")
        document.size = size
        return {"document": document, "format": self.format}


class BibtexParser(DocumentParser):
    media_type, format = "application/x-bibtex", "bibtex"


class CslJsonParser(DocumentParser):
    media_type, format = "application/vnd.citationstyles.csl+json", "csl-json"


class RisParser(DocumentParser):
    media_type, format = "application/x-research-info-systems", "ris"


class MarkdownParser(DocumentParser):
    media_type, format = "text/markdown", "markdown"


class PlainParser(DocumentParser):
    media_type = "text/plain"


DOCUMENT_PARSERS = (BibtexParser, CslJsonParser, RisParser, MarkdownParser, PlainParser)
