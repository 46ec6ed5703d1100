"""BERT-of-Theseus: what the method is. The job is in job.py, the page in page.md and page.zh.md."""

from collections.abc import Mapping
from dataclasses import replace

from workers.kit import params
from workers.kit.architectures import sizes
from workers.kit.texts import CLASSIFIED, PAIRS
from workers.spec import Claim, Figure, MethodSpec, Param, Preset, Role, Symbol, Text, Value

PRETRAINED, PREDECESSOR = "pretrained", "predecessor"

PARAMS = (
    Param(
        "base_rate",
        "float",
        0.3,
        Text("First replacement rate", "起始替换率"),
        Text(
            "How likely a module is to be replaced at the first step; the rate then rises to 1 in a straight line. 1 "
            "replaces everything at once: ordinary fine-tuning with the same parts frozen.",
            "第一步时每个模块被替换的概率，之后沿直线升到 1。取 1 时一开始就全部替换，即冻结同样部分的普通微调。",
        ),
        minimum=0.05,
        maximum=1,
        symbol="b",
    ),
    Param(
        "full_share",
        "float",
        0.6,
        Text("Steps until all is replaced", "全部替换所需步数占比"),
        Text(
            "The share of the training steps after which every module is always replaced. What is left is successor "
            "fine-tuning.",
            "走完多大比例的训练步数之后，所有模块始终被替换；剩下的步数用于微调后继网络。",
        ),
        minimum=0.05,
        maximum=1,
    ),
    Param(
        "start",
        "choice",
        PRETRAINED,
        Text("Successor starts from", "后继网络的初始层"),
        Text(
            "Whose first layers the successor starts with: those of the pre-trained encoder, as the paper says, or "
            "those of the fine-tuned predecessor, as its code does.",
            "后继网络用谁的前几层作初始值：论文用预训练编码器的，官方代码用微调后的前任网络的。",
        ),
        choices=(
            (PRETRAINED, Text("The pre-trained encoder (paper)", "预训练编码器（论文）")),
            (PREDECESSOR, Text("The fine-tuned predecessor (code)", "微调后的前任网络（代码）")),
        ),
    ),
    Param(
        "predecessor_dropout",
        "bool",
        True,
        Text("Dropout in the predecessor", "前任网络使用 dropout"),
        Text(
            "Whether the frozen modules drop values while the substitutes are trained, as in the official code.",
            "训练替换模块时，冻结的模块是否使用 dropout；官方代码如此。",
        ),
    ),
    Param(
        "student_layers",
        "int",
        2,
        Text("Successor layers", "后继网络层数"),
        Text(
            "One for each module; the predecessor's layers must be a multiple of it.",
            "每个模块一层；前任网络的层数须是它的整数倍。",
        ),
        minimum=1,
        maximum=6,
        symbol="M",
    ),
    replace(params.LABELLED, default=2_000),
    replace(params.TRAIN_ROWS, default=10_000),  # with fewer, or fewer epochs, the predecessor has little to hand on
    params.teacher(
        "bert-4x64", "bert-4x32", "bert-4x64", "bert-6x64", "bert-4x128", "bert-6x128", "bert-4x256", "bert-6x256"
    ),
    params.READY_MADE,
    params.VOCABULARY,
    replace(params.PRETRAINING_EPOCHS, default=10),
    params.TEACHER_EPOCHS,
    replace(
        params.EPOCHS,
        default=12,
        help=Text(
            "Passes over the labelled texts; every arm takes the same steps.", "遍历有标注文本的次数；各组步数相同。"
        ),
    ),
    replace(params.LEARNING_RATE, default=1e-3),
    replace(
        params.BATCH_SIZE,
        default=32,
        help=Text(
            "Texts a step; a module is replaced for all of them or for none.",
            "每步的文本数；同一步内，一个模块要么全部替换，要么都不替换。",
        ),
    ),
    Param(
        "soft_targets",
        "bool",
        True,
        Text("Soft-target baseline", "软目标对照组"),
        Text(
            "Also fine-tune the first layers on the predecessor's probabilities for the same texts.",
            "另外用前任网络对同样文本给出的概率微调前几层。",
        ),
    ),
    Param(
        "extra_schedules",
        "bool",
        False,
        Text("Further schedules", "其他替换方案"),
        Text(
            "Also train a successor at a constant rate, and one with the schedule turned round.",
            "另外训练一个替换率固定的后继网络，和一个方案反过来的后继网络。",
        ),
    ),
    Param(
        "constant_rate",
        "float",
        0.5,
        Text("Constant rate", "固定替换率"),
        Text(
            "Of the further schedule with two stages: this rate first, then 1.",
            "两阶段方案的替换率：先用此值，再变为 1。",
        ),
        minimum=0.05,
        maximum=1,
        symbol="p",
    ),
)


