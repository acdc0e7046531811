"""Making a change in the files. Each function raises an ``EditRefused`` where the files are not as the change needs them."""

from collections.abc import Callable
from functools import partial, singledispatch
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString, ScalarString

from care.studio.data import edits as kinds
from care.studio.data import refusals
from care.studio.data.edits import Edit
from care.studio.data.examples import lines_of, plain_text
from care.studio.data.files import FAQ, NLU, OWN_NLU, OWN_RULES, Files
from care.studio.data.renaming import rename_intent
from care.studio.data.yaml_text import Unreadable, literal
from care.studio.likeness import normal_form

_NEW_NLU = 'version: "3.1"\nnlu:\n'
_NEW_RULES = 'version: "3.1"\nrules:\n'
_NEW_FAQ = "entries:\n"
BESIDES_ENTRIES = ("vocabulary.yml", "refused.yml")


def apply_all(files: Files, changes: list[Edit]) -> None:
    """Make all changes, in order. Raises ``EditRefused`` that tells which by ``change``."""
    for number, one in enumerate(changes):
        try:
            apply(one, files)
        except refusals.EditRefused as error:
            error.data.setdefault("change", number)
            raise
        except Unreadable as error:
            raise refusals.NotChangeable(change=number, detail=str(error)) from error


@singledispatch
def apply(edit: Edit, files: Files) -> None:
    """Make one change in ``files``."""
    raise TypeError(type(edit).__name__)


@apply.register
def _(edit: kinds.AddExample, files: Files) -> None:
    _add_examples(files, edit.intent, [edit.text])


@apply.register
def _(edit: kinds.RemoveExample, files: Files) -> None:
    _in_block_with(files, edit.intent, edit.text)


@apply.register
def _(edit: kinds.ChangeExample, files: Files) -> None:
    if edit.to_intent is not None and edit.to_intent != edit.intent:
        _in_block_with(files, edit.intent, edit.text)
        _add_examples(files, edit.to_intent, [edit.to])
        return
    _in_block_with(files, edit.intent, edit.text, edit.to)


@apply.register
def _(edit: kinds.AddIntent, files: Files) -> None:
    if edit.intent in intents_of(files):
        raise refusals.IntentTaken(intent=edit.intent)
    path = _domain_file(files, "intents")
    files.change(path, lambda domain: _append(domain["intents"], edit.intent))
    path = _domain_file(files, "responses")
    reply = f"utter_{edit.intent}"

    def answered(domain: Any) -> None:
        if reply not in domain["responses"]:
            domain["responses"][reply] = _seq(_map(text=_scalar(edit.reply)))

    files.change(path, answered)
    block = "".join(f"    - {one}\n" for one in edit.examples)
    _behind(files, OWN_NLU, _NEW_NLU, f"- intent: {edit.intent}\n  examples: |\n{block}")
    rule = f"- rule: {edit.intent}\n  steps:\n  - intent: {edit.intent}\n  - action: {reply}\n"
    _behind(files, OWN_RULES, _NEW_RULES, rule)


@apply.register
def _(edit: kinds.RenameIntent, files: Files) -> None:
    known = intents_of(files)
    if edit.intent not in known:
        raise refusals.NoSuchIntent(intent=edit.intent)
    if edit.to in known:
        raise refusals.IntentTaken(intent=edit.to)
    rename_intent(files, edit.intent, edit.to)


@apply.register
def _(edit: kinds.ChangeReply, files: Files) -> None:
    for path in files.domain():
        if f"  {edit.reply}:" in files.before(path):
            files.change(path, lambda domain: _change_reply(domain, edit))
            return
    raise refusals.ReplyGone(reply=edit.reply)


def _change_reply(domain: Any, edit: kinds.ChangeReply) -> None:
    try:
        holder, key = domain["responses"][edit.reply][edit.variation], "text"
        if edit.button is not None:
            holder, key = holder["buttons"][edit.button], "title"
        former = holder[key]
    except (KeyError, IndexError, TypeError) as error:
        raise refusals.ReplyGone(reply=edit.reply) from error
    if former != edit.text:
        raise refusals.ReplyGone(reply=edit.reply)
    holder[key] = _scalar(edit.to, former)


