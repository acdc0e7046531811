"""Who owns which tickets: teams by kind and district, from `data/demo/teams.yml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from care.datafiles import DataFileError, read_records
from care.tickets.tables import SUPERVISORS, TicketKind


@dataclass(frozen=True, slots=True)
class Team:
    """People who settle tickets of some kinds; ``districts`` is empty for a team that serves all."""

    id: str
    name: str
    kinds: frozenset[TicketKind]
    districts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Teams:
    """All teams by id."""

    by_id: Mapping[str, Team]

    def of(self, kind: TicketKind, district: str | None) -> Team:
        """The team of the district, else the one that serves all."""
        fitting = [team for team in self.by_id.values() if kind in team.kinds]
        near = [team for team in fitting if district in team.districts]
        return (near or [team for team in fitting if not team.districts])[0]


def load_teams(path: Path) -> Teams:
    """Read the file. Raises DataFileError: each kind needs one team that serves all districts."""
    teams: dict[str, Team] = {}
    for record in read_records(path, "teams"):
        record.only({"id", "name", "kinds", "districts"})
        kinds = record.texts("kinds")
        for kind in kinds:
            if kind not in list(TicketKind):
                raise record.error(
                    f"{kind!r} is no kind of ticket; there are {', '.join(TicketKind)}"
                )
        team = Team(
            record.text("id"),
            record.text("name"),
            frozenset(TicketKind(kind) for kind in kinds),
            frozenset(record.texts("districts")),
        )
        if team.id in teams:
            raise record.error("this id is taken by an earlier team")
        teams[team.id] = team
    if SUPERVISORS not in teams:
        raise DataFileError(path, f"the team {SUPERVISORS!r} is missing: it owns what is escalated")
    for kind in TicketKind:
        serving_all = [t.id for t in teams.values() if kind in t.kinds and not t.districts]
        if len(serving_all) != 1:
            raise DataFileError(
                path,
                f"kind {kind!r} needs one team without districts, has {', '.join(serving_all) or 'none'}",
            )
    return Teams(teams)