@params.of_named_teachers
def layers_make_modules(values: Mapping[str, Value]) -> dict[str, Text]:
    """Modules must be of one size."""
    layers, modules = sizes(str(values["teacher"])).layers, int(values["student_layers"])
    if layers % modules == 0:
        return {}
    fitting = ", ".join(str(m) for m in range(1, layers + 1) if layers % m == 0)
    return {
        "student_layers": Text(
            f"{layers} predecessor layers cannot be cut into {modules} modules of one size; choose one of {fitting}",
            f"{layers} 层前任网络无法平均分成 {modules} 个模块；请选择 {fitting} 之一",
        )
    }


@params.of_named_teachers
def there_is_a_pretrained_encoder(values: Mapping[str, Value]) -> dict[str, Text]:
    if values["start"] != PRETRAINED or values["pretraining_epochs"]:
        return {}
    return {
        "start": Text(
            "nothing is pre-trained in 0 epochs; choose the fine-tuned predecessor, or at least 1 pre-training epoch",
            "预训练轮数为 0 时没有预训练编码器；请改选微调后的前任网络，或至少预训练 1 轮",
        )
    }


PRESETS = (
    Preset(
        "smoke",
        *params.SMOKE,
        "opinions",
        seconds=7,
        values={
            "labelled": 200,
            "train_rows": 600,
            "teacher": "bert-4x32",
            "vocabulary": 1_000,
            "pretraining_epochs": 1,
            "teacher_epochs": 1,
            "epochs": 2,
            "soft_targets": False,
        },
    ),
    Preset(
        "small",
        Text("Small", "小型"),
        Text("About two minutes once there is a predecessor.", "前任网络已有缓存时约两分钟。"),
        "opinions",
        None,
    ),
    Preset(
        "full",
        Text("Full", "完整"),
        Text("SST-2's phrases, on a GPU, with all schedules.", "在 GPU 上用 SST-2 短语，含全部方案。"),
        "sst2",
        needs="gpu",
        values={
            "labelled": 50_000,
            "train_rows": 67_000,
            "teacher": "bert-6x256",
            "student_layers": 3,
            "vocabulary": 16_000,
            "epochs": 4,
            "learning_rate": 2.5e-4,
            "extra_schedules": True,
        },
    ),
)

