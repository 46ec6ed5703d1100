"""MiniLMv2: what the method is. The job is in job.py, the page in page.md and page.zh.md."""

from collections.abc import Mapping
from dataclasses import replace

from workers.kit import params
from workers.kit.architectures import sizes
from workers.kit.texts import CLASSIFIED, PAIRS
from workers.spec import Claim, Figure, MethodSpec, Param, Preset, Role, Symbol, Text, Value

ALPHAS = (
    ("sum", Text("1: the sum of the relations (paper)", "1：各关系之和（论文）")),
    ("mean", Text("1/3: their mean (reimplementation)", "1/3：取平均（复现代码）")),
)
KINDS = {
    "query": Text("query relation (Q-Q)", "查询关系（Q-Q）"),
    "key": Text("key relation (K-K)", "键关系（K-K）"),
    "value": Text("value relation (V-V)", "值关系（V-V）"),
}


METHOD = (
    params.switch(
        "query_relation",
        Text("Query relation", "查询关系"),
        Text("Copy how alike the queries of any two words are.", "模仿任意两个词的查询向量有多相似。"),
    ),
    params.switch(
        "key_relation",
        Text("Key relation", "键关系"),
        Text("Copy how alike the keys of any two words are.", "模仿任意两个词的键向量有多相似。"),
    ),
    params.switch(
        "value_relation",
        Text("Value relation", "值关系"),
        Text("Copy how alike the values of any two words are.", "模仿任意两个词的值向量有多相似。"),
    ),
    Param(
        "relation_heads",
        "int",
        8,
        Text("Relation heads", "关系头数"),
        Text(
            "Into how many pieces queries, keys and values are cut anew. It must divide the widths of both networks.",
            "查询、键、值重新切成多少段。两个网络的宽度都须能被它整除。",
        ),
        minimum=1,
        maximum=64,
        symbol="A_r",
    ),
    Param(
        "teacher_layer",
        "int",
        0,
        Text("Teacher layer", "教师层"),
        Text(
            "The layer whose relations are copied, counted from 1. 0 is the last.",
            "模仿教师哪一层的关系，从 1 数起；0 表示最后一层。",
        ),
        minimum=0,
        maximum=12,
        symbol="l",
    ),
    Param(
        "alpha",
        "choice",
        "sum",
        Text("Weight of a relation", "每种关系的权重"),
        Text("By which each relation's loss enters the sum.", "每种关系的损失以此权重相加。"),
        choices=ALPHAS,
        symbol="α",
    ),
    Param(
        "general_epochs",
        "int",
        4,
        Text("General epochs", "通用阶段轮数"),
        Text(
            "Passes over the texts without labels, in which the relations are copied.",
            "在无标签文本上模仿关系的轮数。",
        ),
        minimum=1,
        maximum=40,
    ),
    Param(
        "fine_tuning_epochs",
        "int",
        1,
        Text("Fine-tuning epochs", "微调轮数"),
        Text(
            "As many steps as passes over the texts take, on labelled texts alone. The student without a general stage "
            "has all steps here.",
            "只用有标注文本，步数与遍历全部文本的轮数相当。没有通用阶段的学生把全部步数用在这里。",
        ),
        minimum=1,
        maximum=40,
    ),
)
TEACHERS = ("bert-2x32", "bert-4x64", "bert-6x64", "bert-4x128", "bert-6x128", "bert-4x128h8")
STUDENTS = (
    "bert-1x32",
    "bert-2x32",
    "bert-2x32h2",
    "bert-3x32",
    "bert-2x64",
    "bert-2x64h2",
    "bert-2x64h8",
    "bert-4x64",
)
PARAMS = (
    *METHOD,
    params.LABELLED,
    replace(params.TRAIN_ROWS, default=10_000),
    params.teacher("bert-4x64", *TEACHERS),
    params.student("bert-2x32", *STUDENTS),
    params.READY_MADE,
    params.VOCABULARY,
    replace(params.PRETRAINING_EPOCHS, default=10, minimum=1),
    params.TEACHER_EPOCHS,
    replace(
        params.LEARNING_RATE,
        name="general_rate",
        label=Text("Rate of the general stage", "通用阶段学习率"),
        help=Text("Highest rate of AdamW before the first label.", "见到标签之前 AdamW 的峰值学习率。"),
    ),
    params.LEARNING_RATE,
    params.BATCH_SIZE,
    params.switch(
        "ablations",
        Text("Further arms", "更多对照组"),
        Text(
            "Also train students without each relation, with fewer and more relation heads, and with half the "
            "attention heads.",
            "另外训练分别去掉各种关系、关系头更少或更多、注意力头数减半的学生。",
        ),
        default=False,
    ),
)


