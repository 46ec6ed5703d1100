"""TinyBERT: what the method is. The job is in job.py, the page in page.md and page.zh.md."""

from collections.abc import Mapping
from dataclasses import replace

from workers.kit import layer_maps, params
from workers.kit.architectures import sizes
from workers.kit.texts import CLASSIFIED, PAIRS
from workers.spec import Claim, Figure, MethodSpec, Param, Preset, Role, Symbol, Text, Value

FORMS = (
    ("paper", Text("As the paper writes it", "按论文")),
    ("code", Text("As the authors' code computes it", "按作者的代码")),
)


def epochs_of(name: str, default: int, minimum: int, label: Text, help: Text) -> Param:
    return Param(name, "int", default, label, help, minimum=minimum, maximum=40)


METHOD = (
    params.switch(
        "attention_loss",
        Text("Attention loss", "注意力损失"),
        Text("Match the attention scores, before the softmax.", "匹配 softmax 之前的注意力分数。"),
    ),
    params.switch(
        "hidden_loss",
        Text("Hidden-state loss", "隐藏状态损失"),
        Text("Match the states after each layer, through a projection.", "经投影后匹配各层之后的隐藏状态。"),
    ),
    params.switch(
        "embedding_loss",
        Text("Embedding loss", "嵌入损失"),
        Text("Match the embedding layer's output, through a projection.", "经投影后匹配嵌入层的输出。"),
    ),
    epochs_of(
        "general_epochs",
        1,
        0,
        Text("General epochs", "通用阶段轮数"),
        Text(
            "Passes over the texts without labels, copying the pre-trained teacher. 0 leaves the general stage out.",
            "在无标签文本上模仿预训练教师的轮数。取 0 则省去通用阶段。",
        ),
    ),
    epochs_of(
        "intermediate_epochs",
        2,
        0,
        Text("Step 1 epochs", "第一步轮数"),
        Text(
            "Passes in which the student copies the fine-tuned teacher's inside. 0 leaves step 1 out.",
            "学生模仿微调后教师内部的轮数。取 0 则省去第一步。",
        ),
    ),
    epochs_of(
        "prediction_epochs",
        2,
        1,
        Text("Step 2 epochs", "第二步轮数"),
        Text(
            "Passes in which it learns the teacher's predictions. Students without step 1 get its passes as well.",
            "学生学习教师预测的轮数。没有第一步的学生把那几轮也用在这里。",
        ),
    ),
    Param(
        "temperature",
        "float",
        1.0,
        Text("Temperature", "温度"),
        Text("Divides the logits of both in the prediction loss.", "预测损失中两个网络的 logits 都除以它。"),
        minimum=1,
        maximum=20,
        symbol="T",
    ),
    Param(
        "layer_map",
        "choice",
        "uniform",
        Text("Layer map", "层映射"),
        Text("Which teacher layer each student layer copies.", "每个学生层模仿教师的哪一层。"),
        choices=layer_maps.KINDS,
        symbol="g(m)",
    ),
    Param(
        "layers",
        "text",
        "",
        Text("Listed layers", "自列层号"),
        Text(
            "For the layer map “as listed”: a teacher layer for each student layer, as in “1, 3”.",
            "层映射选“自行列出”时填写：每个学生层对应一个教师层，例如“1, 3”。",
        ),
        maximum=60,
    ),
    Param(
        "copies",
        "int",
        1,
        Text("Copies of each text", "每条文本的副本数"),
        Text("Made by augmentation. 0 switches it off.", "由数据增强生成。取 0 即关闭。"),
        minimum=0,
        maximum=20,
        symbol="N_a",
    ),
    Param(
        "replaced",
        "float",
        0.4,
        Text("Share of words replaced", "替换词的比例"),
        Text("In each copy, drawn word by word.", "在每个副本中逐词抽取。"),
        minimum=0,
        maximum=1,
        symbol="p",
    ),
    Param(
        "candidates",
        "int",
        15,
        Text("Candidates a word", "每词候选数"),
        Text("How many of the masked LM's best guesses may stand in.", "掩码语言模型最靠前的多少个猜测可用来替换。"),
        minimum=1,
        maximum=100,
        symbol="K",
    ),
    Param(
        "form",
        "choice",
        "paper",
        Text("Form of the losses", "损失的写法"),
        Text(
            "The authors' code has one projection with a bias for all states, means that count padding, and divides "
            "the prediction loss by the classes as well.",
            "作者的代码让所有状态共用一个带偏置的投影，求平均时计入填充位，预测损失还要除以类别数。",
        ),
        choices=FORMS,
    ),
)
TEACHERS = ("bert-2x32", "bert-4x64", "bert-6x64", "bert-4x128", "bert-6x128", "bert-4x128h8")
STUDENTS = ("bert-1x32", "bert-2x32", "bert-3x32", "bert-2x64", "bert-4x64", "bert-2x64h8", "bert-4x312h12")
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
        name="intermediate_rate",
        label=Text("Rate of copying", "模仿阶段学习率"),
        help=Text("Highest rate of AdamW in the general stage and step 1.", "通用阶段和第一步中 AdamW 的峰值学习率。"),
    ),
    params.LEARNING_RATE,
    params.BATCH_SIZE,
    params.switch(
        "ablations",
        Text("Further arms", "更多对照组"),
        Text(
            "Also train students without each loss, without augmentation and without the general stage.",
            "另外训练分别去掉各项损失、数据增强和通用阶段的学生。",
        ),
        default=False,
    ),
)


