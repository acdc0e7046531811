"""The training data over HTTP. No rules here: a view lets in, calls one function and sends its result."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from care.errors import NotFound
from care.studio.data import exchange
from care.studio.data.catalogue import Example
from care.studio.data.checks import Finding
from care.studio.data.examples import plain_text
from care.studio.data.service import TrainingData
from care.studio.data.workspace import View
from care.studio.gate import StudioGate, Trainer

LONGEST_IMPORT = 2_000_000
"""Characters of a file that is imported."""


class IntentInfo(BaseModel):
    """An intent with the number of its examples."""

    name: str
    examples: int


class DataOverview(BaseModel):
    """All intents, the entities, and how big the trainer's draft is."""

    intents: list[IntentInfo]
    entities: dict[str, int]
    draft: int


class ExampleInfo(BaseModel):
    """An example as it is written."""

    intent: str
    text: str
    path: str


class FindingInfo(BaseModel):
    """Something to be said about the data."""

    level: Literal["error", "warning"]
    code: str
    where: str
    data: dict[str, Any]


class IntentDetail(BaseModel):
    """An intent with its examples."""

    name: str
    examples: list[ExampleInfo]


class Tried(BaseModel):
    """A sentence that is being typed, and the intent it is for."""

    text: Annotated[str, Field(min_length=1, max_length=500)]
    intent: Annotated[str, Field(max_length=80)] | None = None


class NearInfo(BaseModel):
    """An example near to what is typed; ``ratio`` of common characters, 0 to 100."""

    intent: str
    text: str
    ratio: float


class TriedInfo(BaseModel):
    """What is near, what is the same, and what the live model says (none while it does not answer)."""

    same: list[ExampleInfo]
    nearest: list[NearInfo]
    model: dict[str, Any] | None


class ReplyInfo(BaseModel):
    """A reply with its variations."""

    name: str
    variations: list[dict[str, Any]]


class FaqInfo(BaseModel):
    """An entry of the knowledge base."""

    id: str
    question: str
    other: list[str]
    answer: str
    source: str
    reviewed: str
    serves: list[str]


class ImportFile(BaseModel):
    """A file's text; with ``take`` its new examples go into the draft, else it is only looked at."""

    format: exchange.Format
    content: Annotated[str, Field(max_length=LONGEST_IMPORT)]
    take: bool = False


class ImportReport(BaseModel):
    """What a file brings, and every line that was not taken, with the reason."""

    new: int
    known: list[dict[str, Any]]
    bad: list[dict[str, Any]]


def data_router(data: TrainingData, gate: StudioGate) -> APIRouter:
    """``/data``, below the studio's address: looking at the files, with one's own draft on top."""
    router = APIRouter(prefix="/data")
    _add_looks(router, data, gate)
    _add_exchange(router, data, gate)
    return router