@params.of_named_teachers
def heads_divide_widths(values: Mapping[str, Value]) -> dict[str, Text]:
    """A relation head is a piece of the teacher's vectors and one of the student's, equally many of both."""
    widths = [sizes(str(values[name])).width for name in ("teacher", "student")]
    heads = int(values["relation_heads"])
    if not any(width % heads for width in widths):
        return {}
    fitting = ", ".join(str(n) for n in range(1, 65) if not any(width % n for width in widths))
    return {
        "relation_heads": Text(
            f"{heads} does not divide the widths {widths[0]} and {widths[1]} of teacher and student; "
            f"choose one of {fitting}",
            f"{heads} 不能整除教师宽度 {widths[0]} 和学生宽度 {widths[1]}；请选择 {fitting} 之一",
        )
    }


@params.of_named_teachers
def layer_is_there(values: Mapping[str, Value]) -> dict[str, Text]:
    layers = sizes(str(values["teacher"])).layers
    if int(values["teacher_layer"]) <= layers:
        return {}
    return {
        "teacher_layer": Text(
            f"the teacher has {layers} layers; choose 1 to {layers}, or 0 for the last",
            f"教师只有 {layers} 层；请选择 1 到 {layers}，或用 0 表示最后一层",
        )
    }


def something_to_copy(values: Mapping[str, Value]) -> dict[str, Text]:
    if any(values[f"{kind}_relation"] for kind in KINDS):
        return {}
    return {
        "value_relation": Text(
            "with all three relations off there is nothing to copy; switch one on",
            "三种关系都关闭时无可模仿；请打开其中一种",
        )
    }


PRESETS = (
    Preset(
        "smoke",
        *params.SMOKE,
        "opinions",
        seconds=10,
        values={
            "labelled": 60,
            "train_rows": 160,
            "teacher": "bert-2x32",
            "student": "bert-1x32",
            "pretraining_epochs": 2,
            "teacher_epochs": 1,
            "general_epochs": 2,
            "batch_size": 32,
        },
    ),
    Preset("small", *params.SMALL, "opinions"),
    Preset(
        "full",
        *params.FULL_ON_PHRASES,
        "sst2",
        needs="gpu",
        values={
            "relation_heads": 16,
            "labelled": 2_000,
            "train_rows": 67_000,
            "teacher": "bert-6x128",
            "student": "bert-2x64",
            "vocabulary": 16_000,
            "batch_size": 128,
            "ablations": True,
        },
    ),
)
ROLES = (
    Role("teacher", Text("Teacher", "教师"), "teacher", params.OF_THE_TEACHER),
    Role("baseline", Text("Student, fine-tuned only", "学生（仅微调）"), "baseline"),
    Role("masked-lm", Text("Student, masked LM first", "学生（先做掩码语言模型）"), "baseline"),
    Role("value-only", Text("Student, value relation only", "学生（仅值关系）"), "baseline"),
    Role("minilm", Text("Student, MiniLM", "学生（MiniLM）"), "baseline"),
    Role("no-query", Text("Student, no query relation", "学生（无查询关系）"), "baseline"),
    Role("no-key", Text("Student, no key relation", "学生（无键关系）"), "baseline"),
    Role("no-value", Text("Student, no value relation", "学生（无值关系）"), "baseline"),
    Role("fewer-relation-heads", Text("Student, half the relation heads", "学生（关系头减半）"), "baseline"),
    Role("more-relation-heads", Text("Student, twice the relation heads", "学生（关系头加倍）"), "baseline"),
    Role("half-heads", Text("Student, half the attention heads", "学生（注意力头减半）"), "baseline"),
    Role("student", Text("MiniLMv2", "MiniLMv2"), "method"),
)
STEP, NATS = Text("step", "步"), Text("loss (nats)", "损失（nat）")
STUDENTS_OF = tuple(role.slug for role in ROLES if role.slug != "teacher")
TOKEN_ROWS, TOKEN_COLUMNS = Text("token", "词元"), Text("is like", "与之相似")


def distance_figure(kind: str, name: Text) -> Figure:
    return Figure(
        f"dev-{kind}",
        Text(f"On dev: distance from the teacher's {name.en}", f"验证集：与教师{name.zh}的距离"),
        STEP,
        Text("KL (nats)", "KL（nat）"),
        series=tuple(f"{role}/dev_{kind}" for role in STUDENTS_OF),
    )


def map_figure(kind: str, role: str, whose: Text) -> Figure:
    name = KINDS[kind]
    title = Text(f"{whose.en}: {name.en}, mean of the relation heads", f"{whose.zh}：{name.zh}，各关系头平均")
    return Figure(f"{kind}-{role}", title, TOKEN_COLUMNS, TOKEN_ROWS, series=())


