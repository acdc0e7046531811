"""What the channel says by itself, from ``data/wechat/words.yml``."""

from pathlib import Path
from string import Template
from urllib.parse import quote

from care.datafiles import DataFileError, read_records

_KNOWN = (
    "welcome",
    "still_working",
    "show_result",
    "show_more",
    "nothing_left",
    "in_queue",
    "not_stored",
)

RESULT_MENU_ID = "result"
"""The id that comes back when the customer presses a link for what is still to be delivered."""


class Words:
    """The channel's sentences. Raises ``DataFileError`` when one is missing."""

    def __init__(self, path: Path) -> None:
        self._texts: dict[str, str] = {}
        for record in read_records(path, "wechat_words"):
            record.only(("id", "text"))
            self._texts[record.text("id")] = record.text("text")
        for name in _KNOWN:
            if name not in self._texts:
                raise DataFileError(path, f"the sentence {name!r} is missing")

    def say(self, name: str, **values: object) -> str:
        """The sentence ``name``."""
        return Template(self._texts[name]).safe_substitute(values)

    def link(self, name: str) -> str:
        """The sentence ``name`` as a link: pressed, it comes back as the customer's message with ``RESULT_MENU_ID``."""
        words = self._texts[name]
        return (
            f'<a href="weixin://bizmsgmenu?msgmenucontent={quote(words)}'
            f'&msgmenuid={RESULT_MENU_ID}">{words}</a>'
        )
