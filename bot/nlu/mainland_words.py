"""Words of Cantonese and pictures (emoji), told in words of the mainland: 唔使喇 is 不用了, 👍 is 点赞.

For the features of a message only; what a customer wrote stays as it is, and so do the offsets in it.
"""

from __future__ import annotations

import re

_CANTONESE = """
唔使=不用 唔該=唔该 唔该=唔该 唔係=不是 唔系=不是 唔知=不知道 唔見咗=不见了 唔见咗=不见了 唔啱=不对 唔=不
冇=没 係咪=是不是 係=是 嘅=的 咗=了 喇=了 㗎=的 啲=些 嗰個=那个 嗰个=那个 嗰=那 呢個=这个 呢张=这张
呢張=这张 呢條=这条 哋=们 佢=他 喺=在 乜嘢=什么 乜=什么 點樣=怎么 點解=为什么 點搞=怎么弄 點開=怎么开
幾時=什么时候 几时=什么时候 幾多=多少 几多=多少 邊度=哪里 邊個=谁 邊間=哪家 睇=看 俾=给 畀=给 返嚟=回来
嚟=来 而家=现在 依家=现在 聽日=明天 听日=明天 尋日=昨天 頭先=刚才 头先=刚才 啱啱=刚刚 啱=对 搞掂=搞定 搵=找
攞=拿 嘢=东西 揀=选 屋企=家里 靚=好看 識=会 食飯=吃饭 食咗飯=吃了饭 傾偈=聊天 傾下偈=聊聊天 得閒=有空
好嬲=很生气 嬲=生气 黐線=神经病 仆街=该死 犀利=厉害 叻=厉害 幾錢=多少钱 晒=完 咁=这样 噉=这样 即係=就是
未呀=没有 得未=好了没有 入嚟=进来 返=回 斷咗=断了 壞咗=坏了 增值=充值 上台=入网 轉台=转网 個台=个号 返回=返回
"""
# Mean something else in Mandarin: read so only where another word of the message is Cantonese.
_ONLY_AMONG_CANTONESE = frozenset({"增值", "上台", "轉台", "個台", "返", "返回", "晒", "識", "靚"})

_PICTURES = {
    "👍": "点赞",
    "💯": "满分",
    "🌹": "送你花",
    "💐": "送你花",
    "❤": "爱你",
    "😡": "气死",
    "🤬": "气死",
    "💢": "气死",
    "😤": "气死",
    "😠": "气死",
    "🖕": "去死",
    "👎": "差评",
    "👌": "好的",
    "✅": "好的",
    "☑": "好的",
    "✔": "好的",
    "🆗": "好的",
    "🙅": "不要",
    "❌": "不要",
    "❎": "不要",
    "🙏": "谢谢",
    "👋": "拜拜",
}

_WORDS = dict(pair.split("=") for pair in _CANTONESE.split())
_SURE = {word: meant for word, meant in _WORDS.items() if word not in _ONLY_AMONG_CANTONESE}


def _pattern(words: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


_ANY_SURE, _ANY_WORD, _ANY_PICTURE = _pattern(_SURE), _pattern(_WORDS), _pattern(_PICTURES)
_LETTER = re.compile(r"[^\W_]")
# A skin tone, and that a picture is to be shown in colours.
_HOW_SHOWN = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")


def mainland_words(text: str) -> str:
    """The text with the meaning of Cantonese words in their places, and of pictures where nothing else is said."""
    if text.isascii():
        return text
    if _ANY_SURE.search(text):
        text = _ANY_WORD.sub(lambda found: _WORDS[found[0]], text)
    if _LETTER.search(text):
        return text
    return _ANY_PICTURE.sub(lambda found: _PICTURES[found[0]], _HOW_SHOWN.sub("", text))
