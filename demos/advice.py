"""What a reader may try after a run that did not end well: from its state and cause, for any method.

The one place for it. A cause says what happened and is kept; what to do about it is said when it is read.
"""

from __future__ import annotations

import re

from demos import formatting
from demos.models import Run
from workers.spec import Text

UNWANTED_ENDS = (Run.State.FAILED, Run.State.LOST, Run.State.TIMED_OUT)

GPU_MEMORY = Text(
    "The GPU's memory was not enough: clone it with a smaller batch, or choose a smaller set-up.",
    "显存不足：克隆它并换更小的批，或选择更小的设置。",
)
MEMORY = Text(
    "The memory was not enough: clone it with a smaller batch, a smaller model or less text.",
    "内存不足：克隆它并换更小的批、更小的模型或更少的文本。",
)
MEMORY_LIMIT = Text(
    "Clone it with a smaller batch, a smaller model or less text; or ask whoever keeps this site for a higher limit "
    "(RUN_MEMORY_LIMIT_MB).",
    "克隆它并换更小的批、更小的模型或更少的文本；或请站点维护者调高上限（RUN_MEMORY_LIMIT_MB）。",
)
DISK = Text("The disk is full: free some space, then repeat it.", "磁盘已满：请先腾出空间，再重新运行。")
FILES = Text(
    "Choose a smaller model or a smaller set-up: a job's files may take only so much room.",
    "选择更小的模型或更小的设置：任务文件占用的空间有上限。",
)
OUTPUT = Text(
    "Look in its log at what it says so often: a job may say only so much.",
    "查看日志中反复出现的内容：任务的输出量有上限。",
)
PACKAGE = Text(
    "A package is missing or broken on the worker's machine: install requirements.txt there. The same again will fail.",
    "执行机器上缺少某个软件包或其已损坏：请在那里安装 requirements.txt。重试仍会失败。",
)
DATA = Text(
    "Mend the data's file, or choose another data set; whoever keeps this site knows whether its files are all there.",
    "请修正数据文件，或换一个数据集；站点维护者知道其文件是否齐全。",
)
DIVERGED = Text(
    "Clone it with a lower learning rate, or another seed: a loss grew past every bound.",
    "克隆它并调低学习率，或换一个随机种子：某个损失已发散。",
)
GPU = Text(
    "Choose a preset that needs no GPU, or ask whoever keeps this site for a worker with one.",
    "选择不需要 GPU 的预设，或请站点维护者添加带 GPU 的工作进程。",
)
TIME = Text(
    "Choose a smaller preset, fewer epochs or less training text: the time limit ended it.",
    "换更小的预设、更少的轮数或更少的训练文本：它是被时间上限结束的。",
)
ONCE_MORE = Text(
    "Repeat it once: a fault from outside may not come again. One in the job comes again, word for word.",
    "再运行一次：外部故障未必重现；任务自身的错误会一字不差地重现。",
)
GONE = Text(
    "Repeat it: nothing is wrong with what was asked; what executed it went away.",
    "重新运行一次：所要求的内容没有问题，是执行它的进程消失了。",
)
GONE_AGAIN = Text(
    "If it is lost again, look at the queue: its worker may have too little memory for this set-up.",
    "若再次丢失，请查看队列：它的工作进程可能没有足够内存承担这套设置。",
)
READ_ON = Text(
    "Read the log above its end: the job says there what it was doing.", "往上读日志：那里写着任务当时在做什么。"
)

# The first that is found in the English cause; `workers` names its own errors by what they say.
OF_CAUSES = (
    (r"CUDA out of memory|CUDA error: out of memory|CUBLAS_STATUS_ALLOC_FAILED", GPU_MEMORY),
    (r"it used more than \d+ MB of memory", MEMORY_LIMIT),
    (r"MemoryError|can't allocate memory|MB of memory|memory ran out", MEMORY),
    (r"No space left on device|Disk quota exceeded|disk is full", DISK),
    (r"its files took more than", FILES),
    (r"it sent and printed more than|it sent more than", OUTPUT),
    (r"ImportError|ModuleNotFoundError", PACKAGE),
    (r"diverged|learning rate", DIVERGED),
    (r"CUDA|GPU", GPU),
    (r"job stopped\. \S+\.(?:tsv|csv|txt)(?::\d+)?: |No such file|data set", DATA),
)


def what_to_try(run: Run, *, has_log: bool) -> list[str]:
    """Sentences, the likeliest first, in the reader's language; empty for a run that ended as somebody wished."""
    if run.state not in UNWANTED_ENDS:
        return []
    return [formatting.local(text) for text in (*_likeliest(run), *([READ_ON] if has_log else []))]


def _likeliest(run: Run) -> tuple[Text, ...]:
    if run.state == Run.State.TIMED_OUT:
        return (TIME,)
    if run.state == Run.State.LOST:
        return (GONE, GONE_AGAIN)
    return (next((advice for words, advice in OF_CAUSES if re.search(words, run.cause_en)), ONCE_MORE),)
