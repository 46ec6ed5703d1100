"""A small method for tests of pages and API: they must hold for any spec, and need no job."""

from __future__ import annotations

from workers.data_kinds import SetFacts, Source
from workers.kit.texts import DataSet
from workers.spec import Claim, Figure, MethodSpec, Param, Preset, Role, Symbol, Text

TEMPERATURE = Param(
    name="temperature", type="float", default=4.0, minimum=1, maximum=20, symbol="T",
    label=Text("Temperature", "温度"), help=Text("Softens both distributions.", "使两个分布更平缓。"),
)  # fmt: skip
EPOCHS = Param(
    name="epochs", type="int", default=5, minimum=1, maximum=50, unit="epochs",
    label=Text("Epochs", "轮数"), help=Text("Passes over the transfer text.", "遍历迁移文本的次数。"),
)  # fmt: skip
COPY = Param(
    name="copy_embeddings", type="bool", default=False,
    label=Text("Copy embeddings", "复制词嵌入"), help=Text("Start from the teacher's.", "以教师的词嵌入为起点。"),
)  # fmt: skip
SIZE = Param(
    name="student", type="choice", default="tiny",
    choices=(("tiny", Text("tiny", "极小")), ("small", Text("small", "小"))),
    label=Text("Student", "学生模型"), help=Text("How large the student is.", "学生模型的大小。"),
)  # fmt: skip

TITLES = {"opinions": Text("built-in opinions", "内置观点句"), "sst2": Text("SST-2", "SST-2")}
SENTENCES = Source(
    "sentences",
    Text("sentences", "句子"),
    tuple(SetFacts(name, title, Text("ours", "自有")) for name, title in TITLES.items()),
    load="tests.demos.stand_in:no_loader",
)
SPEC = MethodSpec(
    slug="stand-in",
    title=Text("Soft targets <script>", "软目标"),
    family="distillation",
    summary=Text("A student learns from a teacher's probabilities.", "学生学习教师的概率。"),
    paper="1503.02531",
    params=(TEMPERATURE, EPOCHS, COPY, SIZE),
    presets=(
        Preset("smoke", Text("Smoke", "试跑"), Text("Seconds.", "几秒。"), "opinions", 4, values={"epochs": 1}),
        Preset("small", Text("Small", "小型"), Text("A minute.", "一分钟。"), "opinions", 50, values={"epochs": 3}),
        Preset("full", Text("Full", "完整"), Text("Real data.", "真实数据。"), "sst2", 600, needs="gpu"),
    ),
    data=(SENTENCES,),
    roles=(
        Role("teacher", Text("Teacher", "教师模型"), "teacher"),
        Role("alone", Text("Student alone", "单独训练的学生"), "baseline"),
        Role("student", Text("Student", "学生模型"), "method"),
    ),
    figures=(
        Figure(
            "losses", Text("Loss terms", "损失项"), Text("step", "步"), Text("nats", "纳特"), ("student/soft_loss",)
        ),
    ),
    claims=(Claim(Text("Errors on MNIST", "MNIST 上的错误数"), Text("74", "74"), Text("section 3", "第 3 节")),),
    symbols=(Symbol(r"z_s", Text("the student's logits", "学生的 logits")),),
    shrunk=Text("No speech model.", "没有语音模型。"),
)


def data_sets(spec, data_dir) -> list[DataSet]:
    return [
        DataSet("opinions", TITLES["opinions"], True),
        DataSet("sst2", TITLES["sst2"], False, Text("set DATA_DIR", "请设置 DATA_DIR")),
    ]
