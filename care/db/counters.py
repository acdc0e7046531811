"""Numbers without gaps or doubles, handed out under a row lock that the transaction keeps to its end."""

from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from care.db.base import Base


class Counter(Base):
    """The last number handed out under a name."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[int]


def advance(session: Session, name: str, by: int = 1) -> int:
    """Hand out ``by`` numbers; gives the last of them.

    Whoever else wants one of the same name waits until this transaction ends, so numbers become
    visible in their order.
    """
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = (
        insert(Counter)
        .values(name=name, value=by)
        .on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + by})
        .returning(Counter.value)
    )
    return session.execute(statement).scalar_one()


def latest(session: Session, name: str) -> int:
    """The last number handed out, 0 when there was none."""
    return session.scalar(select(Counter.value).where(Counter.name == name)) or 0