def _add_looks(router: APIRouter, data: TrainingData, gate: StudioGate) -> None:
    @router.get("/intents", summary="All intents and entities")
    async def overview(trainer: Annotated[Trainer, Depends(gate.reader)]) -> DataOverview:
        draft = len(await data.draft(trainer))
        return await data.ask(trainer, _overview, draft)

    @router.get("/intents/{name}", summary="An intent with its examples")
    async def intent(
        name: Annotated[str, Path(max_length=80)],
        trainer: Annotated[Trainer, Depends(gate.reader)],
    ) -> IntentDetail:
        return await data.ask(trainer, _intent, name)

    @router.get("/search", summary="Examples that hold some words")
    async def search(
        q: Annotated[str, Query(min_length=1, max_length=200)],
        trainer: Annotated[Trainer, Depends(gate.reader)],
    ) -> list[ExampleInfo]:
        return await data.ask(trainer, _search, q)

    @router.get("/entities/{name}", summary="What is marked as an entity, and how often")
    async def entity(
        name: Annotated[str, Path(max_length=80)],
        trainer: Annotated[Trainer, Depends(gate.reader)],
    ) -> dict[str, int]:
        return await data.ask(trainer, _uses, name)

    @router.get("/findings", summary="What is wrong with the data, and what may be")
    async def findings(trainer: Annotated[Trainer, Depends(gate.reader)]) -> list[FindingInfo]:
        return await data.ask(trainer, _findings)

    @router.post("/try", summary="What is near to a sentence, and what the live model says")
    async def tried(body: Tried, trainer: Annotated[Trainer, Depends(gate.writer)]) -> TriedInfo:
        model = await data.understood(plain_text(body.text))
        return await data.ask(trainer, _tried, body, model)

    @router.get("/replies", summary="What the bot says, by name")
    async def replies(
        trainer: Annotated[Trainer, Depends(gate.reader)],
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> list[ReplyInfo]:
        return await data.ask(trainer, _replies, q)

    @router.get("/faq", summary="The knowledge base")
    async def faq(
        trainer: Annotated[Trainer, Depends(gate.reader)],
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> list[FaqInfo]:
        return await data.ask(trainer, _faq, q)


def _add_exchange(router: APIRouter, data: TrainingData, gate: StudioGate) -> None:
    @router.get("/export", summary="Examples as a file", response_class=PlainTextResponse)
    async def export(
        trainer: Annotated[Trainer, Depends(gate.reader)],
        form: Annotated[exchange.Format, Query(alias="format")] = "rasa",
        intent: Annotated[str | None, Query(max_length=80)] = None,
    ) -> PlainTextResponse:
        text = await data.ask(trainer, _exported, form, intent)
        kind, name = (
            ("text/csv", "examples.csv") if form == "csv" else ("application/yaml", "nlu.yml")
        )
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return PlainTextResponse(text, media_type=kind, headers=disposition)

    @router.post("/import", summary="Take a file's examples into the draft")
    async def imported(
        body: ImportFile, trainer: Annotated[Trainer, Depends(gate.writer)]
    ) -> ImportReport:
        found = await data.ask(trainer, _read_file, body.content, body.format)
        if body.take and found.new:
            await data.change(trainer, list(found.new))
        return ImportReport(
            new=len(found.new),
            known=[_line(one) for one in found.known],
            bad=[_line(one) for one in found.bad],
        )


# What follows looks at the data, and runs aside.


def _overview(view: View, draft: int) -> DataOverview:
    catalogue = view.catalogue
    return DataOverview(
        intents=[
            IntentInfo(name=name, examples=len(found))
            for name, found in catalogue.by_intent.items()
        ],
        entities={name: sum(uses.values()) for name, uses in catalogue.entity_uses.items()},
        draft=draft,
    )


def _intent(view: View, name: str) -> IntentDetail:
    found = view.catalogue.by_intent.get(name)
    if found is None:
        raise NotFound()
    return IntentDetail(name=name, examples=[_example(one) for one in found])


def _search(view: View, wanted: str) -> list[ExampleInfo]:
    return [_example(one) for one in view.catalogue.find(wanted, 100)]


def _uses(view: View, entity: str) -> dict[str, int]:
    uses = view.catalogue.entity_uses.get(entity)
    if uses is None:
        raise NotFound()
    return dict(uses.most_common(200))


def _findings(view: View) -> list[FindingInfo]:
    return [finding_info(one) for one in view.findings]


def _tried(view: View, tried: Tried, model: dict[str, Any] | None) -> TriedInfo:
    nearest = view.catalogue.nearest(tried.text, tried.intent)
    return TriedInfo(
        same=[_example(one) for one in view.catalogue.same(tried.text)[:5]],
        nearest=[NearInfo(intent=one.intent, text=one.text, ratio=one.ratio) for one in nearest],
        model=model,
    )


def _replies(view: View, wanted: str) -> list[ReplyInfo]:
    found = []
    for name, variations in view.catalogue.replies.items():
        if wanted in name or any(wanted in one.text for one in variations):
            told = [
                {
                    "text": one.text,
                    "buttons": list(one.buttons),
                    "conditions": list(one.conditions),
                }
                for one in variations
            ]
            found.append(ReplyInfo(name=name, variations=told))
    return found[:200]


def _faq(view: View, wanted: str) -> list[FaqInfo]:
    return [
        FaqInfo(**one)
        for one in view.catalogue.faq
        if wanted in one["id"]
        or wanted in one["answer"]
        or any(wanted in wording for wording in (one["question"], *one["other"]))
    ]


def _exported(view: View, form: exchange.Format, intent: str | None) -> str:
    examples = [one for one in view.catalogue.examples if intent in (None, one.intent)]
    return exchange.as_csv(examples) if form == "csv" else exchange.as_rasa(examples)


def _read_file(view: View, content: str, form: exchange.Format) -> exchange.Imported:
    return exchange.read_file(content, form, view.catalogue)


def _example(one: Example) -> ExampleInfo:
    return ExampleInfo(intent=one.intent, text=one.text, path=one.path)


def finding_info(one: Finding) -> FindingInfo:
    return FindingInfo(level=one.level, code=one.code, where=one.where, data=one.data)


def _line(one: exchange.BadLine) -> dict[str, Any]:
    return {"line": one.line, "reason": one.reason, "text": one.text}
