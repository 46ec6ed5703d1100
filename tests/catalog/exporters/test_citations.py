"""Formatted citations: each style, in the paper's language, with nothing of a title taken for markup."""

import pytest

from catalog.exporters.citations import citations_of
from catalog.models import Paper
from tests.catalog.factories import PaperFactory

pytestmark = pytest.mark.django_db


def cited(**facts) -> dict[str, str]:
    paper = Paper.objects.for_export().get(pk=PaperFactory(**facts).pk)
    return {citation.style: citation.text for citation in citations_of(paper)}


def test_an_english_paper_is_cited_in_english():
    authors = ["Jacob Devlin", "Ming-Wei Chang", "Ludwig van der Berg", "Kristina Toutanova"]
    assert cited(title="BERT", authors=authors, venue_name="NAACL", year=2019, doi="10.18653/v1/n19-1423") == {
        "apa": "Devlin, J., Chang, M.-W., van der Berg, L., & Toutanova, K. (2019). BERT. NAACL. "
        "https://doi.org/10.18653/v1/n19-1423",
        "gb7714": "DEVLIN J, CHANG M W, VAN DER BERG L, et al. BERT[C/OL]//NAACL. 2019. DOI:10.18653/v1/n19-1423.",
    }


def test_a_chinese_paper_is_cited_in_chinese():
    authors = ["黄震华", "杨顺志", "林威", "倪娟"]
    assert cited(title="知识蒸馏研究综述", authors=authors, venue_name="计算机学报", year=2022) == {
        "apa": "黄震华, 杨顺志, 林威, & 倪娟. (2022). 知识蒸馏研究综述. 计算机学报.",
        "gb7714": "黄震华, 杨顺志, 林威, 等. 知识蒸馏研究综述[J]. 计算机学报, 2022.",
    }


def test_without_authors_the_title_comes_first_and_once():
    assert cited(title="No One's Study", venue_name="ACL", year=2020)["apa"] == "No One's Study. (2020). ACL."


def test_what_looks_like_markup_in_a_title_is_text():
    paper = PaperFactory(title="<script>alert(1)</script> & <b>x</b>", authors=["Ann Lee"])
    for citation in citations_of(paper):
        assert "<script>" not in citation.html and "<b>" not in citation.html
        assert "<script>alert(1)</script> & <b>x</b>" in citation.text


def test_a_citation_follows_the_paper():
    paper = PaperFactory(title="Old Title", authors=["Ann Lee"])
    assert "Old Title" in citations_of(paper)[0].text
    paper.title = "New Title"
    paper.save()
    assert "New Title" in citations_of(paper)[0].text


def test_the_paper_page_cites_in_every_format(client):
    paper = PaperFactory(title="TinyBERT", authors=["Xiaoqi Jiao"], year=2020, venue_name="ACL")
    body = client.get(paper.get_absolute_url()).content.decode()
    for text in ("Jiao, X. (2020)", "JIAO X.", "@inproceedings{jiao2020tinybert,", "TY  - CPAPER", "APA 7"):
        assert text in body
    assert f'href="/papers/{paper.slug}.csl.json"' in body
    assert '<link rel="alternate" type="application/x-bibtex"' in body
