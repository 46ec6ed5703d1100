"""The four real lists that the catalogue is made from. Counts and records were taken from them by hand."""

import re
from collections import Counter

import pytest

from catalog.importers.paper_list import read

COUNTS = {
    "knowledge-distillation.md": {"Overview": 1, "Papers": 8},
    "bert-compression.md": {"优化设计 > 预训练模型": 46, "优化设计 > 多模态": 11, "模型压缩": 24},
    "ptms.md": {
        "论文清单 > 综述": 1,
        "论文清单 > 领域必读（10篇）": 10,
        "论文清单 > 较新重要（2-3年内，20篇)": 22,
        "论文清单 > 最新可读（1年内，无篇数上限）": 42,
    },
    "reading-notes.md": {"": 27},
}
EMPTY_SECTIONS = {"knowledge-distillation.md": ["Applications"], "bert-compression.md": ["模型搜索"]}

# file, line: (title, number of authors, first author, last author, venue, year, nickname, link labels)
AWKWARD = {
    ("knowledge-distillation.md", 5): (
        "Knowledge Distillation: A Survey",
        *(4, "Jianping Gou", "Dacheng Tao", "Int. J. Comput. Vis.", 2021, "", []),
    ),
    ("knowledge-distillation.md", 8): (
        "Distilling Task-Specific Knowledge from BERT into Simple Neural Networks",
        *(6, "Raphael Tang", "Jimmy Lin", "", None, "DistilLSTM", ["pdf", "notes", "my code"]),
    ),
    ("knowledge-distillation.md", 11): (
        "TinyBERT: Distilling BERT for Natural Language Understanding",
        *(8, "Xiaoqi Jiao", "Qun Liu", "ACL Findings", 2020, "TinyBERT", ["Findings pdf", "notes"]),
    ),
    ("bert-compression.md", 13): (
        "75 Languages, 1 Model: Parsing Universal Dependencies Universally",
        *(0, "", "", "", None, "UDify", ["paper", "code"]),
    ),
    ("bert-compression.md", 50): (
        "Big Bird: Transformers for Longer Sequences",
        *(0, "", "", "CoRR", 2020, "", ["paper"]),
    ),
    ("bert-compression.md", 63): (
        "FashionBERT: Text and Image Matching with Adaptive Loss for Cross-modal Retrieval",
        *(0, "", "", "SIGIR", 2020, "FashionBERT", ["paper"]),
    ),
    ("bert-compression.md", 78): (
        "Q8BERT: Quantized 8Bit BERT",
        *(4, "Ofir Zafrir", "Moshe Wasserblat", "NeurIPS Workshop", 2019, "", ["paper"]),
    ),
    ("bert-compression.md", 88): (
        "Towards Non-task-specific Distillation of BERT via Sentence Representation Approximation",
        *(7, "Bowen Wu", "Baoxun Wang", "CoRR", 2020, "BiLSTM-SRA & LTD-BERT", ["paper"]),
    ),
    ("bert-compression.md", 91): (
        "SqueezeBERT: What can computer vision teach NLP about efficient neural networks?",
        *(4, "Forrest N. Iandola", "Kurt W. Keutzer", "CoRR", 2020, "", ["paper"]),
    ),
    ("ptms.md", 12): (
        "Pre-trained Models for Natural Language Processing: A Survey",
        *(0, "", "", "", None, "", ["地址"]),
    ),
    ("ptms.md", 20): ("Attention is all you need", 2, "Vaswani, A.", "Shazeer, N.", "", 2017, "", []),
    ("ptms.md", 24): (
        "Deep contextualized word representations",
        *(7, "Matthew E. Peters", "Luke Zettlemoyer", "NAACL", 2018, "ELMo", ["pdf", "project"]),
    ),
    ("ptms.md", 36): (
        "ERNIE: Enhanced Language Representation with Informative Entities",
        *(6, "Zhengyan Zhang", "Qun Liu", "ACL", 2019, "ERNIE (Tsinghua)", ["pdf", "code & model"]),
    ),
    ("ptms.md", 60): (
        "PANLP at MEDIQA 2019: Pre-trained Language Models, Transfer Learning and Knowledge Distillation",
        *(7, "Wei Zhu", "Guotong Xie", "The 18th BioNLP workshop", None, "", ["pdf"]),
    ),
    ("ptms.md", 103): (
        "Language Models as Knowledge Bases?",
        *(7, "Fabio Petroni", "Sebastian Riedel", "EMNLP", 2019, "", ["pdf", "code"]),
    ),
    ("ptms.md", 108): (
        "What do you learn from context? Probing for sentence structure in contextualized word representations",
        *(11, "Ian Tenney", "Ellie Pavlick", "ICLR", 2019, "", ["pdf"]),
    ),
    ("reading-notes.md", 7): (
        "Freelb: Enhanced adversarial training for natural language understanding",
        *(0, "", "", "", None, "", []),
    ),
}


