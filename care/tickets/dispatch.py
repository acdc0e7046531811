"""Which group of people a new ticket is for."""

from enum import StrEnum

from care.tickets.tables import TicketKind


class Skill(StrEnum):
    """A group of people by what they can do."""

    ENTERPRISE = "enterprise"
    """The account team for companies (政企客户经理)."""
    REGISTRATION = "registration"
    """New numbers and registered owners: those who finish what a shop begins."""


_SKILLS = {
    TicketKind.ENTERPRISE_LEAD: Skill.ENTERPRISE,
    TicketKind.APPLICATION: Skill.REGISTRATION,
}


def skill_of(kind: TicketKind) -> Skill | None:
    """The group that a ticket of this kind is for; None: whoever is free."""
    return _SKILLS.get(kind)
