"""Why the supervisor ended a job, or found it dead: in words for people."""

from __future__ import annotations

import signal

from workers.spec import Text

FORKSERVER_KILLED = Text("The process that starts jobs was killed.", "启动任务的进程被杀死。")


def too_long(wall_s: float) -> Text:
    return Text(f"Stopped after its time limit of {wall_s:g} seconds.", f"超过 {wall_s:g} 秒的时间上限，已停止。")


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


def stopped_by_itself(end: dict[str, str]) -> Text:
    return Text(f"The job stopped. {end['cause']}", f"任务出错，已停止。{end['cause']}")


def died(exit_code: int) -> Text:
    if exit_code < 0:
        name = signal.Signals(-exit_code).name
        why_en, why_zh = "", ""
        if -exit_code == signal.SIGKILL:
            why_en, why_zh = "; the machine may have run out of memory", "；可能是内存不足"
        return Text(
            f"The job's process was killed (signal {-exit_code}, {name}){why_en}.",
            f"任务进程被杀死（信号 {-exit_code}，{name}）{why_zh}。",
        )
    return Text(
        f"The job's process ended with exit code {exit_code} before the job was done.",
        f"任务尚未完成，其进程便以退出码 {exit_code} 结束。",
    )
