"""Why the supervisor ended a job, or found it dead, and what it left out of its log: in words for people."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass

from workers.spec import Text

FORKSERVER_KILLED = Text("The process that starts jobs was killed.", "启动任务的进程被杀死。")
NEAR = 0.9  # of what this host has for jobs


@dataclass(frozen=True)
class Memory:
    """What is known of a dead job's memory. `kills`: of processes by the kernel for want of memory, meanwhile."""

    peak_mb: float
    usable_mb: int
    kills: int

    @property
    def was_short(self) -> bool:
        return self.kills > 0 or self.peak_mb > NEAR * self.usable_mb


def not_started(error: Exception) -> Text:
    name = f"{type(error).__name__}: {error}".removesuffix(": ")
    return Text(f"Its process could not be started ({name}).", f"无法启动它的进程（{name}）。")


def too_long(wall_s: float) -> Text:
    limit = Text(f"{wall_s:g} seconds", f"{wall_s:g} 秒")
    if wall_s >= 120:
        minutes = f"{round(wall_s / 60, 1):g}"
        limit = Text(f"{minutes} minutes", f"{minutes} 分钟")
    return Text(f"Stopped after its time limit of {limit.en}.", f"超过 {limit.zh}的时间上限，已停止。")


def too_large(memory_mb: int) -> Text:
    return Text(f"Stopped: it used more than {memory_mb} MB of memory.", f"内存占用超过 {memory_mb} MB，已停止。")


def too_many_events(events: int) -> Text:
    return Text(f"Stopped: it sent more than {events} events.", f"发送的事件超过 {events} 条，已停止。")


def too_much_said(output_mb: int) -> Text:
    return Text(
        f"Stopped: it sent and printed more than {output_mb} MB.", f"发送和打印的内容超过 {output_mb} MB，已停止。"
    )


def too_much_written(disk_mb: int) -> Text:
    return Text(f"Stopped: its files took more than {disk_mb} MB.", f"写入的文件超过 {disk_mb} MB，已停止。")


def only_the_last_lines(lines: int) -> Text:
    return Text(
        f"From here on only the last {lines} lines are kept, till the end.", f"此后直到结束，只保留最后 {lines} 行。"
    )


def lines_left_out(lines: int) -> Text:
    return Text(f"{lines:,} lines are left out here.", f"此处略去 {lines:,} 行。")


def stopped_by_itself(cause: Mapping[str, str]) -> Text:
    return Text(f"The job stopped. {cause['en']}", f"任务出错，已停止。{cause['zh']}")


def died(exit_code: int, memory: Memory) -> Text:
    if exit_code == -signal.SIGKILL:
        return _killed(memory)
    if exit_code < 0:
        name = signal.Signals(-exit_code).name
        return Text(
            f"The job's process was killed (signal {-exit_code}, {name}).",
            f"任务进程被杀死（信号 {-exit_code}，{name}）。",
        )
    return Text(
        f"The job's process ended with exit code {exit_code} before the job was done.",
        f"任务尚未完成，其进程便以退出码 {exit_code} 结束。",
    )


def _killed(memory: Memory) -> Text:
    """Nobody tells who sent a KILL. Memory is named where something speaks for it, and otherwise not."""
    held = f"{memory.peak_mb:.0f} MB"
    if memory.was_short:
        return Text(
            f"The job's process was killed (signal 9, SIGKILL) when the memory ran out; it held up to {held}.",
            f"内存耗尽，任务进程被杀死（信号 9，SIGKILL）；其内存占用最高为 {held}。",
        )
    return Text(
        f"The job's process was killed (signal 9, SIGKILL), and not by Distillery; it held up to {held}.",
        f"任务进程被杀死（信号 9，SIGKILL），并非由 Distillery 所为；其占用最高为 {held}。",
    )