@params.of_named_teachers
def same_heads(values: Mapping[str, Value]) -> dict[str, Text]:
    """Scores are compared head by head."""
    student, teacher = (sizes(str(values[name])).heads for name in ("student", "teacher"))
    if student == teacher:
        return {}
    return {
        "student": Text(
            f"it has {student} heads and the teacher {teacher}; choose networks with equally many",
            f"学生有 {student} 个头而教师有 {teacher} 个；请选择头数相同的网络",
        )
    }


@params.of_named_teachers
def layers_fit(values: Mapping[str, Value]) -> dict[str, Text]:
    student, teacher = (sizes(str(values[name])).layers for name in ("student", "teacher"))
    kind = str(values["layer_map"])
    try:
        layer_maps.layer_map(kind, student, teacher, str(values["layers"]))
    except layer_maps.LayerMapError as error:
        return {"layers" if kind == "custom" and student <= teacher else "student": error.text}
    return {}


def something_to_copy(values: Mapping[str, Value]) -> dict[str, Text]:
    copying = values["general_epochs"] or values["intermediate_epochs"]
    if not copying or any(values[f"{kind}_loss"] for kind in ("attention", "hidden", "embedding")):
        return {}
    return {
        "attention_loss": Text(
            "with all three losses off there is nothing to copy: switch one on, or set general and step 1 epochs to 0",
            "三项损失都关闭时无可模仿：请打开其中一项，或把通用阶段轮数和第一步轮数设为 0",
        )
    }


