"""DistilLSTM: what the method is. The job is in job.py, the page in page.md and page.zh.md."""

from collections.abc import Mapping
from dataclasses import replace

from workers.kit import params
from workers.kit.texts import CLASSIFIED
from workers.spec import Claim, Figure, MethodSpec, Param, Preset, Role, Symbol, Text, Value


def chance(name: str, default: float, symbol: str, label: Text, help: Text) -> Param:
    return Param(name, "float", default, label, help, minimum=0, maximum=1, symbol=symbol)


METHOD = (
    Param(
        "rounds",
        "int",
        20,
        Text("Rounds of augmentation", "增强轮次"),
        Text(
            "How often the rules go through each text. 0 switches augmentation off.",
            "规则处理每条文本的次数。取 0 即关闭数据增强。",
        ),
        minimum=0,
        maximum=50,
        symbol=r"n_{\mathrm{iter}}",
    ),
    chance(
        "masked",
        0.1,
        r"p_{\mathrm{mask}}",
        Text("Chance of masking", "遮蔽概率"),
        Text("Of each word, to be hidden behind [MASK].", "每个词被替换为 [MASK] 的概率。"),
    ),
    chance(
        "replaced",
        0.1,
        r"p_{\mathrm{pos}}",
        Text("Chance of replacement", "换词概率"),
        Text(
            "Of each word, to give way to another of the same part of speech, drawn by how often it occurs.",
            "每个词被换成同词性另一个词的概率，按出现次数抽取。",
        ),
    ),
    chance(
        "ngrams",
        0.25,
        r"p_{\mathrm{ng}}",
        Text("Chance of an n-gram", "取片段概率"),
        Text(
            "Of each text, to be cut to 1 to 5 words in a row. The authors' code has 0 unless asked.",
            "每条文本只保留连续 1 到 5 个词的概率。作者的代码默认取 0。",
        ),
    ),
    Param(
        "source",
        "choice",
        "labelled",
        Text("Texts to begin with", "起始文本"),
        Text(
            "What the transfer set grows from: the student's labelled texts, as in the paper, or all training texts.",
            "迁移集由哪些文本扩充而来：学生的有标注文本（按论文），或全部训练文本。",
        ),
        choices=(
            ("labelled", Text("The labelled texts", "有标注的文本")),
            ("all", Text("All training texts", "全部训练文本")),
        ),
    ),
    Param(
        "alpha",
        "float",
        0.0,
        Text("Label weight", "标签权重"),
        Text(
            "How much hard labels count against the logits. The paper's is 0. Texts without a label carry the "
            "teacher's choice.",
            "硬标签相对于 logits 的权重，论文取 0。没有标签的文本采用教师的判断。",
        ),
        minimum=0,
        maximum=1,
        symbol=r"\alpha",
    ),
    Param(
        "form",
        "choice",
        "paper",
        Text("Form of the distance", "距离的写法"),
        Text(
            "The paper sums squares over the classes; the authors' code takes their mean.",
            "论文把各类别的平方相加，作者的代码取平均。",
        ),
        choices=(
            ("paper", Text("As the paper writes it", "按论文")),
            ("code", Text("As the authors' code computes it", "按作者的代码")),
        ),
    ),
)
TEACHERS = ("bert-2x32", "bert-4x64", "bert-6x64", "bert-4x128", "bert-6x128")
STUDENTS = ("bilstm-16", "bilstm-32", "bilstm-64", "bilstm-150")
PARAMS = (
    *METHOD,
    params.LABELLED,
    replace(
        params.TRAIN_ROWS,
        default=10_000,
        help=Text(
            "Texts drawn from the training set. The teacher sees all their labels.",
            "从训练集抽取的文本数。教师看到其全部标签。",
        ),
    ),
    params.teacher("bert-4x64", *TEACHERS),
    params.student("bilstm-32", *STUDENTS),
    params.READY_MADE,
    params.VOCABULARY,
    replace(params.PRETRAINING_EPOCHS, default=10),
    params.TEACHER_EPOCHS,
    replace(
        params.EPOCHS,
        default=5,
        help=Text(
            "In passes over all training texts. Every arm takes these steps, however many texts it has.",
            "以遍历全部训练文本计。各对照组不论文本多少，步数都相同。",
        ),
    ),
    params.LEARNING_RATE,
    replace(params.BATCH_SIZE, help=Text("Texts a step.", "每步的文本数。")),
)


def chances_add_up(values: Mapping[str, Value]) -> dict[str, Text]:
    """A word is masked or replaced, never both."""
    if float(values["masked"]) + float(values["replaced"]) <= 1:
        return {}
    return {
        "replaced": Text(
            "together with the chance of masking it exceeds 1; lower one of them",
            "与遮蔽概率之和超过 1；请调低其中一个",
        )
    }


