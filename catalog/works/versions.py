"""The versions of one work: citations that a merge kept beside the leading one, and papers judged to be versions."""

from __future__ import annotations

from django.db.models import Q

from catalog.models import Paper, PaperVersion, Verdict


def other_versions(paper: Paper) -> list[PaperVersion | Paper]:
    """What the paper is also published as; those with an address of their own first. Three queries at most."""
    judged = Verdict.objects.filter(Q(first=paper) | Q(second=paper), kind=Verdict.Kind.VERSIONS)
    ids = {pk for pair in judged.values_list("first_id", "second_id") for pk in pair} - {paper.pk}
    papers = Paper.objects.filter(pk__in=ids).select_related("venue").order_by("-year", "pk")
    return [*papers, *paper.versions.all()]
