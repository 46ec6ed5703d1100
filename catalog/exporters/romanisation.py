"""Names and titles in ASCII letters, for citation keys. Chinese is read sign by sign, as pinyin without tones.

Of a Chinese name the family name comes first: one sign, or two where the pair is one of the compound family names.
"""

from __future__ import annotations

import os
import re

from catalog.folding import fold_letters

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
_HAN_NAME = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]{2,5}")
_COMPOUND = frozenset((
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "夏侯", "皇甫", "尉迟", "尉遲", "公孙",
    "公孫", "慕容", "司徒", "令狐", "长孙", "長孫", "宇文", "端木", "独孤", "獨孤", "南宫", "南宮",
    "东方", "東方", "西门", "西門", "百里", "东郭", "轩辕", "軒轅", "钟离", "鍾離", "闻人", "聞人",
    "澹台", "濮阳", "濮陽", "淳于", "单于", "申屠", "呼延", "拓跋", "司空", "万俟", "赫连",
))  # fmt: skip
# Signs that are read otherwise as a family name than anywhere else.
_AS_FAMILY_NAME = {
    "曾": "zeng", "单": "shan", "單": "shan", "仇": "qiu", "解": "xie", "查": "zha", "朴": "piao", "区": "ou",
    "區": "ou", "翟": "zhai", "缪": "miao", "繆": "miao", "盖": "ge", "冼": "xian", "种": "chong", "乐": "yue",
    "樂": "yue", "员": "yun", "秘": "bi", "折": "she", "尉迟": "yuchi", "尉遲": "yuchi", "万俟": "moqi",
    "单于": "chanyu", "长孙": "zhangsun", "長孫": "zhangsun", "澹台": "tantai",
}  # fmt: skip


def is_chinese_name(name: str) -> bool:
    return _HAN_NAME.fullmatch(name) is not None


def chinese_name_parts(name: str) -> tuple[str, str]:
    """Family name and given name: 欧阳修 -> 欧阳, 修."""
    length = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
    return name[:length], name[length:]


def ascii_family_name(name: str) -> str:
    """In small ASCII letters: 吕布 -> lv, Kurt Gödel -> godel, "King, Jr." -> king. Blank for other scripts."""
    if is_chinese_name(name):
        family = chinese_name_parts(name)[0]
        return _AS_FAMILY_NAME.get(family) or ascii_letters(family)
    words = name.partition(",")[0].split()
    return ascii_letters(words[-1]) if words else ""


def ascii_letters(text: str) -> str:
    """ASCII letters and digits alone, in small letters; ü is v, as it is typed."""
    if HAN.search(text):
        text = _pinyin(text)
    return "".join(char for char in fold_letters(text) if char.isascii() and char.isalnum())


def _pinyin(text: str) -> str:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # signs alone: a fifth of the memory, half the time
    from pypinyin import Style, lazy_pinyin  # with the first Chinese text: its tables take a while to read

    return "".join(lazy_pinyin(text, style=Style.NORMAL))
