"""FastBERT: what the method is. The job is in job.py and exits.py, the page in page.md and page.zh.md."""

from collections.abc import Mapping
from dataclasses import replace

from workers.kit import params
from workers.kit.texts import CLASSIFIED, PAIRS
from workers.spec import Claim, Figure, MethodSpec, Param, Preset, Role, Symbol, Text, Value

BACKBONES = ("bert-3x32", "bert-4x64", "bert-6x64", "bert-8x64", "bert-12x64", "bert-6x128", "bert-12x128")

PARAMS = (
    Param(
        "speed",
        "float",
        0.5,
        Text("Speed", "速度"),
        Text(
            "A text leaves at the first branch whose uncertainty, between 0 and 1, is below this. 0 switches early "
            "exits off: every text goes through all layers.",
            "文本在第一个不确定度（0 到 1 之间）低于此值的分支处离开。取 0 即关闭提前退出，每条文本都走完全部层。",
        ),
        minimum=0,
        maximum=1,
        symbol=r"\mathrm{Speed}",
    ),
    Param(
        "branch_loss",
        "choice",
        "student-teacher",
        Text("What branches learn from", "分支学什么"),
        Text(
            "The teacher classifier's probabilities, with the divergence in the paper's direction or in that of the "
            "authors' code; or labels, which switches self-distillation off.",
            "学教师分类器的概率，散度取论文的方向或作者代码的方向；或者学标签，即关闭自蒸馏。",
        ),
        choices=(
            ("student-teacher", Text("KL(p_s ‖ p_t), the paper's", "KL(p_s ‖ p_t)，论文的写法")),
            ("teacher-student", Text("KL(p_t ‖ p_s), the code's", "KL(p_t ‖ p_s)，代码的写法")),
            ("labels", Text("Labels", "标签")),
        ),
    ),
    Param(
        "branch_width",
        "int",
        32,
        Text("Branch width", "分支宽度"),
        Text(
            "Width inside a branch, an even number: it has two heads. The narrower, the less an exit costs.",
            "分支内部的宽度，须为偶数，因为它有两个注意力头。越窄，每个出口的开销越小。",
        ),
        minimum=4,
        maximum=256,
        symbol="W",
    ),
    replace(
        params.LABELLED,
        default=10_000,
        help=Text(
            "Training texts whose labels the branches may see where they learn from labels. The rest, if any, carry "
            "the teacher classifier's opinion alone.",
            "分支若学标签，可看到标签的训练文本数；其余文本（若有）只带教师分类器的判断。",
        ),
    ),
    replace(
        params.TRAIN_ROWS,
        default=10_000,
        help=Text(
            "Texts drawn from the training set. The full model sees all their labels.",
            "从训练集抽取的文本数，完整模型看到全部标签。",
        ),
    ),
    replace(
        params.teacher("bert-6x64", *BACKBONES),
        help=Text(
            "The full model: fine-tuned on all labels, then frozen. Its layers are the backbone; its classifier "
            "teaches the branches.",
            "完整模型：先用全部标签微调，再冻结。它的各层是主干，它的分类器教各个分支。",
        ),
    ),
    params.READY_MADE,
    params.VOCABULARY,
    replace(params.PRETRAINING_EPOCHS, default=10),
    params.TEACHER_EPOCHS,
    replace(
        params.EPOCHS,
        default=3,
        help=Text(
            "Passes over the texts in which the branches learn; the backbone does not.",
            "分支学习时遍历文本的次数；主干不学习。",
        ),
    ),
    replace(params.LEARNING_RATE, default=5e-3),
    replace(
        params.BATCH_SIZE,
        help=Text(
            "Texts a step, of the branches. Where some texts have no label, a quarter of each batch has one.",
            "训练分支时每步的文本数。若有文本不带标签，则每批的四分之一有标注。",
        ),
    ),
    Param(
        "every_depth",
        "bool",
        False,
        Text("Shallow models of every depth", "各种深度的浅层模型"),
        Text(
            "Also train a shallow model of each other depth. One as deep as a text goes on average is always trained.",
            "另外训练其余每种深度的浅层模型。与文本平均所走层数相同的那个总会训练。",
        ),
    ),
)
PRESETS = (
    Preset(
        "smoke",
        *params.SMOKE,
        "opinions",
        seconds=8,
        values={
            "labelled": 200,
            "train_rows": 200,
            "teacher": "bert-3x32",
            "branch_width": 16,
            "vocabulary": 500,
            "pretraining_epochs": 1,
            "teacher_epochs": 1,
            "epochs": 2,
            "batch_size": 32,
        },
    ),
    Preset("small", *params.SMALL, "opinions"),
    Preset(
        "full",
        Text("Full", "完整"),
        Text("SST-2's phrases, twelve layers, on a GPU.", "在 GPU 上用 SST-2 短语与十二层网络。"),
        "sst2",
        needs="gpu",
        values={
            "labelled": 50_000,
            "train_rows": 67_000,
            "teacher": "bert-12x128",
            "branch_width": 64,
            "vocabulary": 16_000,
            "every_depth": True,
        },
    ),
)
OF_BRANCHES = (*params.OF_THE_TEACHER, "speed", "branch_width", "labelled", "epochs", "learning_rate", "batch_size")
ROLES = (
    Role("teacher", Text("Full model", "完整模型"), "teacher", params.OF_THE_TEACHER),
    Role("label-branches", Text("Branches trained on labels", "用标签训练的分支"), "baseline", OF_BRANCHES),
    Role("shallow", Text("Shallow model, as deep on average", "同等平均深度的浅层模型"), "baseline"),
    Role("random-exits", Text("The same exits, at random", "随机分配同样的出口"), "baseline"),
    Role("student", Text("FastBERT", "FastBERT"), "method"),
)
STEP, ACCURACY = Text("step", "步"), Text("accuracy on dev", "验证集准确率")
BRANCHED = ("label-branches", "student")
DEEPEST = 12  # of BACKBONES
FIGURES = (
    Figure(
        "layers-quality",
        Text("Quality against layers, over eleven Speeds", "十一档速度下的准确率与层数"),
        Text("mean layers a text goes through", "每条文本平均经过的层数"),
        ACCURACY,
        series=(),
    ),
    Figure(
        "exit-histogram",
        Text("Where texts leave", "文本在哪里离开"),
        Text("layer", "层"),
        Text("share of dev texts", "验证集文本占比"),
        series=(),
    ),
    Figure(
        "operations-quality",
        Text("Quality against operations, over eleven Speeds", "十一档速度下的准确率与运算量"),
        Text("million operations a text", "每条文本的运算量（百万次）"),
        ACCURACY,
        series=(),
    ),
    Figure(
        "time-quality",
        Text("Quality against measured time, over eleven Speeds", "十一档速度下的准确率与实测时间"),
        Text("ms a text, alone in its batch", "每条文本单独推理的毫秒数"),
        ACCURACY,
        series=(),
    ),
    Figure(
        "exit-accuracy",
        Text("Accuracy if every text left here", "若所有文本都在此层离开的准确率"),
        Text("layer", "层"),
        ACCURACY,
        series=(),
    ),
    Figure(
        "uncertainty",
        Text("Uncertainty after each layer", "每层之后的不确定度"),
        Text("layer", "层"),
        Text("uncertainty u", "不确定度 u"),
        series=(),
    ),
    Figure(
        "sure-and-right",
        Text("Lower uncertainty, higher accuracy", "不确定度越低，准确率越高"),
        Text("uncertainty of a branch", "分支的不确定度"),
        ACCURACY,
        series=(),
    ),
    Figure(
        "dev-accuracy",
        Text("Accuracy on dev while training", "训练中的验证集准确率"),
        STEP,
        Text("accuracy", "准确率"),
        series=tuple(f"{role}/dev_accuracy" for role in ("teacher", "label-branches", "shallow", "student")),
    ),
    Figure(
        "branch-loss",
        Text("Loss of all branches together", "所有分支的损失之和"),
        STEP,
        Text("sum of losses (nats)", "损失之和（nat）"),
        series=tuple(f"{role}/branch_loss" for role in BRANCHED),
    ),
    Figure(
        "branch-losses",
        Text("Loss of each branch", "每个分支的损失"),
        STEP,
        Text("loss (nats)", "损失（nat）"),
        series=tuple(f"student/branch_{layer}" for layer in range(1, DEEPEST)),
    ),
    Figure(
        "label-losses",
        Text("Loss of each branch trained on labels", "用标签训练的每个分支的损失"),
        STEP,
        Text("loss (nats)", "损失（nat）"),
        series=tuple(f"label-branches/branch_{layer}" for layer in range(1, DEEPEST)),
    ),
    Figure(
        "hard-loss",
        Text("Loss on the labels, without branches", "标签损失（无分支）"),
        STEP,
        Text("loss (nats)", "损失（nat）"),
        series=("teacher/loss", "shallow/loss", *(f"shallow-{layer}/loss" for layer in range(1, DEEPEST))),
    ),
)
SYMBOLS = (
    Symbol("x", Text("a text", "一条文本"), ("ids",)),
    Symbol("y", Text("its label", "它的标签"), ("y",)),
    Symbol("L", Text("layers of the backbone", "主干的层数"), ("depth",)),
    Symbol("h^l", Text("states after layer l", "第 l 层之后的状态"), ("h",)),
    Symbol("z_t", Text("the teacher classifier's logits", "教师分类器的 logits"), ("z_t",)),
    Symbol("z_s", Text("a branch's logits", "分支的 logits"), ("z_s",)),
    Symbol("p_t", Text("the teacher classifier's probabilities", "教师分类器的概率"), ("log_p_t",)),
    Symbol("p_{s,l}", Text("those of the branch after layer l", "第 l 层之后分支的概率"), ("log_p_s",)),
    Symbol("u", Text("uncertainty, 0 to 1", "不确定度，0 到 1"), ("uncertainty", "u")),
    Symbol(r"\mathrm{Speed}", Text("a text leaves where u is below it", "u 低于它时文本离开"), ("speed",)),
    Symbol("D", Text("width of the backbone", "主干的宽度"), ("width",)),
    Symbol("W", Text("width of a branch", "分支的宽度"), ("narrow", "branch_width")),
    Symbol("B", Text("texts in a batch", "一批中的文本数")),
    Symbol("C", Text("classes", "类别数"), ("classes",)),
)
README = "README of the authors' code, autoliuweijie/FastBERT"
CLAIMS = (
    Claim(
        Text("Speed-up over BERT by the choice of Speed", "随速度档位不同，相对 BERT 的加速倍数"),
        "1 to 12 times",
        "arXiv:2004.02178, abstract",
        metric="flops_per_token",
        role="student",
        than="teacher",
    ),
    Claim(
        Text("Book review: BERT against FastBERT at Speed 0.5", "Book review：BERT 对比速度 0.5 的 FastBERT"),
        "86.88 % at 21.79 GFLOPs against 86.64 to 86.98 % at about 5.2 to 6.3",
        README,
    ),
    Claim(
        Text(
            "AG News: BERT against FastBERT at a tenth of the operations",
            "AG News：BERT 对比运算量约十分之一的 FastBERT",
        ),
        "94.47 % against 93.1 % at about 2.1 GFLOPs",
        README,
    ),
)


