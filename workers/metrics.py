"""The metrics that methods of several families report. What one method alone measures stands in its own folder."""

from __future__ import annotations

from workers.spec import ACCURACY, MACRO_F1, Metric, Text

SIZE = ("size_bytes", "parameters")

METRICS = {
    metric.slug: metric
    for metric in (
        ACCURACY,
        MACRO_F1,
        Metric("mcc", Text("Matthews correlation", "马修斯相关系数"), "correlation", "higher"),
        Metric("spearman", Text("Spearman correlation", "斯皮尔曼相关系数"), "correlation", "higher"),
        Metric("pearson", Text("Pearson correlation", "皮尔逊相关系数"), "correlation", "higher"),
        Metric("uas", Text("Heads found, all words (UAS)", "中心词找对率，全部词（UAS）"), "share", "higher"),
        Metric("uuas", Text("Tree edges found (UUAS)", "依存边找对率，不计方向（UUAS）"), "share", "higher"),
        Metric("selectivity", Text("Selectivity over the control task", "选择性（相对控制任务）"), "points", "higher"),
        Metric("span_f1", Text("F1 of spans", "片段 F1"), "share", "higher"),
        Metric("tag_accuracy", Text("Tags found", "标注准确率"), "share", "higher"),
        Metric("perplexity", Text("Perplexity", "困惑度"), "perplexity", "lower"),
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
        Metric("steps", Text("Steps of training", "训练步数"), "steps"),
        Metric("examples", Text("Texts read in training", "训练中读过的文本数"), "texts"),
        Metric("labelled_examples", Text("Labels read in training", "训练中读过的标签数"), "texts"),
        Metric("train_s", Text("Training time", "训练时间"), "s", "lower"),
    )
}
