"""Citation keys: the rule, and that a key once given stays."""

import pytest

from catalog.exporters.citation_keys import give_keys, key_of, made_key, set_keys
from catalog.importers import bibtex, paper_list
from catalog.intake import documents as services
from catalog.models import Paper
from tests.catalog.factories import PaperFactory


@pytest.mark.parametrize(
    ("title", "authors", "year", "key"),
    [
        ("TinyBERT: Distilling BERT", ["Xiaoqi Jiao", "Qun Liu"], 2020, "jiao2020tinybert"),
        ("知识蒸馏研究综述", ["黄震华", "杨顺志"], 2022, "huang2022zhishi"),
        ("On the Use of BERT", ["欧阳修"], 2021, "ouyang2021use"),
        ("An Ælfric Study", ["Kurt Gödel"], None, "godelaelfric"),
        ("A Survey", ["Martin Luther King, Jr."], 1999, "king1999survey"),
        ("Pre-training", ["Hinton, G."], 2015, "hinton2015pretraining"),
        ("ELECTRA: Pre-training", [], 2020, "electra2020"),
        ("BERT 模型", ["曾一"], 2020, "zeng2020bert"),
        ("Слово", ["Иван Петров"], 2020, "2020"),
        ("???", [], None, "paper"),
    ],
)
def test_a_key_is_family_name_year_and_first_telling_word(title, authors, year, key):
    assert made_key(title, authors, year) == key


@pytest.mark.django_db
def test_equal_keys_get_numbers_without_regard_to_case():
    papers = [Paper(title="Same Words", year=2019, bibtex_key=key) for key in ("", "LEE2019same", "")]
    set_keys((paper, ["Ann Lee"]) for paper in papers)
    assert [paper.citation_key for paper in papers] == ["lee2019same", "LEE2019same-2", "lee2019same-3"]


@pytest.mark.django_db
def test_keys_in_the_database_are_taken():
    PaperFactory(slug="one", citation_key="Lee2019same")
    PaperFactory(slug="two", citation_key="lee2019same-2")
    paper = PaperFactory(title="Same Words", year=2019, authors=["Ann Lee"])
    assert give_keys([paper.pk]) == 1
    assert Paper.objects.get(pk=paper.pk).citation_key == "lee2019same-3"
    assert give_keys([paper.pk]) == 0


@pytest.mark.django_db
def test_imported_key_wins_and_edits_do_not_change_it():
    services.store_document(document=bibtex.read("@misc{Odd:Key, title={One Work}, author={Lee, Ann}, year=2019}"))
    paper = Paper.objects.get()
    paper.title = "Another Title"
    paper.save()
    assert key_of(Paper.objects.get()) == "Odd:Key"


@pytest.mark.django_db
def test_made_key_gives_way_to_the_first_imported_one():
    text = "# L\n\n- **One Work on Trees**. *Ann Lee*. (ACL 2019)\n"
    services.store_document(document=paper_list.read(text))
    assert Paper.objects.get().citation_key == "lee2019one"
    entry = "@inproceedings{%s, title={One Work on Trees}, author={Ann Lee}, booktitle={ACL}, year=2019}"
    services.store_document(document=bibtex.read(entry % "lee-2019-one"))
    services.store_document(document=bibtex.read(entry % "other"))
    assert Paper.objects.get().citation_key == "lee-2019-one"


@pytest.mark.django_db
def test_keys_of_a_thousand_papers_cost_as_many_queries_as_of_two(django_assert_num_queries):
    for count in (2, 1_000):
        papers = [Paper(title="Same Words", year=2019, bibtex_key=f"k{number}") for number in range(count)]
        with django_assert_num_queries(1):
            set_keys((paper, ["Ann Lee"]) for paper in papers)
