"""Pruning attention heads: what the method is. The job is in job.py, the page in page.md and page.zh.md."""

from collections.abc import Mapping
from dataclasses import replace

from workers.kit import architectures, params
from workers.kit.texts import CLASSIFIED, PAIRS
from workers.spec import Claim, Figure, MethodSpec, Param, Preset, Role, Symbol, Text, Value

NETWORKS = ("bert-2x32", "bert-4x64", "bert-4x64h8", "bert-4x128h8", "bert-6x128", "bert-6x256h16")
PARAMS = (
    replace(
        params.teacher("bert-4x64h8", *NETWORKS),
        help=Text("The network whose heads are pruned. It is trained first.", "要剪枝的网络，先训练好。"),
    ),
    replace(
        params.TRAIN_ROWS,
        default=10_000,
        help=Text("Texts drawn from the training set, all with their labels.", "从训练集抽取的文本数，全部带标签。"),
    ),
    params.READY_MADE,
    params.VOCABULARY,
    replace(params.PRETRAINING_EPOCHS, default=10),
    replace(params.TEACHER_EPOCHS, help=Text("Passes over the training texts.", "遍历训练文本的次数。")),
    Param(
        "share",
        "float",
        0.2,
        Text("Share of heads removed", "剪除比例"),
        Text(
            "Of all heads, in the networks that are cut and measured. 0 leaves the network whole. The curves show "
            "every other share as well.",
            "真正剪除并测量的网络去掉的头占全部头的比例。取 0 则不剪。其他比例见曲线。",
        ),
        minimum=0,
        maximum=1,
    ),
    Param(
        "step",
        "float",
        0.1,
        Text("Step of the curves", "曲线步长"),
        Text(
            "Share of all heads that goes between two points of a curve. The paper takes a tenth.",
            "曲线上相邻两点之间移除的头占全部头的比例。论文取十分之一。",
        ),
        minimum=0.02,
        maximum=0.5,
    ),
    Param(
        "granularity",
        "choice",
        "example",
        Text("Absolute value taken once a", "取绝对值的单位"),
        Text(
            "Where the sensitivity to a gate loses its sign. What lies inside may cancel: a text's tokens, a batch's "
            "texts. The paper writes once a text, the authors' code takes once a token.",
            "门的敏感度在哪一级取绝对值。更细一级的正负会相互抵消：一条文本中的词元，或一批中的文本。论文写的是逐条文本，作者代码是逐词元。",
        ),
        choices=(
            ("example", Text("text (the paper)", "文本（论文）")),
            ("token", Text("token (the authors' code)", "词元（作者代码）")),
            ("batch", Text("batch of 32 (other codes)", "一批 32 条（其他代码）")),
        ),
    ),
    Param(
        "normalise",
        "bool",
        True,
        Text("Normalise by layer", "逐层归一化"),
        Text(
            "Divide a layer's scores by their Euclidean norm before heads of all layers are sorted together.",
            "先把每层的分数除以其欧几里得范数，再将所有层的头一起排序。",
        ),
    ),
    Param(
        "keep_one",
        "bool",
        False,
        Text("Keep one head in every layer", "每层至少留一个头"),
        Text("No layer loses its last head, in any order.", "任何顺序都不移除某层的最后一个头。"),
    ),
    Param(
        "scored_texts",
        "int",
        512,
        Text("Texts for the scores", "打分文本数"),
        Text(
            "Training texts on which importance is measured. The dev set takes no part in it.",
            "用来测量重要性的训练文本数，验证集不参与。",
        ),
        minimum=32,
        maximum=20_000,
    ),
    Param(
        "random_orders",
        "int",
        5,
        Text("Random orders", "随机顺序数"),
        Text(
            "Whose mean, lowest and highest are drawn; the first of them is cut and measured.",
            "图中画出它们的平均、最低与最高；第一种顺序会真正剪除并测量。",
        ),
        minimum=1,
        maximum=20,
    ),
    Param(
        "retraining_epochs",
        "int",
        0,
        Text("Epochs of training again", "再训练轮数"),
        Text(
            "Passes over the training texts after pruning, as a further network. The paper takes none.",
            "剪枝后再遍历训练文本的次数，另作一个网络。论文不再训练。",
        ),
        minimum=0,
        maximum=10,
    ),
    Param(
        "extra_arms",
        "bool",
        True,
        Text("Further baselines", "额外对照组"),
        Text(
            "Also cut and measure the reversed order and the one scored anew at each step; their curves are drawn "
            "anyway.",
            "另外剪除并测量反向顺序和每步重新打分的顺序；它们的曲线总会画出。",
        ),
    ),
)


@params.of_named_teachers
def as_many_can_go(values: Mapping[str, Value]) -> dict[str, Text]:
    most = 1 - 1 / architectures.sizes(str(values["teacher"])).heads
    if not values["keep_one"] or values["share"] <= most:
        return {}
    return {
        "share": Text(
            f"at most {most:g} where every layer keeps one head; choose less, or let layers lose all",
            f"每层至少留一个头时最多为 {most:g}；请调小，或允许某层的头全部移除",
        )
    }


