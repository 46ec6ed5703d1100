"""Addresses of documents and identifiers. Before the pages' own, whose slugs hold no full stop."""

from django.urls import path, register_converter

from catalog.converters import SuffixConverter
from catalog.exporters import resolvers
from catalog.exporters import views as export_views

register_converter(SuffixConverter, "suffix")

urlpatterns = [
    path("papers.<suffix:suffix>", export_views.papers, name="papers_export"),
    path("papers/export", export_views.chosen, name="papers_chosen"),
    path("papers/<slug:slug>.<suffix:suffix>", export_views.paper, name="paper_export"),
    path("lists/<slug:slug>.<suffix:suffix>", export_views.paper_list, name="paper_list_export"),
    path("arxiv/<path:identifier>", resolvers.by_identifier, {"kind": "arxiv"}, name="by_arxiv"),
    path("doi/<path:identifier>", resolvers.by_identifier, {"kind": "doi"}, name="by_doi"),
    path("acl/<path:identifier>", resolvers.by_identifier, {"kind": "acl"}, name="by_acl"),
    path("papers.bib", export_views.papers, {"suffix": "bib"}, name="papers_bibtex"),
    path("papers/<slug:slug>.bib", export_views.paper, {"suffix": "bib"}, name="paper_bibtex"),
    path("lists/<slug:slug>.bib", export_views.paper_list, {"suffix": "bib"}, name="paper_list_bibtex"),
]
