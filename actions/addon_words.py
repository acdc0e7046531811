"""Which add-ons are meant: by name, by what they have, by the amount of data, by their place in the last list."""

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker

from actions.listed import Item, items_of, picked
from actions.services import Services
from actions.wish_words import WishWords
from care.bss.protocol import Addon, AddonKind
from care.catalogue import held, packs
from care.catalogue.service import find_addon
from care.wording import data_size, in_english, yuan

MOST_BUTTONS = 6

VOICE_WORDS = re.compile(r"语音|通话|打电话|分钟|minutes|calls?\b", re.IGNORECASE)
_DATA_WORDS = re.compile(r"流量|加油包|刘量|留量|上网|几?个G|\dG|data", re.IGNORECASE)
_SERVICE_WORDS = re.compile(
    r"会员|增值|视频|追剧|影视|音乐|听歌|云盘|铃|提醒|services?\b", re.IGNORECASE
)
_STEM = re.compile(r"(?:包|服务|业务|会员)$")
ALL_WORDS = re.compile(
    r"[都全]要|全部|所有|统统|通通|全都|都(?:给我|帮我)?[退停关取撤]|只保留套餐|只留套餐|all"
)


async def named_addons(
    services: Services,
    tracker: Tracker,
    words: WishWords,
    intent: str,
    texts: Sequence[str] = (),
) -> list[Addon]:
    """The add-ons named by name, by place in the last list, or by an amount of data that is just one pack's."""
    named = await known_addons(services, [*words.values("addon"), *words.values("charge_item")])
    if named:
        return named
    chosen = picked(words.text, items_of(tracker, intent))
    if chosen:
        return await known_addons(services, chosen)
    named = await known_addons(services, texts)
    named = named or await _by_stem(services, tracker, intent, words.text)
    amount = words.value("data_amount")
    if not named and isinstance(amount, int):
        offered = {item.id for item in items_of(tracker, intent)}
        of_size = packs.packs_of_size(await services.bss.addons(), amount)
        named = [a for a in of_size if a.data_mb == amount and (not offered or a.id in offered)]
    return named


async def _by_stem(services: Services, tracker: Tracker, intent: str, text: str) -> list[Addon]:
    """Of those listed, the one whose name without 包, 服务 … is in the text: 电视影院 for 电视影院包."""
    offered = {item.id for item in items_of(tracker, intent)}
    stems = {
        addon: _STEM.sub("", addon.name)
        for addon in await services.bss.addons()
        if addon.id in offered
    }
    found = [addon for addon, stem in stems.items() if len(stem) > 1 and stem in text]
    return found if len(found) == 1 else []


async def known_addons(services: Services, names: Sequence[Any]) -> list[Addon]:
    """The add-ons with these identifiers, names or charge items, each once."""
    found: list[Addon] = []
    for name in names:
        addon = await find_addon(services.bss, str(name))
        if addon is None:
            addon = await held.charged_as(services.bss, str(name))
        if addon is not None and addon not in found:
            found.append(addon)
    return found


def kind_asked(text: str) -> AddonKind | None:
    """The kind that words are about; None where they tell none."""
    if VOICE_WORDS.search(text):
        return AddonKind.VOICE_PACK
    if _DATA_WORDS.search(text):
        return AddonKind.DATA_PACK
    return AddonKind.VALUE_ADDED if _SERVICE_WORDS.search(text) else None


def texts_of(value: Any) -> list[str]:
    """A slot's value, one or several."""
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def addon_item(addon: Addon) -> Item:
    """An add-on as it stands in a list, with what customers tell it by."""
    called = [name for name in addon.nicknames if not re.search(r"\d", name)]
    has = "、".join([*called, addon.description])
    return Item(addon.id, addon.price, addon.data_mb, addon.name, has)


def addon_row(addon: Addon) -> str:
    """A line of a list: name, price, what it is."""
    if in_english():
        price = f"{yuan(addon.price)} yuan" if addon.price else "free"
        size = data_size(addon.data_mb) if addon.data_mb else ""
        size = f"{addon.voice_minutes} minutes" if addon.voice_minutes else size
        monthly = " a month" if addon.recurring and addon.price else ""
        return f"· {addon.name} | {price}{monthly}" + (f" | {size}" if size else "")
    price = f"{yuan(addon.price)}元" if addon.price else "免费"
    monthly = "/月" if addon.recurring and addon.price else ""
    return f"· {addon.name}｜{price}{monthly}｜{addon.description.rstrip('。')}"


def addon_button(addon: Addon) -> dict[str, str]:
    """A button that chooses it in a form."""
    return {"title": addon.name, "payload": f'/inform{{"addon": "{addon.id}"}}'}
