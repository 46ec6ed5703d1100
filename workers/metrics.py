"""The metrics a job may report: label, unit and which way is better. One name means one thing in every method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workers.spec import Text


@dataclass(frozen=True)
class Metric:
    slug: str
    label: Text
    unit: str  # what the value is stored in; "share" is 0 to 1 and shown in per cent
    better: Literal["higher", "lower", ""] = ""


QUALITY = ("accuracy", "head_accuracy", "macro_f1")  # the first that a method measures is its own
SIZE = ("size_bytes", "parameters")

METRICS = {
    metric.slug: metric
    for metric in (
        Metric("accuracy", Text("Accuracy", "准确率"), "share", "higher"),
        Metric("macro_f1", Text("Macro F1", "宏平均 F1"), "share", "higher"),
        Metric("head_accuracy", Text("Heads found, mean of relations", "中心词找对率，各关系平均"), "share", "higher"),
        Metric("uas", Text("Heads found, all words (UAS)", "中心词找对率，全部词（UAS）"), "share", "higher"),
        Metric("agreement", Text("Agreement with the teacher", "与教师一致率"), "share", "higher"),
        Metric("kl_to_teacher", Text("KL to the teacher", "与教师的 KL 散度"), "nats", "lower"),
        Metric("ece", Text("Calibration error (ECE)", "校准误差（ECE）"), "share", "lower"),
        Metric("parameters", Text("Parameters", "参数量"), "parameters", "lower"),
        Metric("parameters_body", Text("Parameters without embeddings", "参数量（不含词嵌入）"), "parameters", "lower"),
        Metric("parameters_nonzero", Text("Parameters that are not zero", "非零参数量"), "parameters", "lower"),
        Metric("size_bytes", Text("Size on disk", "文件大小"), "bytes", "lower"),
        Metric("bits_per_weight", Text("Bits a weight, in the file", "文件中每个权重的位数"), "bits", "lower"),
        Metric("flops_per_token", Text("Operations a token", "每词元运算量"), "FLOP", "lower"),
        Metric("latency_p50_ms", Text("Latency p50, batch 1", "延迟 p50（批大小\u00a01）"), "ms", "lower"),
        Metric("latency_p95_ms", Text("Latency p95, batch 1", "延迟 p95（批大小\u00a01）"), "ms", "lower"),
        Metric("throughput", Text("Throughput, batch 32", "吞吐量（批大小\u00a032）"), "examples/s", "higher"),
        Metric("peak_memory", Text("Peak memory, batch 32", "峰值内存（批大小\u00a032）"), "bytes", "lower"),
        Metric("train_s", Text("Training time", "训练时间"), "s", "lower"),
    )
}
