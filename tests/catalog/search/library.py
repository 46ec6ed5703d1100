"""A small library, made for the search: each paper is there for some question."""

from __future__ import annotations

from catalog.models import Paper
from tests.catalog.factories import PaperListFactory, SectionFactory
from tests.catalog.stock import TopicFactory, paper_with


def shelve() -> None:
    category = TopicFactory(slug="compression", name_en="Compression", name_zh="模型压缩")
    distillation = TopicFactory(slug="distillation", name_en="Knowledge distillation", name_zh="知识蒸馏")
    pruning = TopicFactory(kind="tag", slug="pruning", name_en="Pruning", name_zh="剪枝")
    survey = TopicFactory(kind="tag", slug="survey", name_en="Survey")
    section = SectionFactory(paper_list=PaperListFactory(slug="small-models", name_en="Small models", name_zh="小模型"))
    paper_with(
        slug="soft", title="Distilling the Knowledge in a Neural Network", authors=["Geoffrey Hinton", "Jeff Dean"],
        year=2015, venue_name="CoRR", arxiv="1503.02531", topics=[distillation], sections=[section],
        notes=[("en", "Where it began."), ("zh", "用知识蒸馏压缩模型。")],
    )  # fmt: skip
    paper_with(
        slug="tiny", title="Compact Models for Language Understanding", short_name="TinyBERT", year=2020,
        authors=["Xiaoqi Jiao", "Ming-Wei Chang"], venue_name="EMNLP", acl="2020.findings-emnlp.372",
        doi="10.18653/v1/2020.findings-emnlp.372", topics=[distillation, category], sections=[section],
        links={"https://example.org/code": "code"},
    )  # fmt: skip
    paper_with(
        slug="bert", title="Pre-training of Deep Bidirectional Transformers", short_name="BERT", year=2019,
        authors=["Jacob Devlin", "Ming-Wei Chang"], venue_name="NAACL", acl="N19-1423",
        notes=[("en", "A large language model; later ones are smaller.")],
    )  # fmt: skip
    paper_with(slug="roberta", title="RoBERTa: A Robustly Optimized Approach", year=2019, authors=["Yinhan Liu"])
    paper_with(
        slug="prune", title="剪枝与量化：模型压缩综述", year=2021, authors=["王小明"], venue_name="计算机学报",
        topics=[category, pruning, survey],
    )  # fmt: skip
    paper_with(
        slug="heads", title="Are Sixteen Heads Really Better than One?", year=2019, authors=["Paul Michel"],
        venue_name="NeurIPS", topics=[category, pruning], notes=[("en", "Prunes heads of BERT.")],
    )  # fmt: skip
    paper_with(
        slug="models", title="Pretrained Models: A Survey", authors=["Ana Marasović"], topics=[survey], year=2020
    )
    paper_with(slug="undated", title="Notes on “Łukasz’s” word2vec", year=None, authors=["Łukasz Kaiser"])
    paper_with(
        slug="hinton", title="A Life of Research", short_name="Hinton", year=2000, authors=["Ann Other"],
        venue_name="NeurIPS Workshop", titles=["The life of a researcher"],
    )  # fmt: skip


def found(text: str, sort: str = "relevance") -> list[str]:
    """Slugs in the order of the results."""
    return list(Paper.objects.search(text).sorted_by(sort).values_list("slug", flat=True))
