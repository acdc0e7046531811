"""Amounts of data: 10G · 20个G · 五百兆 · 半个G, in MB (1 G = 1024 MB)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.nlu.spans import Span
from bot.nlu.values.numbers import NUMBER, is_vague, parse_number

ENTITY = "data_amount"

_VOLUME = re.compile(
    rf"(?P<n>{NUMBER}|半)\s*(?:多|来)?(?P<m>个)?(?P<half>半)?多?\s*(?P<u>gb|g|mb|m|兆|tb|t)(?P<more>半)?(?![a-z0-9%])(?!点)"
)
_MB = {"g": 1024, "gb": 1024, "m": 1, "mb": 1, "兆": 1, "t": 1024 * 1024, "tb": 1024 * 1024}
# 500兆宽带 and 跑不到80兆 are speeds.
_SPEED_AFTER = re.compile(r"\s*的?(?:宽带|带宽|光纤|网速|网络|的网|速率|独享|/s|每秒|bps|ps)")
_FIXED_LINE_AFTER = re.compile(r"\s*的?(?:宽带|带宽|光纤|光猫|专线|网口|端口|光口|网卡|-?pon)")
_SPEED_TALK = re.compile(r"宽带|带宽|光纤|测速|网速|专线|装|bandwidth|测[出了的]|[兆m]升")
_SPEED_BEFORE = re.compile(
    r"(?:测速|网速|[上下]行|速度|宽带|带宽|下载|跑到?不?到?|速率|只有|才|每秒|提速|提到|签约|升级?|我家|家里)[是有才只能不到达成\s]{0,4}$"
)
# 2G to 6G are generations of the network unless something says how much is wanted.
_GENERATIONS = frozenset("2345二三四五")
# 256G的手机 is what a telephone can keep, 2.4G a band of Wi-Fi.
_STORAGE = re.compile(
    r"\s*的?(?:手机|苹果|华为|小米|荣耀|oppo|vivo|iphone|ipad|三星|运行内存|内存|存储|运存|硬盘|u盘|云盘|云空间|网盘|版本?的?(?:手机|苹果|$))"
)
_CARD = re.compile(r"行车记录仪|相机|摄像头|监控|内存卡|存储卡|tf卡|sd卡")
_CHIPS = frozenset(("64", "128", "256", "512"))
_BAND = re.compile(r"wi-?fi|无线|频|路由|5g的?信号")
_WANTED_BEFORE = re.compile(
    r"(?:每[天月日]|加油包|流量包|加|买|来|续|要|剩|送|订|充|补|给|叠加|超|多|差|还有|流量|用[了到掉]|把|退|叫|整|搞|购|不够|跑了)(?:了|个|我|掉|到|出|不到|\s|的|那|点|上)*$"
)
_WANTED_AFTER = re.compile(
    r"(?:多(?!少|大)|的?流量|的?那?个?包|的?加油包|加油包|流量包|数据|左右|以上|以内|data|就[行好]|(?:都|怎么|咋|就|也|已经|又|全)*(?:不?够|用完|用光|用没|跑完|花完|没了)"
    rf"|(?:或者?|还是|和|到)\s*(?![2-5]g){NUMBER}个?g)"
)
# 一兆多少钱 asks for the price of each.
_PRICE = re.compile(r"多少钱|多钱|几块|几毛|咋卖|怎么卖")
_NETWORK_AFTER = re.compile(
    r"\s*(?:网|信号|手机|套餐|卡|转|基站|覆盖|频|速|时代|连|变|上不|打不|很慢|慢|好|是|要|咋|怎|为|用户|终端|消息|\+)"
)


def find(text: str) -> Iterator[Span]:
    """Every amount of data in folded text."""
    for match in _VOLUME.finditer(text):
        if (
            is_vague(match["n"])
            or (match["n"] == "一" and _PRICE.match(text, match.end()))
            or _is_generation(text, match)
            or _is_speed(text, match)
            or _is_device(text, match)
        ):
            continue
        number = Decimal("0.5") if match["n"] == "半" else parse_number(match["n"])
        if number is None or number <= 0:
            continue
        if match["half"] or match["more"]:
            number += Decimal("0.5")
        megabytes = number * _MB[match["u"]]
        if megabytes < 1 or megabytes > 100 * 1024 * 1024:
            continue
        yield Span(match.start(), match.end(), ENTITY, int(megabytes))


def _is_generation(text: str, match: re.Match[str]) -> bool:
    if match["m"] or match["u"] not in ("g", "gb") or match["n"] not in _GENERATIONS:
        return False
    if match["u"] == "gb":
        return False
    if _WANTED_AFTER.match(text, match.end()):
        return False
    if _NETWORK_AFTER.match(text, match.end()):
        return True
    return not _WANTED_BEFORE.search(text[: match.start()])


def _is_device(text: str, match: re.Match[str]) -> bool:
    if match["n"] == "2.4" and (_BAND.search(text) or text.strip() == match[0]):
        return True
    if re.search(r"\d[g]?\+$", text[: match.start()]) or re.match(r"\+\d", text[match.end() :]):
        return True  # 12+512G
    before = text[: match.start()].rstrip("是有只的")
    if re.search(r"(?:内存|存储)[^,，。]{1,4}$", before):
        return True
    if match["n"] in _CHIPS and _CARD.search(text):
        return True
    if re.search(r"(?:手机|平板|苹果|iphone\s?\d*)$", before) and match["n"] in _CHIPS:
        return True
    return bool(_STORAGE.match(text, match.end())) or before.endswith(
        ("内存", "内存不足", "存储", "u盘", "云盘", "网盘", "硬盘", "空间")
    )


def _is_speed(text: str, match: re.Match[str]) -> bool:
    if match["u"] not in ("m", "mb", "兆"):
        return bool(_FIXED_LINE_AFTER.match(text, match.end()))
    if _SPEED_TALK.search(text) and "流量" not in text:
        return True
    return bool(
        _SPEED_AFTER.match(text, match.end()) or _SPEED_BEFORE.search(text[: match.start()])
    )
