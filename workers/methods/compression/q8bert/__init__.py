"""What a reader may choose, see and expect of Q8BERT."""

from dataclasses import replace

from workers.kit import params
from workers.kit.texts import CLASSIFIED, PAIRS
from workers.spec import Claim, Figure, MethodSpec, Param, Preset, Role, Symbol, Text

STEPS = (*params.OF_THE_TEACHER, "epochs", "learning_rate", "batch_size")
ROUNDING = ("weight_bits", "activation_bits", "embeddings", "requantise")

PARAMS = (
    Param(
        "weight_bits",
        "int",
        8,
        Text("Bits of a weight", "权重位数"),
        Text(
            "Whole numbers from -(2^(b-1) - 1) to 2^(b-1) - 1. The file holds so many bits a weight; what is computed "
            "with is int8.",
            "整数取值从 -(2^(b-1) - 1) 到 2^(b-1) - 1。文件中每个权重占这么多位；计算时仍用 int8。",
        ),
        minimum=2,
        maximum=8,
        unit="bits",
        symbol="b",
    ),
    Param(
        "activation_bits",
        "int",
        8,
        Text("Bits of an activation", "激活值位数"),
        Text("Of what goes into each linear layer.", "每个线性层输入的位数。"),
        minimum=2,
        maximum=8,
        unit="bits",
        symbol="b",
    ),
    Param(
        "embeddings",
        "bool",
        True,
        Text("Round the embedding tables", "对嵌入表舍入"),
        Text(
            "As in the paper. Without it the tables, the larger part of a small network, stay in floating point.",
            "与论文一致。关闭后，占小网络大部分的嵌入表仍为浮点数。",
        ),
    ),
    Param(
        "requantise",
        "bool",
        False,
        Text("Round the outputs too", "输出也舍入"),
        Text(
            "What each linear layer gives is rounded again, with a range of its own; the authors' code can do so layer "
            "by layer.",
            "每个线性层的输出再按自己的范围舍入一次；作者的代码可逐层开启。",
        ),
    ),
    Param(
        "decay",
        "float",
        0.9999,
        Text("Decay of the ranges", "范围的衰减系数"),
        Text(
            "Of the running mean of each activation's largest entry, a step. The paper's 0.9999 remembers ten thousand "
            "steps; 0.99 a hundred.",
            "各激活值最大元素的滑动平均，每步的衰减。论文的 0.9999 约记住一万步，0.99 约一百步。",
        ),
        minimum=0.0,
        maximum=1.0,
    ),
    Param(
        "calibration_texts",
        "int",
        1_024,
        Text("Texts for calibration", "校准文本数"),
        Text(
            "Training texts from which the ranges are taken before training. 0: from its first batch, as in the paper; "
            "what is rounded after training is then calibrated with 64.",
            "训练开始前用多少训练文本确定范围。填 0 则如论文，由第一个批次确定；此时训练后舍入的网络用 64 条文本校准。",
        ),
        minimum=0,
        maximum=10_000,
    ),
    Param(
        "start_step",
        "int",
        0,
        Text("First step that rounds", "开始舍入的步数"),
        Text(
            "Before it, training goes on in floating point and only follows the ranges.",
            "在此之前以浮点训练，只记录范围。",
        ),
        minimum=0,
        maximum=100_000,
        unit="steps",
    ),
    Param(
        "clipped",
        "bool",
        False,
        Text("No gradient where clamped", "截断处不传梯度"),
        Text(
            "Off, the gradient passes rounding and clamping as if neither were there, as in the paper.",
            "关闭时，梯度如论文那样穿过舍入与截断，好像二者都不存在。",
        ),
    ),
    Param(
        "curve",
        "bool",
        True,
        Text("Curve over bits", "位数曲线"),
        Text(
            "Also train, and round after training, weights of 2, 3, 4, 6 and 8 bits: a training more for each.",
            "另以 2、3、4、6、8 位权重各训练一次，并与训练后舍入比较：每种位数多训练一次。",
        ),
    ),
    params.teacher("bert-4x64", "bert-2x32", "bert-4x64", "bert-4x128", "bert-6x128", "bert-6x256"),
    params.READY_MADE,
    replace(params.TRAIN_ROWS, default=10_000, help=Text("Drawn from the training set.", "从训练集抽取的文本数。")),
    params.VOCABULARY,
    replace(params.PRETRAINING_EPOCHS, default=10),
    params.TEACHER_EPOCHS,
    replace(
        params.EPOCHS,
        default=1,
        help=Text(
            "Passes over the training texts after the teacher's own, with the rounding and, as many, without it.",
            "教师训练结束后再遍历训练文本的次数；带舍入与不带舍入的训练步数相同。",
        ),
        maximum=10,
    ),
    replace(params.LEARNING_RATE, default=1e-3),
    replace(params.BATCH_SIZE, help=Text("Texts a step, all with their label.", "每步的文本数，全部带标签。")),
)

PRESETS = (
    Preset(
        "smoke",
        *params.SMOKE,
        data="opinions",
        seconds=7,
        values={
            "teacher": "bert-2x32",
            "train_rows": 400,
            "vocabulary": 1_000,
            "pretraining_epochs": 1,
            "teacher_epochs": 1,
            "calibration_texts": 128,
            "curve": False,
        },
    ),
    Preset("small", *params.SMALL, data="opinions"),
    Preset(
        "full",
        *params.FULL_ON_PHRASES,
        data="sst2",
        needs="gpu",
        values={
            "teacher": "bert-6x128",
            "train_rows": 67_000,
            "vocabulary": 16_000,
            "epochs": 3,
            "learning_rate": 5e-4,
        },
    ),
)