FIGURES = (
    Figure(
        "relation-loss",
        Text("General stage: the three relations", "通用阶段：三种关系"),
        STEP,
        NATS,
        series=tuple(f"student/kl_{kind}" for kind in KINDS),
    ),
    *(distance_figure(kind, name) for kind, name in KINDS.items()),
    *(
        map_figure(kind, role, whose)
        for kind in KINDS
        for role, whose in (
            ("teacher", Text("Pre-trained teacher", "预训练教师")),
            ("student", Text("Student before its first label", "见到标签前的学生")),
        )
    ),
    Figure(
        "dev-accuracy",
        Text("Accuracy on dev in fine-tuning", "微调中的验证集准确率"),
        STEP,
        Text("accuracy", "准确率"),
        series=tuple(f"{role.slug}/dev_accuracy" for role in ROLES),
    ),
    Figure(
        "labels-loss",
        Text("Loss on the labels", "标签损失"),
        STEP,
        NATS,
        series=("teacher/loss", *(f"{role}/hard_loss" for role in STUDENTS_OF)),
    ),
    Figure(
        "other-losses",
        Text("General stage of MiniLM and of the value relation alone", "MiniLM 与仅值关系学生的通用阶段"),
        STEP,
        NATS,
        series=("minilm/kl_attention", "minilm/kl_value", "value-only/kl_value"),
    ),
    Figure(
        "word-loss",
        Text("Hidden words: the student and the teacher's pre-training", "猜遮蔽词：学生与教师的预训练"),
        STEP,
        NATS,
        series=("masked-lm/word_loss", "pretraining/loss"),
    ),
)
SYMBOLS = (
    Symbol(
        "Q, K, V", Text("queries, keys and values of one layer, heads side by side", "某一层的查询、键、值，各头并排")
    ),
    Symbol("X", Text("any of the three", "三者之一"), ("X", "X_t", "X_s")),
    Symbol("A_r", Text("relation heads, equally many for both networks", "关系头数，两个网络相同"), ("A_r", "heads")),
    Symbol("d_r", Text("width of a relation head, each network's own", "一个关系头的宽度，两个网络各自的")),
    Symbol(
        "R",
        Text("relation: for each token, shares of likeness to all", "关系：每个词元与各词元相似的份额"),
        ("log_R_t", "log_R_s"),
    ),
    Symbol("D_t, D_s", Text("widths of teacher and student", "教师与学生的宽度"), ("D_t", "D_s")),
    Symbol("H", Text("attention heads, which may differ", "注意力头数，可以不同")),
    Symbol("n", Text("tokens of a text, without padding", "一条文本的词元数，不含填充"), ("real",)),
    Symbol("l", Text("the teacher's layer", "教师的层"), ("layer", "teacher_layer")),
    Symbol(r"\alpha", Text("weight of each relation", "每种关系的权重"), ("alpha",)),
)
README = "README of the authors' models, dev"
CLAIMS = (
    Claim(Text("MNLI, 6 layers of 768, from BERT-base", "MNLI，6 层 × 768，教师 BERT-base"), "84.2 %", README),
    Claim(Text("MNLI, 6 layers of 384, from BERT-base", "MNLI，6 层 × 384，教师 BERT-base"), "82.8 %", README),
    Claim(Text("SQuAD 2, 6 layers of 768, from BERT-base", "SQuAD 2，6 层 × 768，教师 BERT-base"), "76.3", README),
    Claim(Text("MNLI, 6 layers of 768, from RoBERTa-large", "MNLI，6 层 × 768，教师 RoBERTa-large"), "87.0 %", README),
)
SPEC = MethodSpec(
    slug="minilmv2",
    title=Text("MiniLMv2", "MiniLMv2"),
    family="distillation",
    summary=Text(
        "A student copies how alike a pre-trained teacher's queries, keys and values are to each other, by heads that "
        "are cut anew, so that widths and head counts may differ; labels come afterwards.",
        "学生模仿预训练教师的查询、键、值各自之间的相似关系；头重新切分，因此宽度和头数可以不同，标签留到之后的微调。",
    ),
    paper="MiniLMv2: Multi-Head Self-Attention Relation Distillation for Compressing Pretrained Transformers",
    params=PARAMS,
    presets=PRESETS,
    data=(CLASSIFIED, PAIRS),
    roles=ROLES,
    figures=FIGURES,
    claims=CLAIMS,
    symbols=SYMBOLS,
    shrunk=Text(
        "The task's own text without labels stands in for the general corpus, so nothing here shows one student "
        "serving many tasks; encoders of a few narrow layers, hundreds of steps instead of hundreds of thousands.",
        "以去掉标签的任务文本代替通用语料，因此看不到一个学生服务多个任务；编码器只有几个窄层，训练几百步而非几十万步。",
    ),
    checks=(heads_divide_widths, layer_is_there, something_to_copy),
    budget=("general_epochs", "fine_tuning_epochs"),
)