PRESETS = (
    Preset(
        "smoke",
        *params.SMOKE,
        "opinions",
        seconds=7,
        values={
            "labelled": 100,
            "train_rows": 300,
            "teacher": "bert-2x32",
            "student": "bert-1x32",
            "pretraining_epochs": 2,
            "teacher_epochs": 1,
            "general_epochs": 1,
            "intermediate_epochs": 1,
            "prediction_epochs": 1,
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
ALONE = (
    "labelled", "train_rows", "student", "ready_made", "vocabulary", "intermediate_epochs", "prediction_epochs",
    "learning_rate", "batch_size",
)  # fmt: skip
SOFT = tuple(dict.fromkeys((*ALONE, *params.OF_THE_TEACHER, "temperature", "form", "copies", "replaced", "candidates")))
ROLES = (
    Role("teacher", Text("Teacher", "教师"), "teacher", params.OF_THE_TEACHER),
    Role("baseline", Text("Student, labels only", "学生（仅标签）"), "baseline", ALONE),
    Role("soft-targets", Text("Student, predictions only", "学生（仅教师预测）"), "baseline", SOFT),
    Role("step-2", Text("Student, without step 1", "学生（无第一步）"), "baseline"),
    Role("no-embedding", Text("Student, no embedding loss", "学生（无嵌入损失）"), "baseline"),
    Role("no-hidden", Text("Student, no hidden-state loss", "学生（无隐藏状态损失）"), "baseline"),
    Role("no-attention", Text("Student, no attention loss", "学生（无注意力损失）"), "baseline"),
    Role("no-augmented", Text("Student, no augmentation", "学生（无数据增强）"), "baseline"),
    Role("no-general", Text("Student, no general stage", "学生（无通用阶段）"), "baseline"),
    Role("student", Text("TinyBERT", "TinyBERT"), "method"),
)
STEP, NATS = Text("step", "步"), Text("loss (nats)", "损失（nat）")
SQUARES = Text("mean squared error", "均方误差")
TOKEN_ROWS, TOKEN_COLUMNS = Text("from", "从"), Text("looks at", "看向")
TAUGHT = tuple(role.slug for role in ROLES if role.slug not in ("teacher", "baseline"))
COPYING = tuple(slug for slug in TAUGHT if slug != "soft-targets")
DEEPEST = max(sizes(name).layers for name in STUDENTS)
FIGURES = (
    Figure(
        "dev-accuracy",
        Text("Accuracy on dev in step 1 and step 2", "第一步与第二步中的验证集准确率"),
        STEP,
        Text("accuracy", "准确率"),
        series=tuple(f"{role.slug}/dev_accuracy" for role in ROLES),
    ),
    Figure(
        "step-1-loss",
        Text("Step 1: sum of the layer losses", "第一步：各层损失之和"),
        STEP,
        SQUARES,
        series=tuple(f"{role}/step_1_loss" for role in COPYING),
    ),
    Figure(
        "attention-loss",
        Text("Step 1: attention scores, by student layer", "第一步：注意力分数，按学生层"),
        STEP,
        SQUARES,
        series=tuple(f"{role}/attention_{m}" for role in ("student", "no-attention") for m in range(1, DEEPEST + 1)),
    ),
    Figure(
        "hidden-loss",
        Text("Step 1: embeddings and hidden states, by student layer", "第一步：嵌入与隐藏状态，按学生层"),
        STEP,
        SQUARES,
        series=(
            "student/embedding_0",
            *(f"student/hidden_{m}" for m in range(1, DEEPEST + 1)),
            "no-embedding/embedding_0",
            *(f"no-hidden/hidden_{m}" for m in range(1, DEEPEST + 1)),
        ),
    ),
    Figure(
        "prediction-loss",
        Text("Step 2: prediction loss", "第二步：预测损失"),
        STEP,
        NATS,
        series=tuple(f"{role}/prediction_loss" for role in TAUGHT),
    ),
    Figure(
        "general-loss",
        Text("General stage: sum of the layer losses", "通用阶段：各层损失之和"),
        STEP,
        SQUARES,
        series=tuple(f"{role}/general_loss" for role in COPYING),
    ),
    Figure(
        "labels-loss",
        Text("Loss on the labels", "标签损失"),
        STEP,
        NATS,
        series=("teacher/loss", "baseline/hard_loss"),
    ),
    Figure(
        "attention-teacher",
        Text("Attention of the teacher, mean of the heads", "教师的注意力（各头平均）"),
        TOKEN_COLUMNS,
        TOKEN_ROWS,
        series=(),
    ),
    Figure(
        "attention-student",
        Text("Attention of the student, mean of the heads", "学生的注意力（各头平均）"),
        TOKEN_COLUMNS,
        TOKEN_ROWS,
        series=(),
    ),
    Figure(
        "attention-heads",
        Text("What [CLS] looks at, by layer and head", "[CLS] 看向哪里，按层与头"),
        TOKEN_COLUMNS,
        Text("layer.head", "层.头"),
        series=(),
    ),
)
SYMBOLS = (
    Symbol(
        "h^m", Text("states after layer m; h^0 are the embeddings", "第 m 层之后的状态；h^0 为嵌入"), ("h_s", "h_t")
    ),
    Symbol(
        "A^m",
        Text("attention scores of layer m, before the softmax", "第 m 层 softmax 之前的注意力分数"),
        ("A_s", "A_t"),
    ),
    Symbol("g(m)", Text("the teacher layer that student layer m copies", "学生第 m 层所模仿的教师层"), ("g",)),
    Symbol("W_e", Text("takes the student's embeddings to the teacher's width", "把学生嵌入投影到教师宽度"), ("W_e",)),
    Symbol("W_h", Text("takes the student's states to the teacher's width", "把学生状态投影到教师宽度"), ("W_h",)),
    Symbol("z_t", Text("the teacher's logits", "教师的 logits"), ("z_t",)),
    Symbol("z_s", Text("the student's logits", "学生的 logits"), ("z_s",)),
    Symbol("T", Text("temperature, the same for both", "温度，两者相同"), ("T", "temperature")),
    Symbol("H", Text("heads, equally many in both", "头数，两者相同")),
    Symbol("n", Text("tokens of a text, without padding", "一条文本的词元数，不含填充"), ("real",)),
    Symbol("D_s, D_t", Text("widths of student and teacher", "学生与教师的宽度"), ("D_s", "D_t")),
    Symbol("M, N", Text("layers of student and teacher", "学生与教师的层数")),
    Symbol("N_a", Text("copies of each text", "每条文本的副本数"), ("copies",)),
    Symbol("p", Text("probability that a word is replaced", "一个词被替换的概率"), ("p", "replaced")),
    Symbol("K", Text("candidates for a place", "一个位置的候选词数"), ("K", "candidates")),
)
CLAIMS = (
    Claim(Text("Quality on GLUE, of BERT-base's", "GLUE 上相对 BERT-base 的表现"), "> 96.8 %", "abstract, 4 layers"),
    Claim(Text("Size, against BERT-base", "与 BERT-base 相比的大小"), "7.5× smaller", "abstract, 4 layers"),
    Claim(Text("Speed, against BERT-base", "与 BERT-base 相比的速度"), "9.4× faster", "abstract, 4 layers"),
)
SPEC = MethodSpec(
    slug="tinybert",
    title=Text("TinyBERT", "TinyBERT"),
    family="distillation",
    summary=Text(
        "A small BERT copies its teacher's embeddings, hidden states and attention scores layer by layer, twice, "
        "before it learns the teacher's predictions on augmented text.",
        "小型 BERT 先后两次逐层模仿教师的嵌入、隐藏状态和注意力分数，再在增强后的文本上学习教师的预测。",
    ),
    paper="1909.10351",
    params=PARAMS,
    presets=PRESETS,
    data=(CLASSIFIED, PAIRS),
    roles=ROLES,
    figures=FIGURES,
    claims=CLAIMS,
    symbols=SYMBOLS,
    shrunk=Text(
        "Small encoders pre-trained on the task's own text, which also stands in for the general corpus; words are "
        "tokens, so augmentation needs no word vectors for split words; one copy of each text instead of tens.",
        "小型编码器只在任务文本上预训练，通用语料也由它代替；以词为词元，数据增强无需为被切开的词准备词向量；"
        "每条文本只增强一份，而非几十份。",
    ),
    checks=(same_heads, layers_fit, something_to_copy),
    budget=("general_epochs", "intermediate_epochs", "prediction_epochs"),
)