ALONE = (*params.OF_THE_TEACHER, "labelled", "student_layers", "start", "epochs", "learning_rate", "batch_size")
REPLACING = (*ALONE, "full_share", "predecessor_dropout")
ROLES = (
    Role("teacher", Text("Predecessor", "前任网络"), "teacher", params.OF_THE_TEACHER),
    Role("baseline", Text("First layers, labels only", "前几层（仅标签）"), "baseline", ALONE),
    Role("frozen", Text("First layers, the same parts frozen", "前几层（冻结同样部分）"), "baseline", ALONE),
    Role("soft-targets", Text("First layers, soft targets", "前几层（软目标）"), "baseline", ALONE),
    Role(
        "constant-rate",
        Text("Successor, constant rate", "后继网络（固定替换率）"),
        "baseline",
        (*REPLACING, "constant_rate"),
    ),
    Role(
        "reversed-rate",
        Text("Successor, schedule reversed", "后继网络（反向方案）"),
        "baseline",
        (*REPLACING, "base_rate"),
    ),
    Role("student", Text("Successor, rising rate", "后继网络（替换率递增）"), "method", (*REPLACING, "base_rate")),
)
STEP = Text("step", "步")
BY_REPLACING = ("student", "constant-rate", "reversed-rate")
FIGURES = (
    Figure(
        "replacement-rate",
        Text("The replacement schedule", "替换方案"),
        STEP,
        Text("probability that a module is replaced", "模块被替换的概率"),
        series=tuple(f"{role}/replacement_rate" for role in BY_REPLACING),
    ),
    Figure(
        "replaced-share",
        Text("Modules that were replaced", "实际被替换的模块"),
        STEP,
        Text("share of the modules drawn", "抽中模块的比例"),
        series=tuple(f"{role}/replaced_share" for role in BY_REPLACING),
    ),
    Figure(
        "dev-accuracy",
        Text("Accuracy on dev of the successor alone", "后继网络单独在验证集上的准确率"),
        STEP,
        Text("accuracy", "准确率"),
        series=tuple(f"{role.slug}/dev_accuracy" for role in ROLES),
    ),
    Figure(
        "loss",
        Text("Loss while training", "训练损失"),
        STEP,
        Text("loss (nats)", "损失（nat）"),
        series=tuple(f"{role.slug}/loss" for role in ROLES),
    ),
    Figure(
        "one-module",
        Text("The predecessor with one module replaced", "只替换一个模块的前任网络"),
        Text("module replaced by its substitute", "被替换的模块"),
        Text("accuracy on dev", "验证集准确率"),
        series=(),
    ),
)
SYMBOLS = (
    Symbol("x", Text("a text", "一条文本"), ("ids",)),
    Symbol("y", Text("its label", "它的标签"), ("y",)),
    Symbol("N", Text("layers of the predecessor", "前任网络的层数")),
    Symbol("M", Text("modules, and layers of the successor", "模块数，也是后继网络的层数"), ("modules",)),
    Symbol(
        r"\mathrm{prd}_i",
        Text("module i of the predecessor: N / M layers", "前任网络的第 i 个模块，含 N / M 层"),
        ("prd",),
    ),
    Symbol(r"\mathrm{scc}_i", Text("its substitute in the successor: one layer", "后继网络中替换它的一层"), ("scc",)),
    Symbol(
        "h_i",
        Text(
            "the states that module i gives; those of the embeddings for i = 0",
            "第 i 个模块输出的状态；i = 0 时为嵌入层的输出",
        ),
    ),
    Symbol(
        "r_i",
        Text("whether module i is replaced in this batch, 0 or 1", "本批中第 i 个模块是否被替换，0 或 1"),
        ("r", "draw"),
    ),
    Symbol("p_t", Text("probability of replacement at step t", "第 t 步的替换概率"), ("Rate", "rate", "p")),
    Symbol("b", Text("the probability at the first step", "第一步的替换概率"), ("b", "base_rate")),
    Symbol("k", Text("how much it rises a step", "每步上升多少"), ("k", "slope")),
    Symbol("z", Text("logits of the successor or the mixture", "后继网络或混合网络的 logits"), ("z",)),
    Symbol("B", Text("texts in a batch", "一批中的文本数")),
    Symbol("C", Text("classes", "类别数")),
)
TABLE_2, TABLE_6 = "Xu et al. 2020, table 2: dev, median of 5 runs", "Xu et al. 2020, table 6: dev"
CLAIMS = (
    Claim(
        Text("SST-2, accuracy: against fine-tuning the first layers", "SST-2 准确率：与微调前几层相比"),
        "91.5 / 89.6",
        TABLE_2,
        metric="accuracy",
        role="student",
        than="baseline",
    ),
    Claim(
        Text("SST-2, accuracy: against soft targets", "SST-2 准确率：与软目标蒸馏相比"),
        "91.5 / 90.5",
        TABLE_2,
        metric="accuracy",
        role="student",
        than="soft-targets",
    ),
    Claim(
        Text("SST-2, accuracy: a rising rate against a constant one", "SST-2 准确率：递增的替换率与固定的相比"),
        "91.5 / 90.6",
        TABLE_6,
        metric="accuracy",
        role="student",
        than="constant-rate",
    ),
    Claim(
        Text(
            "SST-2, accuracy: a constant rate against the reversed schedule", "SST-2 准确率：固定的替换率与反向方案相比"
        ),
        "90.6 / 88.8",
        TABLE_6,
        metric="accuracy",
        role="constant-rate",
        than="reversed-rate",
    ),
    Claim(
        Text("Speed of 6 layers against the 12 of BERT-base", "6 层相对于 BERT-base 12 层的速度"),
        "1.94×",
        "Xu et al. 2020, section 4.2",
    ),
)

SPEC = MethodSpec(
    slug="bert-of-theseus",
    title=Text("BERT-of-Theseus", "BERT-of-Theseus"),
    family="compression",
    summary=Text(
        "Modules of a fine-tuned encoder are swapped for smaller ones at random while training, ever more often, until "
        "only the small ones are left. The labels are the only loss.",
        "训练时随机把微调好的编码器的模块换成更小的模块，换得越来越频繁，直到只剩小模块。损失只有标签损失。",
    ),
    paper="2002.02925",
    params=PARAMS,
    presets=PRESETS,
    data=(CLASSIFIED, PAIRS),
    roles=ROLES,
    figures=FIGURES,
    claims=CLAIMS,
    symbols=SYMBOLS,
    shrunk=Text(
        "Encoders of 4 to 6 narrow layers, pre-trained on the task's own text, instead of BERT-base; no search over "
        "rates and no early stopping on dev; the successor may see fewer labels than the predecessor did.",
        "用 4 到 6 层、较窄、在任务文本上预训练的编码器代替 BERT-base；不搜索超参数，也不按验证集早停；"
        "后继网络看到的标签可以少于前任网络。",
    ),
    checks=(layers_make_modules, there_is_a_pretrained_encoder),
)