def two_heads(values: Mapping[str, Value]) -> dict[str, Text]:
    """A branch's width is shared out between its two heads."""
    width = int(values["branch_width"])
    if width % 2 == 0:
        return {}
    near = f"{width - 1} or {width + 1}"
    return {
        "branch_width": Text(
            f"must be even, since a branch has two heads; choose {near}",
            f"须为偶数，因为分支有两个注意力头；请选择 {width - 1} 或 {width + 1}",
        )
    }


SPEC = MethodSpec(
    slug="fastbert",
    title=Text("FastBERT", "FastBERT"),
    family="compression",
    summary=Text(
        "Every layer gets a small classifier that learns to say what the last one says; a text leaves at the first "
        "that is sure enough.",
        "每层都加一个小分类器，学着给出最后一层的判断；文本在第一个足够确定的分类器处离开。",
    ),
    paper="2004.02178",
    params=PARAMS,
    presets=PRESETS,
    data=(CLASSIFIED, PAIRS),
    roles=ROLES,
    figures=FIGURES,
    claims=CLAIMS,
    symbols=SYMBOLS,
    shrunk=Text(
        "A small encoder pre-trained on the task's own text instead of BERT, and narrower branches. The last "
        "classifier is linear, not of the branches' form.",
        "用在任务文本上预训练的小编码器代替 BERT，分支也更窄。最后一层的分类器是线性的，不是分支的结构。",
    ),
    checks=(two_heads,),
)
