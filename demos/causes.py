"""Why a run ended, in words that say what to try; and the last lines that its job said."""

from __future__ import annotations

import errno
import re

from demos.models import Run
from demos.recording import ArtifactRefused
from workers.spec import Text

LAST_LINES = 20
UNWANTED = (Run.State.FAILED, Run.State.LOST, Run.State.TIMED_OUT, Run.State.CANCELLED)

GPU_MEMORY = Text(
    "The GPU's memory was not enough: try a smaller batch, or a smaller set-up.",
    "显存不足：请减小批次，或选择更小的设置。",
)
MEMORY = Text(
    "The memory was not enough: try a smaller batch, or a smaller set-up.", "内存不足：请减小批次，或选择更小的设置。"
)
DISK = Text("The disk is full: free some space, then start the run again.", "磁盘已满：请先腾出空间，再重新运行。")
TIME = Text("Try fewer epochs, or a smaller set-up.", "请减少轮数，或选择更小的设置。")
PACKAGE = Text(
    "A package is missing or broken on the worker's machine: install requirements.txt there. The same again will fail.",
    "执行机器上缺少某个软件包或其已损坏：请在那里安装 requirements.txt。重试仍会失败。",
)
DATA = Text("Mend the file, or choose another data set.", "请修正该文件，或选择别的数据集。")
DIVERGED = Text("Try a lower learning rate, or another seed.", "请降低学习率，或换一个随机种子。")

# The first that is found in the English cause; `workers` names its own errors by what they say.
ADVICE = (
    (r"CUDA out of memory|CUDA error: out of memory|CUBLAS_STATUS_ALLOC_FAILED", GPU_MEMORY),
    (r"MemoryError|can't allocate memory|MB of memory|may have run out of memory", MEMORY),
    (r"No space left on device|Disk quota exceeded|disk is full", DISK),
    (r"time limit of", TIME),
    (r"ImportError|ModuleNotFoundError", PACKAGE),
    (r"training diverged", DIVERGED),
    (r"job stopped\. \S+\.(?:tsv|csv|txt)(?::\d+)?: ", DATA),
)


def with_advice(cause: Text) -> Text:
    for pattern, advice in ADVICE:
        if re.search(pattern, cause.en):
            return Text(f"{cause.en} {advice.en}", f"{cause.zh}{advice.zh}")
    return cause


def of_our_side(error: Exception) -> Text:
    """For what broke outside the job: while its words were written down, or its files stored."""
    if isinstance(error, ArtifactRefused):
        said = str(error)
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        said = f"a file could not be kept ({error.strerror})"
    else:
        said = f"{type(error).__name__}: {error}"
    return Text(f"The run could not be executed: {said}.", f"运行无法执行：{said}。")


def last_lines(run: Run) -> list[str]:
    """The end of the log of a run that ended otherwise than hoped; nothing for any other."""
    if run.state not in UNWANTED:
        return []
    latest = run.events.filter(kind="log").order_by("-seq").values_list("body__text", flat=True)[:LAST_LINES]
    lines = [line for text in reversed(latest) for line in str(text).splitlines()]
    return lines[-LAST_LINES:]
