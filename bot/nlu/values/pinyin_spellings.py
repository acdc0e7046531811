"""Values typed in pinyin: er shi kuai, xia zhou san."""

from __future__ import annotations

import re

from bot.nlu.values.rewriting import Piece, Rule

#: The characters that a number is said with, as the patterns know them.
NUMERAL = "零〇一二两三四五六七八九十百千万"
SYLLABLES = {
    "yi": "一", "er": "二", "liang": "两", "san": "三", "si": "四", "wu": "五", "liu": "六", "qi": "七", "ba": "八",
    "jiu": "九", "shi": "十", "bai": "百", "qian": "千", "wan": "万", "ban": "半", "ling": "零", "chong": "充", "jiao": "交",
    "shang": "上", "xia": "下", "zhe": "这", "ben": "本", "dang": "当", "ge": "个", "yue": "月", "fen": "份",
    "zhou": "周", "xing": "星", "li": "礼", "ri": "日", "tian": "天", "mo": "末", "jin": "今", "ming": "明", "hou": "后",
    "zuo": "昨", "da": "大", "dian": "点", "zhong": "钟", "kuai": "块", "yuan": "元", "mao": "毛", "zhao": "兆", "g": "g",
    "hao": "号", "shang wu": "上午", "xia wu": "下午", "zhong wu": "中午", "wan shang": "晚上", "zao shang": "早上",
    "xing qi": "星期", "li bai": "礼拜", "qian tian": "前天", "kuai qian": "块钱",
}  # fmt: skip
_S = r"\s?"


def _spelt(words: str) -> str:
    """A pattern of pinyin syllables, with or without gaps."""
    return _S.join(words.split())


_NUM = rf"(?:(?<!\d)\d{{1,4}}{_S}|(?:(?:yi|er|liang|san|si|wu|liu|qi|ba|jiu|shi|bai|qian|ling){_S}){{1,7}})"
_PART = (
    f"(?:{_spelt('shang wu')}|{_spelt('xia wu')}|{_spelt('zhong wu')}|{_spelt('wan shang')}|"
    f"{_spelt('zao shang')})"
)
_PINYIN = re.compile(
    r"(?<![a-z])(?:"
    + "|".join(
        (
            rf"(?:{_spelt('da')}{_S})?(?:jin|ming|hou|zuo|qian){_S}tian(?:{_S}{_PART})?",
            rf"(?:shang|xia|zhe|ben|dang){_S}(?:ge{_S})?yue(?:{_S}fen)?",
            rf"{_NUM}{_S}yue(?:{_S}fen)?(?:{_S}{_NUM}{_S}(?:hao|ri))?",
            rf"(?:(?:shang|xia|zhe|ben){_S}(?:ge{_S})?)?(?:zhou|xing{_S}qi|li{_S}bai){_S}"
            rf"(?:yi|er|san|si|wu|liu|ri|tian|mo)(?:{_S}{_PART})?",
            rf"{_NUM}{_S}hao(?![a-z])",
            rf"{_PART}(?:{_S}{_NUM}{_S}dian(?:{_S}(?:ban|zhong))?)?",
            rf"{_NUM}{_S}dian{_S}(?:ban|zhong)",
            rf"(?:chong|jiao){_S}(?!liu{_S}liang){_NUM}(?:{_S}(?:kuai(?:{_S}qian)?|yuan))?",
            rf"{_NUM}{_S}(?:kuai(?:{_S}qian)?|yuan|mao)",
            rf"{_NUM}{_S}(?:ge{_S}g|g|zhao)",
        )
    )
    + r")(?=$|[^a-z]|zhang|hua|liu|de|chong)"
)
_WORDS = {name.replace(" ", ""): word for name, word in SYLLABLES.items()}
_LETTERS = re.compile("|".join(_spelt(name) for name in sorted(SYLLABLES, key=len, reverse=True)))


def _characters(match: re.Match[str]) -> list[Piece]:
    """Each syllable as its character, and nothing for the gaps between them."""
    pieces, place = [], match.start()
    while place < match.end():
        letters = _LETTERS.match(match.string, place, match.end())
        end = letters.end() if letters else place + 1
        char = match.string[place:end]
        written = _WORDS.get(re.sub(r"\s", "", char), "" if char.isspace() else char)
        pieces.append((place, end, written))
        place = end
    return pieces


RULES: list[Rule] = [
    (
        re.compile(r"(?<![a-z])qian ?(?P<n>liang|san|si|wu|liu) ?ge ?yue(?![a-z])"),
        lambda match: f"前{SYLLABLES[match['n']]}个月",
    ),
    (_PINYIN, _characters),
    (re.compile(rf"(?<=[月号点]) ?dao ?(?=[\d{NUMERAL}])"), "到"),
]
