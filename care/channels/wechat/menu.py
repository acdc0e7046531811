"""The account's menu, from a file (``data/wechat/menu.yml``) in the platform's form.

Limits are the platform's (「自定义菜单」): three entries with five below each; names of 16 bytes, below 60; keys of 128
bytes, addresses of 1024.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from care.channels.wechat.said import SAY_PREFIX
from care.datafiles import DataFileError, Record, read_records

MOST, MOST_BELOW = 3, 5
NAME_BYTES, NAME_BYTES_BELOW = 16, 60
KEY_BYTES, URL_BYTES = 128, 1024


def load_menu(path: Path) -> dict[str, Any]:
    """The menu as ``menu/create`` takes it. Raises ``DataFileError``."""
    records = list(read_records(path, "wechat_menu"))
    if not 1 <= len(records) <= MOST:
        raise DataFileError(path, f"a menu has 1 to {MOST} entries")
    return {"button": [_entry(record) for record in records]}


def _entry(record: Record) -> dict[str, Any]:
    if "entries" not in record.fields:
        return _button(record, NAME_BYTES)
    record.only(("name", "entries"))
    listed = record.fields["entries"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_BELOW:
        raise record.error(f"'entries' must be 1 to {MOST_BELOW} entries")
    below = []
    for number, fields in enumerate(listed, 1):
        if not isinstance(fields, dict):
            raise record.error(f"entry no. {number} below it must be names with values")
        below.append(_button(Record(record.path, number, fields), NAME_BYTES_BELOW))
    return {"name": _short(record, "name", NAME_BYTES), "sub_button": below}


def _button(record: Record, name_bytes: int) -> dict[str, Any]:
    record.only(("name", "say", "url"))
    name = _short(record, "name", name_bytes)
    if ("say" in record.fields) == ("url" in record.fields):
        raise record.error("one of 'say' and 'url' must be given")
    if "say" in record.fields:
        say = _short(record, "say", KEY_BYTES - len(SAY_PREFIX))
        return {"type": "click", "name": name, "key": SAY_PREFIX + say}
    url = _short(record, "url", URL_BYTES)
    if urlsplit(url).scheme not in ("http", "https"):
        raise record.error("'url' must begin with http:// or https://")
    return {"type": "view", "name": name, "url": url}


def _short(record: Record, key: str, most: int) -> str:
    value = record.text(key)
    if len(value.encode()) > most:
        raise record.error(f"{key!r} is longer than {most} bytes")
    return value
