"""Messages as WeChat shows them: several in one text, tables as lines, buttons as numbers or as a menu.

A text's form is the same each time it is made, so that ``progress`` (characters the customer has) means the same place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from care.channels.wechat.splitting import cut, size
from care.conversations.attachments import of_the_desk
from care.conversations.outbox import Item
from care.conversations.reach import MESSAGE_BYTES

BETWEEN = "\n\n"
PICTURE = "[图片]"
MOST_ENTRIES = 10
_SMALL_REST = 400
"""Bytes; in less room than that no further message is begun."""


@dataclass(frozen=True)
class Part:
    """One message to WeChat: a text, perhaps with ``entries`` of a menu below it, or a picture by its address.

    ``done`` tells which messages the customer has with it: up to a character, or (``None``) to their end.
    """

    text: str
    entries: tuple[str, ...]
    done: Mapping[str, int | None]
    picture: str | None = None


def parts(items: Iterable[Item], *, own: bool, pictures: bool, room: int = 0) -> list[Part]:
    """``items`` as few messages, in order, each short enough for WeChat with ``room`` bytes left.

    In messages of our ``own`` the last one's buttons are a menu where they fit; else, and before, they are numbered. Without
    ``pictures`` they are only mentioned.
    """
    made: list[Part] = []
    limit = MESSAGE_BYTES - room
    text, last = "", None
    done: dict[str, int | None] = {}
    for item in items:
        whole = text_of(item, pictures=pictures)
        at = min(item.progress, len(whole))
        while True:
            rest = whole[at:].strip()
            left = limit - size(text) - (len(BETWEEN) if text else 0)
            if size(rest) <= left:
                if rest:
                    text = text + BETWEEN + rest if text else rest
                done[item.message_id] = None
                last = item if item.progress == 0 and at == 0 else None
                break
            if text and left < _SMALL_REST:
                made.append(Part(text, (), done))
                text, done = "", {}
                continue
            at += len(whole[at:]) - len(whole[at:].lstrip())
            step = cut(whole[at:], left)
            text = (text + BETWEEN if text else "") + whole[at : at + step].rstrip()
            at += step
            done[item.message_id] = at
            made.append(Part(text, (), done))
            text, done = "", {}
        if pictures and of_the_desk(item.image):
            done[item.message_id] = len(whole)
            made.append(Part(text, (), done))
            made.append(Part("", (), {item.message_id: None}, item.image))
            text, done, last = "", {}, None
    if done:
        made.append(_with_menu(text, done, last) if own else Part(text, (), done))
    return [part for part in made if part.text or part.picture or part is made[-1]]


def text_of(item: Item, *, pictures: bool = True) -> str:
    """A message in words: its text, its table, its numbered choices."""
    mention = "" if pictures or not of_the_desk(item.image) else PICTURE
    return BETWEEN.join(filter(None, (body_of(item), mention, _choices(item))))


def body_of(item: Item) -> str:
    """A message in words, without its choices."""
    table = item.custom.get("table") if item.custom else None
    lines = _table(table) if isinstance(table, Mapping) else ""
    return BETWEEN.join(filter(None, (item.text.strip(), lines)))


def _with_menu(text: str, done: Mapping[str, int | None], last: Item | None) -> Part:
    choices = _choices(last) if last is not None else ""
    if last is None or not choices or len(last.buttons) > MOST_ENTRIES:
        return Part(text, (), done)
    return Part(text.removesuffix(choices).rstrip(), last.buttons, done)


def _choices(item: Item) -> str:
    if item.first_choice is None:
        return ""
    return "\n".join(
        f"{number}. {title}" for number, title in enumerate(item.buttons, item.first_choice)
    )


def _table(table: Mapping[str, object]) -> str:
    """A table as lines that read well on a phone: ``name：value``, further columns behind it."""
    columns, rows = table.get("columns"), table.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return ""
    names = [_cell(name) for name in columns]
    lines = [_line(names, row) for row in rows if isinstance(row, list)]
    title, total = _cell(table.get("title")), table.get("total")
    if isinstance(total, list):
        lines.append(_line(names, total))
    elif _cell(total):
        lines.append(f"合计：{_cell(total)}")
    return "\n".join(filter(None, ([f"【{title}】"] if title else []) + lines))


def _line(names: list[str], row: list[object]) -> str:
    cells = [_cell(cell) for cell in row[: len(names)]]
    if len(cells) < 2:
        return "".join(cells)
    if len(cells) == 2:
        return f"{cells[0]}：{cells[1]}" if cells[1] else cells[0]
    further = [f"{name} {cell}" for name, cell in zip(names[1:], cells[1:], strict=False) if cell]
    return f"{cells[0]}：{'，'.join(further)}" if further else cells[0]


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
