"""The rule pack: what law and regulator ask of an operator, as figures in ``data/duties/`` and never in code."""

from care.duties.loader import load_duties
from care.duties.pack import Duties, Duty, DutyError, Figure, Unit

__all__ = ["Duties", "Duty", "DutyError", "Figure", "Unit", "load_duties"]