@apply.register
def _(edit: kinds.AddFaq, files: Files) -> None:
    taken = {wording for entry in faq_entries(files) for wording in _wordings(entry)}
    ids = {entry.get("id") for entry in faq_entries(files)}
    if edit.id in ids or any(normal_form(one) in taken for one in (edit.question, *edit.other)):
        raise refusals.FaqTaken(id=edit.id)
    path = f"{FAQ}{edit.topic}.yml"
    if f"{edit.topic}.yml" in BESIDES_ENTRIES:
        raise refusals.FaqTaken(id=edit.id)
    if path not in files:
        files[path] = f"{_NEW_FAQ}  - id: {edit.id}\n    question: x\n"
        fresh = True
    else:
        fresh = False

    def added(content: Any) -> None:
        entry = _map(id=edit.id, question=_scalar(edit.question))
        if edit.other:
            entry["other"] = _seq(*(_scalar(one) for one in edit.other))
        entry["answer"] = _scalar(edit.answer)
        entry["source"] = _scalar(edit.source)
        entry["reviewed"] = edit.reviewed
        if fresh:
            content["entries"][0] = entry
        else:
            _append(content["entries"], entry)

    files.change(path, added)


@apply.register
def _(edit: kinds.ChangeFaq, files: Files) -> None:
    def work(entry: Any) -> None:
        former = entry.get(edit.field)
        if not isinstance(former, str) or former.strip() != edit.text.strip():
            raise refusals.FaqGone(id=edit.id)
        entry[edit.field] = _scalar(edit.to, former)
        if edit.reviewed is not None:
            entry["reviewed"] = edit.reviewed

    _in_entry(files, edit.id, work)


@apply.register
def _(edit: kinds.AddWording, files: Files) -> None:
    normal = normal_form(edit.text)
    if any(normal in _wordings(entry) for entry in faq_entries(files)):
        raise refusals.FaqTaken(id=edit.id)

    def work(entry: Any) -> None:
        if "other" in entry:
            _append(entry["other"], _scalar(edit.text))
        else:
            entry.insert(list(entry).index("question") + 1, "other", _seq(_scalar(edit.text)))

    _in_entry(files, edit.id, work)


@apply.register
def _(edit: kinds.RemoveWording, files: Files) -> None:
    def work(entry: Any) -> None:
        if edit.text not in entry.get("other", []):
            raise refusals.FaqGone(id=edit.id)
        _take_out(entry["other"], entry["other"].index(edit.text))
        if not entry["other"]:
            del entry["other"]

    _in_entry(files, edit.id, work)


@apply.register
def _(edit: kinds.RemoveFaq, files: Files) -> None:
    for path, place, entry in _placed_entries(files):
        if entry.get("id") == edit.id and entry.get("question") == edit.question:
            files.change(path, partial(_at_entry, place=place, work=None))
            return
    raise refusals.FaqGone(id=edit.id)


def intents_of(files: Files) -> list[str]:
    """The intents that the domain declares, in its order."""
    names: list[str] = []
    for path in files.domain():
        for one in (files.content(path) or {}).get("intents") or []:
            names.extend([one] if isinstance(one, str) else one)
    return names


def faq_entries(files: Files) -> list[dict[str, Any]]:
    """The entries of the knowledge base."""
    return [entry for _, _, entry in _placed_entries(files)]


def _placed_entries(files: Files) -> list[tuple[str, int, dict[str, Any]]]:
    found = []
    for path in files.below(FAQ):
        if path.rpartition("/")[2] in BESIDES_ENTRIES:
            continue
        for place, entry in enumerate((files.content(path) or {}).get("entries") or []):
            if isinstance(entry, dict):
                found.append((path, place, entry))
    return found


def _wordings(entry: dict[str, Any]) -> set[str]:
    said = [entry.get("question"), *(entry.get("other") or [])]
    return {normal_form(one) for one in said if isinstance(one, str)}


