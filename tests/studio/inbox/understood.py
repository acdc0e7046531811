"""An engine that understands as a test says."""

from typing import Any

from care.engine import Reply, TurnRequest, TurnResult
from tests.desk.world import World

type Understanding = tuple[str | None, float]


def understands(world: World, table: dict[str, Understanding], **entities: Any) -> None:
    """Let the engine take each text for (intent, confidence); everything else is ``query_bill`` at 0.95."""

    def answer(request: TurnRequest) -> TurnResult:
        intent, confidence = table.get(request.text, ("query_bill", 0.95))
        second = max(0.0, 1 - confidence)
        return TurnResult(
            replies=(Reply(text="好的"),),
            understanding={
                "intent": intent,
                "confidence": confidence,
                "ranking": [
                    {"name": intent, "confidence": confidence},
                    {"name": "noise", "confidence": second / 2},
                ],
                "entities": entities.get(request.text, []),
            },
        )

    world.engine.answer = answer
