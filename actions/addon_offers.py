"""Which add-ons are offered, the best first: by what was asked for, and by what the line has used this month."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from rasa_sdk.executor import CollectingDispatcher

from actions.addon_words import VOICE_WORDS
from actions.services import Services
from actions.wish_words import WishWords
from care.billing import service as billing
from care.bss.protocol import Addon, AddonKind
from care.catalogue import held, packs
from care.catalogue.packs import Shortage
from care.clock import local_date
from care.wording import data_size, yuan

_WORDS = re.compile(r"会员|视频|追剧|看剧|影视|电视|音乐|听歌|云盘|铃|骚扰|提醒|亲情|新闻")
"""What a service may be asked for by; it stands in names and descriptions."""


async def offers(
    services: Services,
    dispatcher: CollectingDispatcher | None,
    words: WishWords,
    kind: AddonKind | None,
    line_id: str,
) -> list[Addon]:
    """All that the line could have of what was asked for. With a dispatcher it is said why, where there is a reason."""
    addons = await services.bss.addons()
    amount = words.value("data_amount")
    if isinstance(amount, int) and not VOICE_WORDS.search(words.text):
        if dispatcher is not None:
            dispatcher.utter_message(response="utter_addon_no_such_size", size=data_size(amount))
        return packs.packs_of_size(addons, amount)
    today = local_date(services.clock(), services.zone)
    usage = await billing.usage_summary(services.bss, line_id, today)
    data, voice = (
        packs.shortage(used.used, used.over, used.left, today) for used in (usage.data, usage.voice)
    )
    if kind is AddonKind.VOICE_PACK:
        return _by_use(addons, kind, voice, today)
    if kind is AddonKind.DATA_PACK or (kind is None and data.exists):
        offered = _by_use(addons, AddonKind.DATA_PACK, data, today)
        if dispatcher is not None and data.exists and offered:
            _say_shortage(dispatcher, data, offered[0])
        if kind is not None:
            return offered
    else:
        offered = _by_use(addons, AddonKind.VOICE_PACK, voice, today) if voice.exists else []
    others = [one for one in await held.still_to_have(services.bss, line_id) if one not in offered]
    if kind is AddonKind.VALUE_ADDED:
        return _by_words([one for one in others if one.kind is kind], words.text)
    return [*offered, *_one_of_each_first(others)]


def _by_use(addons: Iterable[Addon], kind: AddonKind, short: Shortage, today: date) -> list[Addon]:
    return packs.packs_by_use(addons, kind, short.over + short.expected, today)


def _say_shortage(dispatcher: CollectingDispatcher, short: Shortage, best: Addon) -> None:
    pack = {"pack": best.name, "price": yuan(best.price)}
    if not short.expected:
        dispatcher.utter_message(
            response="utter_addon_shortage_over", over=data_size(short.over), **pack
        )
        return
    dispatcher.utter_message(
        response="utter_addon_shortage" if short.over else "utter_addon_shortage_expected",
        over=data_size(short.over),
        expected=data_size(short.expected),
        **pack,
    )


def _by_words(addons: Sequence[Addon], text: str) -> list[Addon]:
    """Those that the words name what for (听歌) in front."""
    asked = _WORDS.findall(text)

    def misses(addon: Addon) -> bool:
        return not any(word in f"{addon.name}{addon.description}" for word in asked)

    return sorted(addons, key=misses)


def _one_of_each_first(addons: Sequence[Addon]) -> list[Addon]:
    """The first of each kind in front: who asks what there is sees all sorts of it."""
    firsts = {addon.kind: addon for addon in reversed(addons)}
    return sorted(addons, key=lambda addon: firsts[addon.kind] is not addon)