ROLES = (
    Role("teacher", Text("Fine-tuned, floating point", "微调后的浮点网络"), "teacher", params.OF_THE_TEACHER),
    Role("continued", Text("Trained on, floating point", "继续训练的浮点网络"), "baseline", STEPS),
    Role("dynamic", Text("Rounded after, ranges by batch", "训练后舍入，范围随批次"), "baseline", (*STEPS, *ROUNDING)),
    Role(
        "static",
        Text("Rounded after, ranges calibrated", "训练后舍入，范围经校准"),
        "baseline",
        (*STEPS, *ROUNDING, "calibration_texts"),
    ),
    Role(
        "student",
        Text("Q8BERT, trained with rounding", "Q8BERT，带舍入训练"),
        "method",
        (*STEPS, *ROUNDING, "calibration_texts", "decay", "start_step", "clipped"),
    ),
)

LAYER, PART = Text("Layer", "层"), Text("Linear layer", "线性层")
FIGURES = (
    Figure(
        "quality-bits",
        Text("Quality against bits of a weight", "质量与权重位数"),
        Text("bits", "位数"),
        Text("dev accuracy", "验证集准确率"),
        (),
    ),
    Figure("of-input", Text("Rounding of inputs: largest error", "输入舍入的最大误差"), PART, LAYER, ()),
    Figure("of-weight", Text("Rounding of weights: largest error", "权重舍入的最大误差"), PART, LAYER, ()),
    Figure(
        "of-integers",
        Text("Integers against their simulation: largest difference of outputs", "整数计算与模拟的输出最大差"),
        PART,
        LAYER,
        (),
    ),
    Figure(
        "kernel-time",
        Text("Time of a linear layer in int8, fp32 being 1 (CPU)", "线性层的 int8 耗时，以 fp32 为 1（CPU）"),
        Text("inputs to outputs", "输入到输出"),
        Text("times fp32", "相对 fp32"),
        (),
    ),
    Figure(
        "dev-accuracy",
        Text("Accuracy on dev", "验证集准确率"),
        Text("step", "步"),
        Text("accuracy", "准确率"),
        ("teacher/dev_accuracy", "continued/dev_accuracy", "student/dev_accuracy"),
    ),
    Figure(
        "loss",
        Text("Cross-entropy in training", "训练交叉熵"),
        Text("step", "步"),
        Text("nats", "奈特"),
        ("teacher/loss", "continued/loss", "student/loss"),
    ),
    Figure(
        "range",
        Text("Range of activations, mean of the linear layers", "激活值范围，各线性层平均"),
        Text("step", "步"),
        Text("EMA of max |x|", "max |x| 的滑动平均"),
        ("student/range",),
    ),
)

CLAIMS = (
    Claim(
        Text("A file four times smaller, with little loss of accuracy", "文件缩小到四分之一，准确率几乎不降"),
        "4x",
        "abstract",
        metric="size_bytes",
        role="student",
        than="continued",
    ),
)

SYMBOLS = (
    Symbol("b", Text("bits", "位数"), ("b", "weight_bits", "activation_bits")),
    Symbol("M", Text("largest integer of b bits", "b 位的最大整数"), ("M", "largest_integer")),
    Symbol("x", Text("what goes into a linear layer", "线性层的输入"), ("x",)),
    Symbol("W", Text("weights of a linear layer, or an embedding table", "线性层权重或嵌入表"), ("W", "weight")),
    Symbol("S_x", Text("scale of an activation", "激活值的比例系数"), ("S_x", "scale")),
    Symbol("S_W", Text("scale of a weight tensor", "权重张量的比例系数"), ("S_W", "weight_scale")),
    Symbol("q_x", Text("integers of an activation", "激活值的整数"), ("q_x", "quantise")),
    Symbol("q_W", Text("integers of a weight tensor", "权重张量的整数"), ("q_W",)),
    Symbol("q_b", Text("integers of a bias", "偏置的整数"), ("q_b",)),
    Symbol(r"\hat{x}", Text("x after rounding", "舍入后的 x"), ("fake_quantise", "FakeQuantise")),
    Symbol(r"\rho", Text("decay of the ranges", "范围的衰减系数"), ("decay",)),
    Symbol("r", Text("running mean of max |x|", "max |x| 的滑动平均"), ("peak",)),
    Symbol("z", Text("logits", "对数几率"), ("z", "logits")),
    Symbol("y", Text("labels", "标签"), ("y",)),
)

SPEC = MethodSpec(
    slug="q8bert",
    title=Text("Q8BERT", "Q8BERT"),
    family="compression",
    summary=Text(
        "Go on training a fine-tuned BERT while weights and activations are rounded to 8 bits, then compute with "
        "integers from a file of a quarter of the size.",
        "在微调好的 BERT 上继续训练，前向时把权重与激活值舍入到 8 位；之后用整数计算，文件只有原来的四分之一。",
    ),
    paper="1910.06188",
    params=PARAMS,
    presets=PRESETS,
    data=(CLASSIFIED, PAIRS),
    roles=ROLES,
    figures=FIGURES,
    claims=CLAIMS,
    symbols=SYMBOLS,
    shrunk=Text(
        "A BERT of 4 x 64 made in the run in place of BERT-base; hundreds of steps, so the activations' ranges begin "
        "with a calibration. Each score is of one seed.",
        "用运行中训练的 4 × 64 BERT 代替 BERT-base；只有几百步，因此激活值范围从校准开始。每个分数只用一个种子。",
    ),
)
