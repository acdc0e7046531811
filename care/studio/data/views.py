"""The training data over HTTP. No rules here: a view lets in, calls one function and sends its result."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from care.errors import NotFound
from care.studio.data import exchange
from care.studio.data.checks import Finding
from care.studio.data.examples import plain_text
from care.studio.data.service import TrainingData
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
        view = await data.view(trainer)
        catalogue = view.catalogue
        return DataOverview(
            intents=[
                IntentInfo(name=name, examples=len(found))
                for name, found in catalogue.by_intent.items()
            ],
            entities={name: sum(uses.values()) for name, uses in catalogue.entity_uses.items()},
            draft=len(await data.draft(trainer)),
        )

    @router.get("/intents/{name}", summary="An intent with its examples")
    async def intent(
        name: Annotated[str, Path(max_length=80)],
        trainer: Annotated[Trainer, Depends(gate.reader)],
    ) -> IntentDetail:
        view = await data.view(trainer)
        found = view.catalogue.by_intent.get(name)
        if found is None:
            raise NotFound()
        return IntentDetail(
            name=name,
            examples=[
                ExampleInfo(intent=one.intent, text=one.text, path=one.path) for one in found
            ],
        )

    @router.get("/search", summary="Examples that hold some words")
    async def search(
        q: Annotated[str, Query(min_length=1, max_length=200)],
        trainer: Annotated[Trainer, Depends(gate.reader)],
    ) -> list[ExampleInfo]:
        found = (await data.view(trainer)).catalogue.find(q, 100)
        return [ExampleInfo(intent=one.intent, text=one.text, path=one.path) for one in found]

    @router.get("/entities/{name}", summary="What is marked as an entity, and how often")
    async def entity(
        name: Annotated[str, Path(max_length=80)],
        trainer: Annotated[Trainer, Depends(gate.reader)],
    ) -> dict[str, int]:
        uses = (await data.view(trainer)).catalogue.entity_uses.get(name)
        if uses is None:
            raise NotFound()
        return dict(uses.most_common(200))

    @router.get("/findings", summary="What is wrong with the data, and what may be")
    async def findings(trainer: Annotated[Trainer, Depends(gate.reader)]) -> list[FindingInfo]:
        return [finding_info(one) for one in await data.findings(trainer)]

    @router.post("/try", summary="What is near to a sentence, and what the live model says")
    async def tried(body: Tried, trainer: Annotated[Trainer, Depends(gate.writer)]) -> TriedInfo:
        view = await data.view(trainer)
        model = await data.understood(plain_text(body.text))
        nearest = await asyncio.to_thread(view.catalogue.nearest, body.text, body.intent)
        return TriedInfo(
            same=[
                ExampleInfo(intent=one.intent, text=one.text, path=one.path)
                for one in view.catalogue.same(body.text)[:5]
            ],
            nearest=[
                NearInfo(intent=one.intent, text=one.text, ratio=one.ratio) for one in nearest
            ],
            model=model,
        )

    @router.get("/replies", summary="What the bot says, by name")
    async def replies(
        trainer: Annotated[Trainer, Depends(gate.reader)],
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> list[ReplyInfo]:
        found = []
        for name, variations in (await data.view(trainer)).catalogue.replies.items():
            if q in name or any(q in one.text for one in variations):
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

    @router.get("/faq", summary="The knowledge base")
    async def faq(
        trainer: Annotated[Trainer, Depends(gate.reader)],
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> list[FaqInfo]:
        entries = (await data.view(trainer)).catalogue.faq
        found = [
            one
            for one in entries
            if q in one["id"]
            or q in one["answer"]
            or any(q in wording for wording in (one["question"], *one["other"]))
        ]
        return [FaqInfo(**one) for one in found]


def _add_exchange(router: APIRouter, data: TrainingData, gate: StudioGate) -> None:
    @router.get("/export", summary="Examples as a file", response_class=PlainTextResponse)
    async def export(
        trainer: Annotated[Trainer, Depends(gate.reader)],
        form: Annotated[exchange.Format, Query(alias="format")] = "rasa",
        intent: Annotated[str | None, Query(max_length=80)] = None,
    ) -> PlainTextResponse:
        catalogue = (await data.view(trainer)).catalogue
        examples = [one for one in catalogue.examples if intent in (None, one.intent)]
        if form == "csv":
            text, kind, name = exchange.as_csv(examples), "text/csv", "examples.csv"
        else:
            text, kind, name = exchange.as_rasa(examples), "application/yaml", "nlu.yml"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return PlainTextResponse(text, media_type=kind, headers=disposition)

    @router.post("/import", summary="Take a file's examples into the draft")
    async def imported(
        body: ImportFile, trainer: Annotated[Trainer, Depends(gate.writer)]
    ) -> ImportReport:
        catalogue = (await data.view(trainer)).catalogue
        found = await asyncio.to_thread(exchange.read_file, body.content, body.format, catalogue)
        if body.take and found.new:
            await data.change(trainer, list(found.new))
        return ImportReport(
            new=len(found.new),
            known=[_line(one) for one in found.known],
            bad=[_line(one) for one in found.bad],
        )


def finding_info(one: Finding) -> FindingInfo:
    return FindingInfo(level=one.level, code=one.code, where=one.where, data=one.data)


def _line(one: exchange.BadLine) -> dict[str, Any]:
    return {"line": one.line, "reason": one.reason, "text": one.text}