@pytest.fixture
def seed(shared_dir):
    return lambda name: (shared_dir / "seeds" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COUNTS)
def test_every_entry_of_every_section_is_read(seed, name):
    document = read(seed(name))
    assert Counter(" > ".join(record.section) for record in document.records) == COUNTS[name]
    assert document.problems == []


@pytest.mark.parametrize(("name", "line"), AWKWARD)
def test_awkward_entry_is_read_as_by_hand(seed, name, line):
    (record,) = [record for record in read(seed(name)).records if record.line == line]
    first, last = (record.authors[0], record.authors[-1]) if record.authors else ("", "")
    labels = [link.label for link in record.links]
    people = (len(record.authors), first, last)
    assert (record.title, *people, record.venue, record.year, record.short_name, labels) == AWKWARD[name, line]


@pytest.mark.parametrize("name", EMPTY_SECTIONS)
def test_section_without_entries_is_kept(seed, name):
    assert EMPTY_SECTIONS[name] in read(seed(name)).sections


@pytest.mark.parametrize("name", COUNTS)
def test_no_address_is_lost(seed, name):
    text = re.sub(r"google-research/\n", "google-research/", seed(name))  # the one address broken over a line end
    written = re.findall(r"https?://[^\s()<>\]]+", text)
    assert Counter(link.url for record in read(text).records for link in record.links) == Counter(written)


def test_broken_address_is_whole_again(seed):
    (record,) = [record for record in read(seed("bert-compression.md")).records if record.short_name == "B2T2"]
    assert record.links[1].url.endswith("/google-research/language/tree/master/language/question_answering/b2t2")


def test_notes_belong_to_their_entries(seed):
    entries = [record for record in read(seed("ptms.md")).records if record.note]
    assert [record.line for record in entries] == [12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52]
    assert entries[5].note == "划时代意义的预训练模型."
    assert [r.line for r in read(seed("reading-notes.md")).records if not r.note] == [7]


def test_documents_have_their_titles_and_descriptions(seed):
    document = read(seed("ptms.md"))
    assert document.title == "PTMs"
    assert document.description.startswith("预训练模型相关资料")
    assert read(seed("knowledge-distillation.md")).description.startswith("BERT 用剩的 logits")
    assert read(seed("reading-notes.md")).title == ""


@pytest.mark.parametrize(
    ("name", "papers"),
    [
        ("ATPapers.md", 245),
        ("PLMpapers.md", 122 + 1 + 3 + 2),  # models and tutorials stand there in the form of papers
        ("sentence-embedding.md", 19),
        ("awesome-knowledge-distillation.md", 160),
    ],
)
def test_other_lists_give_their_papers_and_nothing_else(shared_dir, name, papers):
    assert len(read((shared_dir / "lists" / name).read_text(encoding="utf-8")).records) == papers


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: re.sub(r"(?m)^[-*] ", "+ ", text),
        lambda text: re.sub(r"(?m)^(\d+)\. ", r"\1) ", text),
        lambda text: re.sub(r"\[\[([^\[\]()]*)\]\]\(([^()\s]*)\)", r"[[\1](\2)]", text),
        lambda text: re.sub(r"\[\[([^\[\]()]*)\]\(([^()\s]*)\)\]", r"[[\1]](\2)", text),
        lambda text: re.sub(r"(?<!\*)\*([^*\n]{8,})\*(?!\*)", r"_\1_", text),
        lambda text: re.sub(r"\((\w[\w. ]* \d{4}[\w ]*)\)", r"（\1）", text),
        lambda text: re.sub(r"(?m) \[\[", "\n  [[", text),
    ],
    ids=["CRLF", "plus", "brackets", "links inside", "links outside", "underscores", "full width", "wrapped"],
)
@pytest.mark.parametrize("name", COUNTS)
def test_another_habit_of_writing_changes_no_record(seed, name, change):
    assert _facts(read(change(seed(name)))) == _facts(read(seed(name)))


def _facts(document):
    for record in document.records:
        record.line = 0
    document.spans = []
    return document
