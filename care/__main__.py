"""``python -m care``: serve, and the commands of the database, the agents and the demo."""

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from care import logs
from care.datafiles import DataFileError
from care.errors import CareError
from care.settings import Settings

if TYPE_CHECKING:
    from care.db import Database


class CommandFailed(Exception):
    """A command cannot do what it should; the message says why in one line."""


def _serve(settings: Settings) -> None:
    import uvloop

    from care.admin.metrics import Metrics
    from care.db import migrate
    from care.serving import listen, serve
    from care.wiring import wire

    migrate.require_current(settings.database_url)
    public = listen(settings.host, settings.port)
    private = listen(settings.private_host, settings.private_port)

    async def run() -> None:
        figures = Metrics()
        await serve(wire(settings, metrics=figures), figures, public, private)

    uvloop.run(run())


def _db_upgrade(settings: Settings) -> None:
    from care import schema
    from care.db import migrate

    migrate.upgrade(settings.database_url, schema.metadata)
    print("the database is up to date")


def _db_check(settings: Settings) -> None:
    from care import schema
    from care.db import migrate

    migrate.check(settings.database_url, schema.metadata)
    print("models and migrations say the same")


def _db_revise(settings: Settings, message: str) -> None:
    from care import schema
    from care.db import migrate

    migrate.revise(settings.database_url, schema.metadata, message)


def _agents_add(settings: Settings, username: str, name: str, role: str) -> None:
    from care.clock import utc_now
    from care.desk.agents import create_agent, free_username
    from care.desk.tables import AgentRole

    with _database(settings) as db:
        username = free_username(db, username)  # said before anybody thinks of a password
        password = _new_password(username)
        create_agent(db, utc_now, username, password, name, AgentRole(role))
    print(f"{username} can log in as {role}")


def _agents_list(settings: Settings) -> None:
    from care.desk.agents import list_agents

    with _database(settings) as db:
        agents = list_agents(db)
    for agent in agents:
        seen = agent.last_seen
        last = f"{seen.astimezone(settings.zone):%Y-%m-%d %H:%M}" if seen else "never"
        notes = [
            *(["disabled"] if not agent.active else []),
            *(["demo" if settings.demo else "demo: not accepted"] if agent.demo else []),
        ]
        line = f"{agent.username:<32} {agent.role:<10} {last:<16} {agent.name}"
        print(line + (f" ({', '.join(notes)})" if notes else ""))


def _agents_password(settings: Settings, username: str) -> None:
    from care.desk.agents import known_agent, set_password

    with _database(settings) as db:
        username = known_agent(db, username).username
        set_password(db, username, _new_password(username))
    print(f"{username} has a new password and is logged out everywhere")


def _agents_disable(settings: Settings, username: str) -> None:
    from care.desk.agents import set_active

    with _database(settings) as db:
        set_active(db, username, active=False)
    print(f"{username} cannot log in any more and is logged out everywhere")


def _agents_enable(settings: Settings, username: str) -> None:
    from care.desk.agents import set_active

    with _database(settings) as db:
        set_active(db, username, active=True)
    print(f"{username} can log in again")


def _new_password(username: str) -> str:
    """A password from the terminal, unseen and twice; from standard input (a line) where that is none."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise CommandFailed("there is no password on standard input")
        return password
    try:
        password = getpass.getpass(f"New password of {username}: ")
        if getpass.getpass("Once more: ") != password:
            raise CommandFailed("the two passwords are not the same; nothing was changed")
    except EOFError:
        raise CommandFailed("no password was given; nothing was changed") from None
    return password


@contextmanager
def _database(settings: Settings) -> "Iterator[Database]":
    """The database, at the newest migration."""
    from care.db import Database, migrate

    migrate.require_current(settings.database_url)
    db = Database(settings.database_url, threads=1)
    try:
        yield db
    finally:
        db.close()


def _demo_load(settings: Settings) -> None:
    from care.bss.embedded.demo import load_demo
    from care.clock import local_date, utc_now
    from care.db import Database
    from care.desk.agents import load_demo_agents

    _require_demo(settings)
    db = Database(settings.database_url, threads=1)
    try:
        loaded = load_demo(
            db,
            local_date(utc_now(), settings.zone),
            folder=settings.data_dir / "demo",
            zone=settings.zone,
        )
        made = load_demo_agents(db, utc_now)
    finally:
        db.close()
    print(f"demo operator {'loaded' if loaded else 'already there'}, {made} agents made")


def _demo_logins(settings: Settings) -> None:
    from care.desk.agents import demo_logins

    _require_demo(settings)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    print(f"customers: {address}/demo/customers (who you can be)")
    print(f"their text messages: {address}/demo/sms?phone=<number> (one-time codes)")
    print("log-ins of the desk:")
    for login in demo_logins():
        print(f"  {login.username:<11} {login.password:<17} {login.name} ({login.role})")


def _wechat(name: str) -> Callable[[Settings], None]:
    """A command of ``care.channels.wechat.commands``."""

    def run(settings: Settings) -> None:
        from care.channels.wechat import commands
        from care.db import migrate
        from care.wiring import wire

        migrate.require_current(settings.database_url)
        try:
            print(getattr(commands, name)(wire(settings)))
        except commands.WechatCommandFailed as error:
            raise CommandFailed(str(error)) from error

    return run


def _require_demo(settings: Settings) -> None:
    if not settings.demo:
        raise CommandFailed("this is for demo mode only (CARE_MODE=demo)")


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; gives the exit status. A failure is one line on standard error."""
    given = vars(_parser().parse_args(words))
    run: Callable[..., None] = given.pop("run")
    try:
        settings = Settings()
        logs.set_up(settings.log_format)
        run(settings, **given)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        reason = _reason(error)
        if reason is None:
            raise
        print(f"care: {reason}", file=sys.stderr)
        return 1
    return 0


