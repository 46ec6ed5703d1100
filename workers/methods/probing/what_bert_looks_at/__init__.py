"""What an encoder's heads look at: what the method is. The job is in job.py, the page in page.md and page.zh.md."""

from dataclasses import replace

from workers.kit import architectures, params
from workers.kit.texts import TREES
from workers.metrics import METRICS
from workers.spec import Claim, Figure, MethodSpec, Metric, Param, Preset, Role, Symbol, Text

PARAMS = (
    Param(
        "model",
        "choice",
        "bert-4x64",
        Text("Encoder", "编码器"),
        Text("The network whose heads are looked at.", "要分析其注意力头的网络。"),
        choices=architectures.choices("bert-2x64", "bert-4x64", "bert-4x64h8", "bert-4x128h8", "bert-6x256h8"),
    ),
    Param(
        "ready_made",
        "text",
        "",
        Text("Ready-made encoder", "现成编码器"),
        Text(
            "A folder in models/ of DATA_DIR, or an id of the hub where that is allowed, that transformers loads. It "
            "takes the place of the one above, nothing is pre-trained, and it is not kept for trying.",
            "DATA_DIR 下 models/ 中的文件夹，或（在允许时）Hub 上的名称，须为 transformers 能加载的编码器。"
            "填写后取代上面的网络，不再预训练，也不保存供试用。",
        ),
        minimum=0,
        maximum=200,
    ),
    replace(
        params.TRAIN_ROWS,
        default=10_000,
        label=Text("Training sentences", "训练句数"),
        help=Text(
            "Sentences drawn from the tree bank's train part, whose hidden words the encoder guesses. It sees no tree.",
            "从树库训练部分抽取的句子，编码器在其中猜被遮蔽的词。它看不到句法树。",
        ),
    ),
    params.VOCABULARY,
    replace(
        params.PRETRAINING_EPOCHS,
        help=Text(
            "Passes over the training sentences in which the encoder guesses hidden words. 0 leaves it random.",
            "编码器遍历训练句子、猜测被遮蔽词的次数。取 0 则权重保持随机。",
        ),
    ),
    Param(
        "sentences",
        "int",
        1_000,
        Text("Sentences a half", "每半的句数"),
        Text(
            "Heads and offsets are chosen on so many sentences of train and counted on so many of dev.",
            "在训练部分的这么多句上挑选注意力头与偏移，再在验证部分的这么多句上计数。",
        ),
        minimum=100,
        maximum=20_000,
    ),
    Param(
        "reach",
        "int",
        3,
        Text("Farthest offset", "最远偏移"),
        Text(
            "The baseline by position is the best of all offsets up to so many words to either side.",
            "位置基线是左右各这么多个词以内的偏移中最好的一个。",
        ),
        minimum=1,
        maximum=10,
    ),
    Param(
        "apart",
        "bool",
        True,
        Text("Choose on other sentences", "在另一批句子上挑选"),
        Text(
            "Off, heads and offsets are chosen on the very sentences on which they are counted, as in the paper.",
            "关闭时，像论文那样，在计数的同一批句子上挑选注意力头与偏移。",
        ),
    ),
    Param(
        "split_from",
        "choice",
        "mean",
        Text("From a split word", "被拆开的词"),
        Text(
            "What a word of several tokens looks at: the mean of them, as in the paper, or the first alone, as in its "
            "code. Attention to such a word is always the sum.",
            "由多个词元组成的词看向哪里：取各词元的平均（论文），或只取第一个（其代码）。看向这种词的注意力总是求和。",
        ),
        choices=(("mean", Text("mean of its tokens", "各词元的平均")), ("first", Text("first token", "第一个词元"))),
    ),
    Param(
        "probe_sentences",
        "int",
        3_000,
        Text("Probe sentences", "探针训练句数"),
        Text(
            "Training sentences, with their trees, from which the probes learn in one pass. 0 leaves the probes out.",
            "探针一遍学完的训练句数（带句法树）。取 0 则不训练探针。",
        ),
        minimum=0,
        maximum=50_000,
    ),
)
PRESETS = (
    Preset(
        "smoke",
        *params.SMOKE,
        "opinions",
        seconds=3,
        values={
            "model": "bert-2x64",
            "train_rows": 400,
            "vocabulary": 2_000,
            "pretraining_epochs": 2,
            "sentences": 150,
            "probe_sentences": 60,
        },
    ),
    Preset(
        "small",
        Text("Small", "小型"),
        Text(
            "About two minutes on a laptop, half a minute once the encoder is kept.",
            "笔记本上约两分钟；有缓存的编码器时约半分钟。",
        ),
        "opinions",
        130,
    ),
    Preset(
        "full",
        Text("Full", "完整"),
        Text("The English Web Treebank, on a GPU.", "在 GPU 上用英语网络树库。"),
        "ud_en_ewt",
        needs="gpu",
        values={
            "model": "bert-6x256h8",
            "train_rows": 13_000,
            "vocabulary": 16_000,
            "pretraining_epochs": 40,
            "sentences": 2_000,
            "probe_sentences": 13_000,
        },
    ),
)
UAS = METRICS["uas"]
HEAD_ACCURACY = Metric(
    "head_accuracy", Text("Heads found, mean of relations", "中心词找对率，各关系平均"), "share", "higher"
)
HALVES = ("train_rows", "sentences", "apart")
MAPS = (*HALVES, "model", "ready_made", "vocabulary", "split_from")
PROBED = (*MAPS, "pretraining_epochs", "probe_sentences")
ROLES = (
    Role("offset", Text("Best offset", "最佳偏移"), "baseline", (*HALVES, "ready_made", "reach")),
    Role("random", Text("Random weights", "随机权重"), "baseline", MAPS),
    Role("uniform", Text("Uniform attention", "均匀注意力"), "baseline", HALVES),
    Role("probe-random", Text("Probe, random weights and words", "探针（随机权重加词）"), "baseline", PROBED),
    Role("heads", Text("Best heads", "最佳注意力头"), "method"),
    Role("probe-attention", Text("Probe, attention", "探针（注意力）"), "method", PROBED),
    Role("probe-words", Text("Probe, attention and words", "探针（注意力加词）"), "method", PROBED),
)
LAYER, HEAD = Text("layer", "层"), Text("head", "注意力头")
NATS = Text("entropy (nats)", "熵（nat）")
FOUND = Text("share of heads found", "中心词找对的比例")
FIGURES = (
    Figure(
        "relations",
        Text("Best head against best offset, by relation", "各关系：最佳注意力头与最佳偏移"),
        Text("relation", "关系"),
        FOUND,
        series=(),
    ),
    Figure(
        "relations-by-head",
        Text("What each head finds", "每个注意力头能找对什么"),
        Text("head (layer-head)", "注意力头（层-头）"),
        Text("relation", "关系"),
        series=(),
    ),
    Figure(
        "best-relation",
        Text("Every head on the relation most clearly won", "优势最明显的关系上的每个注意力头"),
        HEAD,
        Text("relation, layer", "关系与层"),
        series=(),
    ),
    Figure(
        "attention",
        Text("The attention of the head that wins it, in one sentence", "该注意力头在一个句子中的注意力"),
        Text("looked at", "被看的词元"),
        Text("looks", "看的词元"),
        series=(),
    ),
    Figure("entropy", Text("Entropy of each head (nats)", "每个注意力头的熵（nat）"), HEAD, LAYER, series=()),
    Figure("separator", Text("Attention to [SEP]", "看向 [SEP] 的注意力"), HEAD, LAYER, series=()),
    Figure(
        "looked-at",
        Text("What is looked at, mean of a layer's heads", "看向哪里（各层注意力头的平均）"),
        LAYER,
        Text("looked at", "被看的词元"),
        series=(),
    ),
    Figure("entropy-by-layer", Text("Entropy by layer", "各层的熵"), LAYER, NATS, series=()),
    Figure("first-entropy", Text("Entropy of [CLS]'s own attention", "[CLS] 自身注意力的熵"), LAYER, NATS, series=()),
    Figure(
        "head-places",
        Text("Heads that do alike lie near each other", "行为相近的注意力头彼此靠近"),
        Text("first axis; a line joins the heads of a layer", "第一轴；同层的注意力头以线相连"),
        Text("second axis", "第二轴"),
        series=(),
    ),
    Figure(
        "pretraining-loss",
        Text("Guessing hidden words", "猜测被遮蔽的词"),
        Text("step", "步"),
        Text("loss (nats)", "损失（nat）"),
        series=("pretraining/loss",),
    ),
    Figure(
        "probe-loss",
        Text("Loss of the probes", "探针的损失"),
        Text("sentence", "句"),
        Text("nats a word", "nat/词"),
        series=tuple(f"{role}/probe_loss" for role in ("probe-random", "probe-attention", "probe-words")),
    ),
)
SYMBOLS = (
    Symbol(
        "A", Text("a head's attention map; row i looks at column j", "注意力头的注意力图，第 i 行看第 j 列"), ("A",)
    ),
    Symbol("n", Text("tokens of a sentence, with [CLS] and [SEP]", "句子的词元数，含 [CLS] 与 [SEP]"), ("n",)),
    Symbol("S", Text("a kind of token that is looked at", "被看的一类词元"), ("cells", "kinds")),
    Symbol("L", Text("layers", "层数")),
    Symbol("H", Text("heads of a layer", "每层的注意力头数")),
    Symbol(
        r"\mathrm{head}(i)", Text("the word on which word i depends", "词 i 所从属的词"), ("most_looked_at", "heads")
    ),
    Symbol(r"\mathrm{JS}", Text("how differently two heads look", "两个注意力头看法的差异"), ("jensen_shannon",)),
    Symbol("w", Text("a probe's weight of attention from i to j", "探针对 i 看 j 的权重"), ("weights",)),
    Symbol("u", Text("its weight of attention from j to i", "探针对 j 看 i 的权重"), ("weights",)),
    Symbol("v", Text("a word's own vector", "词自身的向量"), ("vectors",)),
)
NOTEBOOK = "official code, Syntax_Analysis.ipynb, output; BERT-base, Penn Treebank with Stanford dependencies"
CLAIMS = (
    Claim(
        Text("Best single head for all words, against the best offset", "对全部词最好的单个注意力头，与最佳偏移相比"),
        "34.7 % / 26.7 %",
        NOTEBOOK,
        metric="uas",
        role="heads",
        than="offset",
    ),
    Claim(
        Text("Direct objects: best head, best offset", "直接宾语：最佳注意力头、最佳偏移"), "86.8 % / 40.0 %", NOTEBOOK
    ),
    Claim(Text("Determiners: best head, best offset", "限定词：最佳注意力头、最佳偏移"), "94.3 % / 51.7 %", NOTEBOOK),
    Claim(
        Text("Nominal subjects: best head, best offset", "名词主语：最佳注意力头、最佳偏移"),
        "58.5 % / 45.5 %",
        NOTEBOOK,
    ),
    Claim(
        Text("Probe of attention and words", "注意力加词的探针"),
        "78.0 %",
        NOTEBOOK,
        metric="uas",
        role="probe-words",
    ),
)

SPEC = MethodSpec(
    slug="what-bert-looks-at",
    title=Text("What BERT looks at", "BERT 在看什么"),
    family="probing",
    summary=Text(
        "Attention heads, one by one, as parsers that nobody trained, against rules by position and random weights.",
        "把注意力头逐个当作未经训练的句法分析器，与位置规则和随机权重比较。",
    ),
    paper="1906.04341",
    params=PARAMS,
    presets=PRESETS,
    data=(TREES,),
    roles=ROLES,
    metrics=(HEAD_ACCURACY, UAS),
    figures=FIGURES,
    claims=CLAIMS,
    symbols=SYMBOLS,
    shrunk=Text(
        "A small encoder that has guessed hidden words of the tree bank's own sentences, not BERT-base; one sentence "
        "where the paper has segments of up to 128 tokens; Universal Dependencies, not Stanford's. It shows the method "
        "and does not repeat the paper's numbers.",
        "用在树库自身句子上做过遮蔽词预训练的小编码器，而非 BERT-base；以单句代替论文中最长 128 个词元的片段；"
        "用通用依存（UD），而非斯坦福依存。展示的是方法，不复现论文数字。",
    ),
)
