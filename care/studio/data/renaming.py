"""Another name for an intent, wherever the data name it: domain, examples, rules, stories, wishes, FAQ, buttons."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from ruamel.yaml.comments import CommentedMap

from care.studio.data.files import WISHES, Files

INTENT_KEYS = frozenset(
    {"intent", "not_intent", "intents", "ignored_intents", "serves", "general_for"}
)
"""Keys under which Rasa's files and ours name intents; ``payload`` names one behind its slash."""


def rename_intent(files: Files, old: str, new: str) -> None:
    """Put ``new`` for ``old``; other things of that name (slots, entities, actions) keep it."""
    mentions = re.compile(rf"(?<![\w-]){re.escape(old)}(?![\w-])")
    for path, text in sorted(files.texts().items()):
        if mentions.search(text):
            files.change(path, partial(_walk, old=old, new=new, named=path == WISHES))


def _walk(node: Any, old: str, new: str, named: bool) -> Any:
    """``node`` with the name put; ``named``: the texts in it are names of intents."""
    if isinstance(node, str):
        return _renamed(node, old, new) if named else node
    if isinstance(node, list):
        for place, one in enumerate(node):
            renamed = _walk(one, old, new, named)
            if renamed is not one:
                node[place] = renamed
        return node
    if isinstance(node, dict):
        if named and old in node and isinstance(node, CommentedMap):
            _rename_key(node, old, new)
        put: Any
        for key, one in node.items():
            if key == "payload" and isinstance(one, str):
                put = _in_payload(one, old, new)
            else:
                put = _walk(one, old, new, named or key in INTENT_KEYS)
            if put is not one:
                node[key] = put
    return node


def _renamed(name: str, old: str, new: str) -> str:
    if name == old:
        return _like(name, new)
    return _like(name, new + name[len(old) :]) if name.startswith(f"{old}/") else name


def _in_payload(payload: str, old: str, new: str) -> str:
    found = re.fullmatch(rf"/{re.escape(old)}(\{{.*)?", payload, re.DOTALL)
    return _like(payload, f"/{new}{found[1] or ''}") if found else payload


def _like(former: str, text: str) -> str:
    make: Callable[[str], str] = type(former)
    return make(text)


def _rename_key(node: CommentedMap, old: str, new: str) -> None:
    place, comment = list(node).index(old), node.ca.items.pop(old, None)
    node.insert(place, new, node.pop(old))
    if comment is not None:
        node.ca.items[new] = comment