def _reason(error: Exception) -> str | None:
    """Why a command failed, in one line; ``None`` for what is a bug and wants its traceback."""
    from care.db.migrate import SchemaMismatch
    from care.desk import agents
    from care.desk.passwords import MAX_PASSWORD
    from care.serving import PortTaken

    match error:
        case agents.UsernameTaken():
            return "this username is taken"
        case agents.NoSuchAgent():
            return "there is no agent of this username"
        case agents.BadUsername():
            return "a username has 2 to 32 small letters, digits, dots, hyphens or underscores"
        case agents.BadName():
            return f"a name has 1 to {agents.MAX_NAME} characters"
        case agents.WeakPassword():
            return (
                f"a password has {agents.MIN_PASSWORD} to {MAX_PASSWORD} characters, "
                f"{agents.MIN_DIFFERENT} different ones at least, and does not hold the username"
            )
        case ValidationError():
            return "; ".join(
                ": ".join(
                    [*(f"CARE_{str(at).upper()}" for at in problem["loc"][:1]), problem["msg"]]
                )
                for problem in error.errors(include_input=False)
            )
        case SchemaMismatch():
            return f"{error}; run `python -m care db upgrade`"
        case SQLAlchemyError():
            cause = getattr(error, "orig", None) or error
            return f"the database does not answer: {' '.join(str(cause).split())}"
        case (
            CommandFailed() | PortTaken() | DataFileError() | CareError() | ValueError() | OSError()
        ):
            return " ".join(str(error).split())
    return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m care", description="The Xiaoxun care server.")
    commands = parser.add_subparsers(required=True, metavar="command")
    _command(commands, "serve", "serve the public and the private port", _serve)
    database = _group(commands, "db", "the database")
    _command(database, "upgrade", "bring it up to date", _db_upgrade)
    _command(database, "check", "models and migrations say the same", _db_check)
    revise = _command(database, "revise", "write a migration for changed models", _db_revise)
    revise.add_argument("message", help="what changes, in a few words")
    _add_agents(_group(commands, "agents", "who may log in to the desk"))
    demo = _group(commands, "demo", "the demo operator")
    _command(demo, "load", "load it, once", _demo_load)
    _command(demo, "logins", "print addresses and log-ins", _demo_logins)
    wechat = _group(commands, "wechat", "the Official Account")
    _command(wechat, "check", "whether WeChat takes our app id and secret", _wechat("check"))
    menu = _group(wechat, "menu", "the menu below the chat (data/wechat/menu.yml)")
    _command(menu, "set", "make the file's menu the account's", _wechat("set_menu"))
    _command(menu, "show", "print the account's menu", _wechat("show_menu"))
    _command(menu, "remove", "take it away", _wechat("remove_menu"))
    return parser


def _add_agents(agents: "_Commands") -> None:
    add = _command(agents, "add", "let somebody log in; asks for the password", _agents_add)
    add.add_argument("--name", required=True, help="what customers see, for example 陈静")
    add.add_argument("--role", choices=["agent", "trainer", "supervisor"], default="agent")
    _command(agents, "list", "list all, with who is disabled", _agents_list)
    password = _command(agents, "password", "give a new password", _agents_password)
    disable = _command(agents, "disable", "end all log-ins and allow no more", _agents_disable)
    enable = _command(agents, "enable", "allow log-ins again", _agents_enable)
    for command in (add, password, disable, enable):
        command.add_argument("username")


type _Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def _group(commands: "_Commands", name: str, text: str) -> "_Commands":
    group = commands.add_parser(name, help=text, description=text)
    return group.add_subparsers(required=True, metavar="command")


def _command(
    commands: "_Commands", name: str, text: str, run: Callable[..., None]
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


if __name__ == "__main__":
    sys.exit(main())