PRESETS = (
    Preset(
        "smoke",
        *params.SMOKE,
        "opinions",
        seconds=7,
        values={
            "teacher": "bert-2x32",
            "train_rows": 400,
            "vocabulary": 1_000,
            "pretraining_epochs": 1,
            "teacher_epochs": 1,
            "step": 0.5,
            "scored_texts": 64,
            "random_orders": 2,
            "extra_arms": False,
        },
    ),
    Preset(
        "small",
        Text("Small", "小型"),
        Text(
            "A few minutes on a laptop; about one where the teacher is in the cache.",
            "笔记本上几分钟；缓存中已有教师时约一分钟。",
        ),
        "opinions",
    ),
    Preset(
        "full",
        Text("Full", "完整"),
        Text("SST-2's phrases and 96 heads, on a GPU.", "在 GPU 上用 SST-2 短语，共 96 个头。"),
        "sst2",
        needs="gpu",
        values={
            "teacher": "bert-6x256h16",
            "train_rows": 67_000,
            "vocabulary": 16_000,
            "scored_texts": 4_096,
            "share": 0.4,
            "step": 0.05,
            "retraining_epochs": 1,
        },
    ),
)
BY_CHANCE = (*params.OF_THE_TEACHER, "share", "keep_one")
BY_SCORE = (*BY_CHANCE, "granularity", "normalise", "scored_texts")
ROLES = (
    Role("teacher", Text("Whole network", "完整网络"), "teacher", params.OF_THE_TEACHER),
    Role("random", Text("Pruned at random", "随机剪枝"), "baseline", BY_CHANCE),
    Role("reversed", Text("Pruned, most important first", "先剪最重要的头"), "baseline", BY_SCORE),
    Role("rescored", Text("Pruned, scored anew at each step", "每步重新打分再剪"), "baseline", (*BY_SCORE, "step")),
    Role("retrained", Text("Pruned, then trained again", "剪枝后再训练"), "baseline", (*BY_SCORE, "retraining_epochs")),
    Role("pruned", Text("Pruned by importance", "按重要性剪枝"), "method", BY_SCORE),
)
LAYER, HEAD = Text("layer", "层"), Text("head", "头")
REMOVED = Text("heads removed", "移除的头数")
FIGURES = (
    Figure(
        "heads-removed",
        Text("Accuracy on dev against heads removed", "验证集准确率与移除的头数"),
        REMOVED,
        Text("accuracy", "准确率"),
        series=(),
    ),
    Figure(
        "heads-kept",
        Text("Heads left in each layer, by importance", "按重要性剪枝后各层剩余的头数"),
        REMOVED,
        LAYER,
        (),
    ),
    Figure("importance", Text("Importance of each head", "每个头的重要性"), HEAD, LAYER, ()),
    Figure(
        "one-head-less",
        Text("Points of dev accuracy when one head is removed", "移除一个头后验证集准确率的变化（百分点）"),
        HEAD,
        LAYER,
        (),
    ),
    Figure(
        "one-head-left",
        Text(
            "Points of dev accuracy when a layer keeps one head, or none",
            "一层只留一个头或一个不留时准确率的变化（百分点）",
        ),
        Text("what is left", "剩下什么"),
        LAYER,
        (),
    ),
    Figure(
        "heads-of-a-text",
        Text(
            "Points of probability of the chosen class when one head is removed",
            "移除一个头后所选类别概率的变化（百分点）",
        ),
        HEAD,
        LAYER,
        (),
    ),
    Figure(
        "dev-accuracy",
        Text("Accuracy on dev while training", "训练中的验证集准确率"),
        Text("step", "步"),
        Text("accuracy", "准确率"),
        series=("teacher/dev_accuracy", "retrained/dev_accuracy"),
    ),
    Figure(
        "loss",
        Text("Loss on the labels", "标签损失"),
        Text("step", "步"),
        Text("loss (nats)", "损失（nat）"),
        series=("teacher/loss", "retrained/loss"),
    ),
)
SYMBOLS = (
    Symbol("x", Text("a text", "一条文本"), ("ids",)),
    Symbol("y", Text("its label", "它的标签"), ("y",)),
    Symbol("h", Text("a head of some layer", "某一层的一个头"), ("head",)),
    Symbol(
        r"\mathrm{Att}_h", Text("what head h says, a vector for each token", "头 h 的输出，每个词元一个向量"), ("said",)
    ),
    Symbol(r"\xi_h", Text("the gate of head h: 1 open, 0 closed", "头 h 的门：1 为开，0 为关"), ("xi", "gates")),
    Symbol(r"\mathcal{L}", Text("cross-entropy of one text, in nats", "一条文本的交叉熵，单位 nat"), ("loss",)),
    Symbol("I_h", Text("importance of head h", "头 h 的重要性"), ("I_h",)),
    Symbol("N", Text("texts that are scored", "打分的文本数"), ("rows",)),
    Symbol("H", Text("heads of a layer", "一层的头数")),
    Symbol("d", Text("width of a head", "一个头的宽度"), ("d",)),
    Symbol("W_q, W_k, W_v, W_o", Text("the four matrices of an attention layer", "注意力层的四个矩阵"), ("cut",)),
)
CLAIMS: tuple[Claim, ...] = ()  # no figure of the paper has been checked against its text

SPEC = MethodSpec(
    slug="sixteen-heads",
    title=Text("Pruning attention heads", "注意力头剪枝"),
    family="compression",
    summary=Text(
        "A gate on every attention head measures how much the head matters; those that matter least are cut out of a "
        "trained network.",
        "给每个注意力头装一个门，量出它有多重要，再把最不重要的头从训练好的网络中剪掉。",
    ),
    paper="1905.10650",
    params=PARAMS,
    presets=PRESETS,
    data=(CLASSIFIED, PAIRS),
    roles=ROLES,
    figures=FIGURES,
    claims=CLAIMS,
    symbols=SYMBOLS,
    checks=(as_many_can_go,),
    shrunk=Text(
        "A BERT of 4 layers with 8 narrow heads each, on one task of short texts; the paper prunes BERT-base on "
        "several tasks and a translation model.",
        "4 层、每层 8 个窄头的 BERT，只做一个短文本任务；论文在多个任务上剪 BERT-base，并剪一个翻译模型。",
    ),
)
