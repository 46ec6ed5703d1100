"""Hinton's soft targets: what the method is. The job is in job.py, the page in page.md and page.zh.md."""

from workers.kit import params
from workers.kit.texts import CLASSIFIED, PAIRS
from workers.spec import Claim, Figure, MethodSpec, Param, Preset, Role, Symbol, Text

TEACHERS = (
    "bilstm-64", "bilstm-128", "bilstm-256", "bert-2x32", "bert-4x64", "bert-2x128", "bert-4x128", "bert-6x128",
    "bert-4x256",
)  # fmt: skip
STUDENTS = ("bilstm-16", "bilstm-32", "bilstm-64", "bert-1x32", "bert-2x32", "bert-1x64", "bert-2x64", "bert-2x128")
PARAMS = (
    Param(
        "temperature",
        "float",
        2.0,
        Text("Temperature", "温度"),
        Text(
            "Divides both networks' logits in the soft loss. 1 leaves the probabilities as they are; higher shows more "
            "of how the wrong classes compare. For two classes 1 to 4 is sensible.",
            "软损失中两个网络的 logits 都除以它。取 1 时概率不变；越高，越能看清错误类别间的差别。二分类宜取 1 到 4。",
        ),
        minimum=1,
        maximum=20,
        symbol="T",
    ),
    Param(
        "alpha",
        "float",
        0.9,
        Text("Soft weight", "软目标权重"),
        Text(
            "How much the teacher's probabilities count; the labels count one minus this. 0 is the baseline, 1 uses no "
            "label.",
            "教师概率所占的权重，真实标签占一减去它。取 0 即为基线，取 1 则完全不用标签。",
        ),
        minimum=0,
        maximum=1,
        symbol=r"\alpha",
    ),
    params.LABELLED,
    params.TRAIN_ROWS,
    params.teacher("bilstm-128", *TEACHERS),
    params.student("bilstm-32", *STUDENTS),
    params.READY_MADE,
    params.VOCABULARY,
    params.PRETRAINING_EPOCHS,
    params.TEACHER_EPOCHS,
    params.EPOCHS,
    params.LEARNING_RATE,
    params.BATCH_SIZE,
    Param(
        "extra_arms",
        "bool",
        True,
        Text("Further baselines", "额外对照组"),
        Text(
            "Also train a student on the teacher's hard labels and one that matches its logits.",
            "另外训练两个学生：一个学教师的硬标签，一个匹配教师的 logits。",
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
            "labelled": 100,
            "train_rows": 1_000,
            "teacher": "bilstm-64",
            "epochs": 3,
            "batch_size": 32,
            "extra_arms": False,
        },
    ),
    Preset(
        "small", Text("Small", "小型"), Text("About half a minute on a laptop.", "笔记本上约半分钟。"), "opinions", 21
    ),
    Preset(
        "full",
        *params.FULL_ON_PHRASES,
        "sst2",
        needs="gpu",
        values={
            "labelled": 2_000,
            "train_rows": 67_000,
            "teacher": "bilstm-256",
            "student": "bilstm-64",
            "epochs": 6,
            "vocabulary": 16_000,
        },
    ),
)
ALONE = ("labelled", "train_rows", "student", "ready_made", "vocabulary", "epochs", "learning_rate", "batch_size")
TAUGHT = tuple(dict.fromkeys((*ALONE, *params.OF_THE_TEACHER, "alpha")))  # at no temperature of the loss
ROLES = (
    Role("teacher", Text("Teacher", "教师"), "teacher", params.OF_THE_TEACHER),
    Role("baseline", Text("Student, labels only", "学生（仅标签）"), "baseline", ALONE),
    Role("teacher-labels", Text("Student, teacher's hard labels", "学生（教师硬标签）"), "baseline", TAUGHT),
    Role("logit-matching", Text("Student, logit matching", "学生（logits 匹配）"), "baseline", TAUGHT),
    Role("student", Text("Student, soft targets", "学生（软目标）"), "method"),
)
STEP, LOSS = Text("step", "步"), Text("loss (nats)", "损失（nat）")
STUDENTS = ("baseline", "teacher-labels", "logit-matching", "student")
FIGURES = (
    Figure(
        "dev-accuracy",
        Text("Accuracy on dev while training", "训练中的验证集准确率"),
        STEP,
        Text("accuracy", "准确率"),
        series=tuple(f"{role}/dev_accuracy" for role in ("teacher", *STUDENTS)),
    ),
    Figure(
        "hard-loss",
        Text("Loss on the labels", "标签损失"),
        STEP,
        LOSS,
        series=("teacher/loss", *(f"{role}/hard_loss" for role in STUDENTS)),
    ),
    Figure(
        "soft-loss",
        Text("Loss against the teacher", "对教师的损失"),
        STEP,
        LOSS,
        series=tuple(f"{role}/soft_loss" for role in STUDENTS[1:]),
    ),
    Figure(
        "softness",
        Text("What the temperature does to the teacher", "温度对教师的作用"),
        Text("temperature T", "温度 T"),
        Text("mean highest probability", "最高概率的平均值"),
        series=(),
    ),
    Figure(
        "calibration",
        Text("Confidence and accuracy on dev", "验证集上的置信度与准确率"),
        Text("confidence", "置信度"),
        Text("accuracy", "准确率"),
        series=(),
    ),
)
SYMBOLS = (
    Symbol("x", Text("a text", "一条文本"), ("ids",)),
    Symbol("y", Text("its label", "它的标签"), ("y",)),
    Symbol("z_t", Text("the teacher's logits", "教师的 logits"), ("z_t",)),
    Symbol("z_s", Text("the student's logits", "学生的 logits"), ("z_s",)),
    Symbol("T", Text("temperature, the same for both", "温度，两者相同"), ("T", "temperature")),
    Symbol("p", Text("the teacher's softened probabilities", "教师软化后的概率"), ("log_p",)),
    Symbol("q", Text("the student's softened probabilities", "学生软化后的概率"), ("log_q",)),
    Symbol(r"\alpha", Text("weight of the soft loss", "软损失的权重"), ("alpha",)),
    Symbol("B", Text("texts in a batch", "一批中的文本数")),
    Symbol("C", Text("classes", "类别数")),
)
CLAIMS: tuple[Claim, ...] = ()  # the paper's figures are on digits and speech; none has been checked against its text

SPEC = MethodSpec(
    slug="hinton-kd",
    title=Text("Soft targets", "软目标蒸馏"),
    family="distillation",
    summary=Text(
        "A small network learns from a large one's whole probability vector, softened by a temperature, and not from "
        "the right answer alone.",
        "小网络不只学正确答案，还学习大网络经温度软化后的整个概率分布。",
    ),
    paper="1503.02531",
    params=PARAMS,
    presets=PRESETS,
    data=(CLASSIFIED, PAIRS),
    roles=ROLES,
    figures=FIGURES,
    claims=CLAIMS,
    symbols=SYMBOLS,
    shrunk=Text(
        "One teacher, not an ensemble; small BiLSTMs and transformers on short texts, not digits and speech. The "
        "transfer set is the training text whose labels the student does not get.",
        "只用一个教师而非集成；在短文本上用小型 BiLSTM 与 Transformer，而非手写数字与语音。"
        "迁移集就是不给学生标签的那部分训练文本。",
    ),
)
