"""Parameters that mean the same in every method that has them. No torch. A method changes a default by `replace`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps

from workers.kit import architectures, known_encoders
from workers.spec import Param, Text, Value

# What the presets are called, and what is said of them, where a method has nothing of its own to say.
SMOKE = (Text("Smoke", "冒烟"), Text("A few seconds, to see that it runs.", "几秒钟，仅确认能运行。"))
SMALL = (
    Text("Small", "小型"),
    Text("A few minutes on a laptop; less with a cached teacher.", "笔记本上几分钟；教师已缓存时更短。"),
)
FULL_ON_PHRASES = (Text("Full", "完整"), Text("SST-2's phrases, on a GPU.", "在 GPU 上用 SST-2 短语。"))

TRAIN_ROWS = Param(
    "train_rows",
    "int",
    6_000,
    Text("Training texts", "训练文本总数"),
    Text(
        "Texts drawn from the training set. The teacher sees all their labels; beyond the labelled ones they are "
        "the student's transfer set.",
        "从训练集抽取的文本数。教师看到全部标签；其中不给学生标签的部分构成迁移集。",
    ),
    minimum=100,
    maximum=100_000,
)
LABELLED = Param(
    "labelled",
    "int",
    500,
    Text("Labelled texts", "有标注文本数"),
    Text(
        "Training texts whose labels the student sees. The rest only carry the teacher's opinion.",
        "学生能看到标签的训练文本数；其余文本只带教师的判断。",
    ),
    minimum=20,
    maximum=50_000,
)
VOCABULARY = Param(
    "vocabulary",
    "int",
    8_000,
    Text("Vocabulary", "词表大小"),
    Text("Most frequent words (or Chinese characters) that have a vector.", "拥有词向量的高频词（或汉字）数量。"),
    minimum=200,
    maximum=30_000,
)
PRETRAINING_EPOCHS = Param(
    "pretraining_epochs",
    "int",
    8,
    Text("Pre-training epochs", "预训练轮数"),
    Text(
        "Passes over the training texts in which an encoder guesses hidden words before it sees a label. A BiLSTM is "
        "not pre-trained.",
        "编码器在看到标签之前，遍历训练文本猜测被遮蔽词的次数。BiLSTM 不做预训练。",
    ),
    minimum=0,
    maximum=40,
)
READY_MADE = Param(
    "ready_made",
    "text",
    "",
    Text("Ready-made teacher", "现成教师"),
    Text(
        "A folder in models/ of DATA_DIR, or an id of the hub where that is allowed, that transformers loads. It takes "
        "the place of the teacher chosen above, is fine-tuned on the labels without pre-training, and its tokenizer "
        "reads the texts for every network.",
        "DATA_DIR 下 models/ 中的文件夹，或（在允许时）Hub 上的名称，须为 transformers 能加载的编码器。"
        "填写后取代上面所选的教师：不再预训练，直接用标签微调，所有网络都用它的分词器读文本。",
    ),
    maximum=200,
    why_not=known_encoders.why_not,
)
TEACHER_EPOCHS = Param(
    "teacher_epochs",
    "int",
    4,
    Text("Teacher epochs", "教师训练轮数"),
    Text(
        "Passes over the training texts. A teacher that has memorised them has less to teach.",
        "遍历训练文本的次数。把训练文本背下来的教师能教的东西反而更少。",
    ),
    minimum=1,
    maximum=30,
)
EPOCHS = Param(
    "epochs",
    "int",
    6,
    Text("Student epochs", "学生训练轮数"),
    Text("Passes over the transfer set; every arm takes the same steps.", "遍历迁移集的次数；各对照组步数相同。"),
    minimum=1,
    maximum=40,
)
LEARNING_RATE = Param(
    "learning_rate",
    "float",
    2e-3,
    Text("Student learning rate", "学生学习率"),
    Text(
        "Highest rate of AdamW, after warm-up and before it falls to zero.",
        "AdamW 的峰值学习率，预热后达到，随后降到零。",
    ),
    minimum=1e-5,
    maximum=1e-2,
)
BATCH_SIZE = Param(
    "batch_size",
    "int",
    64,
    Text("Batch size", "批大小"),
    Text("Texts a step; a quarter of them are labelled.", "每步的文本数，其中四分之一有标注。"),
    minimum=8,
    maximum=256,
)

# What settles a teacher's numbers, with data and seed: a Role's `depends_on` in every method that has one.
OF_THE_TEACHER = ("train_rows", "teacher", READY_MADE.name, "vocabulary", "pretraining_epochs", "teacher_epochs")


def switch(name: str, label: Text, help: Text, default: bool = True) -> Param:
    """A part of a method that can be left out."""
    return Param(name, "bool", default, label, help)


def teacher(default: str, *names: str) -> Param:
    """A choice of the networks that are trained first."""
    return Param(
        "teacher",
        "choice",
        default,
        Text("Teacher", "教师网络"),
        Text("The large network, trained first and then frozen.", "较大的网络，先训练，再冻结。"),
        choices=architectures.choices(*names),
    )


def student(default: str, *names: str) -> Param:
    """A choice of the networks that learn from the teacher."""
    return Param(
        "student",
        "choice",
        default,
        Text("Student", "学生网络"),
        Text("The small network, trained from scratch in every arm.", "较小的网络，每个对照组都从头训练。"),
        choices=architectures.choices(*names),
    )


def encoder(default: str, *names: str) -> Param:
    """A choice of encoders that are looked at: those known by name (known_encoders.py), and small ones of the kit."""
    known = {name: encoder.title for name, encoder in known_encoders.KNOWN.items()}
    return Param(
        "encoder",
        "choice",
        default,
        Text("Encoder", "编码器"),
        Text(
            "The network that is looked at. A pre-trained one is taken as it is; a small one is pre-trained first.",
            "要分析的网络。已预训练的直接使用；较小的先在文本上预训练。",
        ),
        choices=tuple((name, known.get(name) or architectures.title(name)) for name in names),
        why_not=known_encoders.why_not,
    )


Check = Callable[[Mapping[str, Value]], Mapping[str, Text]]


def of_named_teachers(check: Check) -> Check:
    """A check of a spec that reads the teacher's name: with a ready-made one it is made in the run, once loaded.

    `teaching.refuse_misfits` makes it there.
    """

    @wraps(check)
    def checked(values: Mapping[str, Value]) -> Mapping[str, Text]:
        return {} if values.get(READY_MADE.name) else check(values)

    return checked
