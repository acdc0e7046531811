"""The changes that a trainer can make, each with what it rests on: whoever changed that meanwhile is never overwritten."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from care.errors import BadRequest
from care.studio.data.examples import BadExample, checked, has_control_characters

INTENT = re.compile(r"[a-z][a-z0-9_]{1,59}")
FAQ_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _readable(text: str) -> str:
    if not text.strip():
        raise ValueError("empty")
    if has_control_characters(text.replace("\n", "")):
        raise ValueError("control_characters")
    return text


Text = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_readable)]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class BadEdit(BadRequest):
    """A change that makes no sense by itself; ``reason`` says why, ``field`` where."""

    status, code, message = 422, "bad_edit", "这处修改不符合格式。"

    @classmethod
    def of(cls, error: ValidationError) -> "BadEdit":
        """Made of what pydantic found first."""
        first = error.errors(include_url=False, include_input=False)[0]
        reason = str(first["msg"]).removeprefix("Value error, ")
        message = _SENTENCES.get(reason)
        return cls(message, reason=reason, field=".".join(str(one) for one in first["loc"]))


_SENTENCES = {
    "empty": "例句是空的。",
    "too_long": "例句太长了，最多 500 个字。",
    "control_characters": "例句里有看不见的控制字符。",
    "command": "例句不能以斜杠开头。",
    "broken_mark": "实体标注不完整，应为 [文字](实体名)。",
    "bad_intent_name": "意图名须以小写字母开头，只含小写字母、数字和下划线。",
    "bad_faq_id": "编号只能由小写字母、数字和单个连字符组成。",
}


def _example(text: str) -> str:
    try:
        return checked(text)
    except BadExample as error:
        raise ValueError(error.code) from error


class _Edit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AddExample(_Edit):
    """One more example of an intent, its entities marked."""

    kind: Literal["add_example"] = "add_example"
    intent: Name
    text: Text

    _checked = field_validator("text")(_example)


class RemoveExample(_Edit):
    """An example less; ``text`` is as it is written."""

    kind: Literal["remove_example"] = "remove_example"
    intent: Name
    text: Text


class ChangeExample(_Edit):
    """Another wording or other marks; of ``to_intent``, if that is given."""

    kind: Literal["change_example"] = "change_example"
    intent: Name
    text: Text
    to: Text
    to_intent: Name | None = None

    _checked = field_validator("to")(_example)


class AddIntent(_Edit):
    """A new intent with its first examples, and what is answered to it."""

    kind: Literal["add_intent"] = "add_intent"
    intent: Name
    reply: Text
    examples: Annotated[list[Text], Field(min_length=1, max_length=200)]

    @field_validator("intent")
    @classmethod
    def _named(cls, name: str) -> str:
        if not INTENT.fullmatch(name):
            raise ValueError("bad_intent_name")
        return name

    @field_validator("examples")
    @classmethod
    def _examples(cls, examples: list[str]) -> list[str]:
        return [_example(one) for one in examples]


class RenameIntent(_Edit):
    """Another name for an intent, everywhere in the data."""

    kind: Literal["rename_intent"] = "rename_intent"
    intent: Name
    to: Name

    @field_validator("to")
    @classmethod
    def _named(cls, name: str) -> str:
        if not INTENT.fullmatch(name):
            raise ValueError("bad_intent_name")
        return name


class ChangeReply(_Edit):
    """Another text for one variation of a response; with ``button``, for the title of that button of it."""

    kind: Literal["change_reply"] = "change_reply"
    reply: Name
    variation: Annotated[int, Field(ge=0, le=99)]
    button: Annotated[int, Field(ge=0, le=20)] | None = None
    text: Text
    to: Text


class AddFaq(_Edit):
    """A new entry of the knowledge base, in the file of its topic."""

    kind: Literal["add_faq"] = "add_faq"
    topic: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,30}$")]
    id: Annotated[str, Field(min_length=2, max_length=60)]
    question: Text
    other: Annotated[list[Text], Field(max_length=200)] = []
    answer: Text
    source: Text
    reviewed: date

    @field_validator("id")
    @classmethod
    def _slug(cls, name: str) -> str:
        if not FAQ_ID.fullmatch(name):
            raise ValueError("bad_faq_id")
        return name


class ChangeFaq(_Edit):
    """Another text in one field of an entry; a new answer is reviewed on ``reviewed``."""

    kind: Literal["change_faq"] = "change_faq"
    id: Name
    field: Literal["question", "answer", "source"]
    text: Text
    to: Text
    reviewed: date | None = None


class AddWording(_Edit):
    """One more way to ask an entry's question."""

    kind: Literal["add_wording"] = "add_wording"
    id: Name
    text: Text


class RemoveWording(_Edit):
    """A way to ask less."""

    kind: Literal["remove_wording"] = "remove_wording"
    id: Name
    text: Text


class RemoveFaq(_Edit):
    """An entry less."""

    kind: Literal["remove_faq"] = "remove_faq"
    id: Name
    question: Text


Edit = Annotated[
    AddExample
    | RemoveExample
    | ChangeExample
    | AddIntent
    | RenameIntent
    | ChangeReply
    | AddFaq
    | ChangeFaq
    | AddWording
    | RemoveWording
    | RemoveFaq,
    Field(discriminator="kind"),
]

edits: TypeAdapter[Edit] = TypeAdapter(Edit)
"""Reads an edit from what the database keeps of it."""


def read_edits(given: Iterable[Mapping[str, Any]]) -> list[Edit]:
    """What a page sends. Raises ``BadEdit``."""
    try:
        return [edits.validate_python(dict(one)) for one in given]
    except ValidationError as error:
        raise BadEdit.of(error) from error