def _add_examples(files: Files, intent: str, examples: list[str]) -> None:
    blocks = [
        (len(lines_of(block["examples"])), path, place)
        for path in files.below(NLU)
        for place, block in _blocks(files.content(path), intent)
    ]
    if not blocks:
        raise refusals.NoSuchIntent(intent=intent)
    known = {
        normal_form(plain_text(line))
        for _, path, place in blocks
        for line in lines_of(files.content(path)["nlu"][place]["examples"])
    }
    for one in examples:
        if normal_form(plain_text(one)) in known:
            raise refusals.ExampleTaken(intent=intent)
    _, path, place = max(blocks, key=lambda block: block[0])
    _change_block(files, path, place, lambda lines: lines.extend(f"- {one}" for one in examples))


def _in_block_with(files: Files, intent: str, example: str, *put: str) -> None:
    """Put ``put`` (one line, or none) where ``example`` stands; the other lines are not touched."""

    def replaced(lines: list[str]) -> None:
        at = next(n for n, line in enumerate(lines) if lines_of(line) == [example])
        lines[at : at + 1] = [f"- {one}" for one in put]

    for path in files.below(NLU):
        for place, block in _blocks(files.content(path), intent):
            if example in lines_of(block["examples"]):
                _change_block(files, path, place, replaced)
                return
    raise refusals.ExampleGone(intent=intent)


def _change_block(files: Files, path: str, place: int, work: Callable[[list[str]], object]) -> None:
    def changed(content: Any) -> None:
        block = content["nlu"][place]
        lines = block["examples"].splitlines()
        work(lines)
        if not any(map(lines_of, lines)):
            raise refusals.LastExample()
        block["examples"] = literal(lines, block["examples"])

    files.change(path, changed)


def _blocks(content: Any, intent: str) -> list[tuple[int, dict[str, Any]]]:
    return [
        (place, block)
        for place, block in enumerate((content or {}).get("nlu") or [])
        if isinstance(block, dict)
        and block.get("intent") == intent
        and isinstance(block.get("examples"), str)
    ]


def _in_entry(files: Files, entry_id: str, work: Callable[[Any], None]) -> None:
    for path, place, entry in _placed_entries(files):
        if entry.get("id") == entry_id:
            files.change(path, partial(_at_entry, place=place, work=work))
            return
    raise refusals.FaqGone(id=entry_id)


def _at_entry(content: Any, place: int, work: Callable[[Any], None] | None) -> None:
    """Change an entry of a file, or take it out."""
    if work is None:
        _take_out(content["entries"], place)
    else:
        work(content["entries"][place])


def _domain_file(files: Files, key: str) -> str:
    for path in files.domain():
        if f"\n{key}:" in f"\n{files.before(path)}":
            return path
    raise refusals.NotChangeable(detail=f"the domain has no {key!r}")


def _behind(files: Files, path: str, new: str, text: str) -> None:
    """Write a new item behind the list at the end of one of the studio's own files."""
    if path not in files:
        files[path] = f"{new}{text}"
        return
    files[path] = f"{files[path].rstrip()}\n\n{text}"


def _append(items: Any, value: Any) -> None:
    """Add at the end of a list, before the empty lines and comments that follow the list."""
    last = len(items) - 1
    items.append(value)
    _hand_down(items, last, last + 1)


def _take_out(items: Any, place: int) -> None:
    """Remove from a list; what follows the list stays."""
    last = place == len(items) - 1 and place > 0
    kept = items.ca.items.get(place) if last else None
    del items[place]
    if kept is not None:
        items.ca.items[place - 1] = kept


def _hand_down(items: Any, former: int, place: int) -> None:
    comment = items.ca.items.get(former) if isinstance(items, CommentedSeq) else None
    if comment and comment[0] is not None and comment[0].value.startswith("\n"):
        items.ca.items[place] = items.ca.items.pop(former)


def _scalar(text: str, former: Any = None) -> Any:
    """A text in the style of the one whose place it takes; of several lines as a block."""
    if "\n" in text:
        block = LiteralScalarString(
            text if isinstance(former, str) and former.endswith("\n") else text.rstrip("\n")
        )
        if hasattr(former, "comment"):
            block.comment = former.comment
        return block
    if isinstance(former, ScalarString) and not isinstance(former, LiteralScalarString):
        return type(former)(text)
    return text


def _map(**items: Any) -> CommentedMap:
    return CommentedMap(items)


def _seq(*items: Any) -> CommentedSeq:
    return CommentedSeq(items)
