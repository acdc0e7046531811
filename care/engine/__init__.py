"""The client of Rasa: one protocol, HTTP behind it."""

from care.engine.protocol import (
    Button,
    Engine,
    EngineFailed,
    EngineUnreachable,
    Handover,
    Reply,
    TurnRequest,
    TurnResult,
)

__all__ = [
    "Button",
    "Engine",
    "EngineFailed",
    "EngineUnreachable",
    "Handover",
    "Reply",
    "TurnRequest",
    "TurnResult",
]