PRESETS = (
    Preset(
        "smoke",
        *params.SMOKE,
        "opinions",
        seconds=9,
        values={
            "rounds": 4,
            "labelled": 100,
            "train_rows": 400,
            "teacher": "bert-2x32",
            "student": "bilstm-16",
            "pretraining_epochs": 2,
            "teacher_epochs": 1,
            "epochs": 1,
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
            "student": "bilstm-150",
            "vocabulary": 16_000,
            "batch_size": 128,
        },
    ),
)
ALONE = ("labelled", "train_rows", "student", "ready_made", "vocabulary", "epochs", "learning_rate", "batch_size")
TAUGHT = tuple(dict.fromkeys((*ALONE, *params.OF_THE_TEACHER)))
LOSS, RULES = ("alpha", "form"), ("rounds", "masked", "replaced", "ngrams")
ROLES = (
    Role("teacher", Text("Teacher", "教师"), "teacher", params.OF_THE_TEACHER),
    Role("baseline", Text("BiLSTM, labels only", "BiLSTM（仅标签）"), "baseline", ALONE),
    Role("logits", Text("BiLSTM, no augmentation", "BiLSTM（无数据增强）"), "baseline", (*TAUGHT, *LOSS, "source")),
    Role(
        "hard-labels",
        Text("BiLSTM, hard labels", "BiLSTM（硬标签）"),
        "baseline",
        (*TAUGHT, *RULES, "source"),
    ),
    Role("real-texts", Text("BiLSTM, real texts", "BiLSTM（真实文本）"), "baseline", (*TAUGHT, *LOSS)),
    Role("student", Text("DistilLSTM", "DistilLSTM"), "method"),
)
STEP = Text("step", "步")
BY_LOGITS = ("logits", "real-texts", "student")
FIGURES = (
    Figure(
        "dev-accuracy",
        Text("Accuracy on dev while training", "训练中的验证集准确率"),
        STEP,
        Text("accuracy", "准确率"),
        series=tuple(f"{role.slug}/dev_accuracy" for role in ROLES),
    ),
    Figure(
        "logit-distance",
        Text("Distance from the teacher's logits", "与教师 logits 的距离"),
        STEP,
        Text("squared distance", "平方距离"),
        series=tuple(f"{role}/logit_distance" for role in BY_LOGITS),
    ),
    Figure(
        "hard-loss",
        Text("Loss on hard labels", "硬标签损失"),
        STEP,
        Text("loss (nats)", "损失（nat）"),
        series=("teacher/loss", *(f"{role}/hard_loss" for role in ("baseline", "hard-labels", *BY_LOGITS))),
    ),
    Figure(
        "transfer-set",
        Text("The transfer set, by what was done to a text", "迁移集，按文本经过的处理"),
        Text("what was done", "处理方式"),
        Text("texts", "文本数"),
        series=(),
    ),
    Figure(
        "turned-labels",
        Text("Texts that the teacher takes for another class than their source", "教师判为与原文不同类别的文本"),
        Text("what was done", "处理方式"),
        Text("share", "比例"),
        series=(),
    ),
)
SYMBOLS = (
    Symbol("z_t", Text("the teacher's logits", "教师的 logits"), ("z_t",)),
    Symbol("z_s", Text("the student's logits", "学生的 logits"), ("z_s",)),
    Symbol("y", Text("a text's label, or the teacher's choice", "文本的标签，或教师的判断"), ("y",)),
    Symbol(r"\alpha", Text("weight of the hard labels", "硬标签的权重"), ("alpha",)),
    Symbol("h_f", Text("the last state of the forward direction", "前向的最后一个状态"), ("h_f",)),
    Symbol("h_b", Text("the first state of the backward direction", "后向在首词处的状态"), ("h_b",)),
    Symbol("H", Text("units a direction", "每个方向的单元数"), ("H",)),
    Symbol("W_1, W_2", Text("weights of the hidden layer and of the last", "隐藏层与输出层的权重"), ("fc", "head")),
    Symbol(r"p_{\mathrm{mask}}", Text("a word's chance of being masked", "一个词被遮蔽的概率"), ("p_mask",)),
    Symbol(r"p_{\mathrm{pos}}", Text("a word's chance of being replaced", "一个词被替换的概率"), ("p_pos",)),
    Symbol(r"p_{\mathrm{ng}}", Text("a text's chance of being cut", "一条文本被截成片段的概率"), ("p_ng",)),
    Symbol(
        r"n_{\mathrm{iter}}", Text("turns of the rules on each text", "规则处理每条文本的次数"), ("n_iter", "rounds")
    ),
    Symbol("n", Text("words that are kept of a text", "片段保留的词数"), ("n",)),
    Symbol("B", Text("texts in a batch", "一批中的文本数")),
    Symbol("C", Text("classes", "类别数")),
)
CLAIMS = (
    Claim(Text("SST-2, test accuracy", "SST-2 测试集准确率"), "90.7", "GLUE leaderboard"),
    Claim(Text("Parameters, against ELMo", "与 ELMo 相比的参数量"), "about 100× fewer", "abstract"),
    Claim(Text("Inference time, against ELMo", "与 ELMo 相比的推理时间"), "about 15× less", "abstract"),
)
SPEC = MethodSpec(
    slug="distil-lstm",
    title=Text("DistilLSTM", "DistilLSTM"),
    family="distillation",
    summary=Text(
        "A BiLSTM of one layer learns the logits of a fine-tuned BERT, on texts that simple rules make out of the few "
        "there are.",
        "单层 BiLSTM 学习微调后的 BERT 的 logits，所用文本由简单规则从少量原文扩充而来。",
    ),
    paper="1903.12136",
    params=PARAMS,
    presets=PRESETS,
    data=(CLASSIFIED,),
    roles=ROLES,
    figures=FIGURES,
    claims=CLAIMS,
    symbols=SYMBOLS,
    shrunk=Text(
        "A small BERT pre-trained on the task's own text; a narrower student in the paper's proportions, whose word "
        "vectors begin at random; tags from a lexicon with endings; single texts, no pairs.",
        "教师是只在任务文本上预训练的小型 BERT；学生按论文的比例缩窄，词向量随机初始化；词性由带词尾规则的词典给出；"
        "只处理单条文本，不含句对。",
    ),
    checks=(chances_add_up,),
)
