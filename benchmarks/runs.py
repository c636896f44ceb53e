"""The parent's side: databases, folders and measured child processes."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "sw_bench"


class Stage(dict[str, Any]):
    """What one stage of a child came to: value, wall, cpu, backend, peak_mb, profile."""


class Child:
    """A measured process. `begin` starts a stage, `end` waits for it."""

    def __init__(self, task: str, environment: dict[str, str], **arguments: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.child", task, json.dumps(arguments)],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.end()

    def begin(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def end(self) -> Stage:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a measured process broke off with status {self._process.wait()}")
        return Stage(json.loads(line))

    def stage(self) -> Stage:
        self.begin()
        return self.end()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def run_alone(task: str, environment: dict[str, str], **arguments: Any) -> Stage:
    """A task of one stage."""
    with Child(task, environment, **arguments) as child:
        return child.stage()


@dataclass
class Place:
    """Where measured databases live: PostgreSQL at `server`, or files. Copies of one template are quick to make."""

    folder: Path
    server: str = ""
    made: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "PostgreSQL" if self.server else "SQLite"

    def environment(self, database: str) -> dict[str, str]:
        """What a child needs to work on a database, with an empty folder for what it writes."""
        data = self.folder / f"data-{database}-{self.name}"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        url = f"{self._base()}/{PREFIX}_{database}" if self.server else f"sqlite:///{self._file(database)}"
        return {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": url,
            "DATA_DIR": str(data),
            "REDIS_URL": "",
            "LOG_LEVEL": "ERROR",
        }

    def create(self, database: str, template: str = "") -> dict[str, str]:
        """A new database, empty or a copy; the environment to work on it."""
        self.drop(database)
        self.made.append(database)
        if not self.server:
            if template:
                shutil.copyfile(self._file(template), self._file(database))
            return self.environment(database)
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"{PREFIX}_{database}"))
        if template:
            statement += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(f"{PREFIX}_{template}"))
        self._execute(statement)
        self._execute(sql.SQL("CHECKPOINT"))
        return self.environment(database)

    def blank(self) -> str:
        """The name of a database with tables and no rows; made once."""
        if "blank" not in self.made:
            run_alone("blank", self.create("blank"))
        return "blank"

    def drop(self, database: str) -> None:
        if self.server:
            name = sql.Identifier(f"{PREFIX}_{database}")
            self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        else:
            for ending in ("", "-wal", "-shm"):
                Path(f"{self._file(database)}{ending}").unlink(missing_ok=True)
        shutil.rmtree(self.folder / f"data-{database}-{self.name}", ignore_errors=True)

    def drop_all(self) -> None:
        for database in dict.fromkeys(self.made):
            self.drop(database)

    def _file(self, database: str) -> Path:
        return self.folder / f"{PREFIX}_{database}.sqlite3"

    def _base(self) -> str:
        return self.server.rsplit("/", 1)[0]

    def _execute(self, statement: sql.Composable) -> None:
        connection = psycopg2.connect(self.server)
        connection.autocommit = True
        with connection.cursor() as cursor:
            try:
                cursor.execute(statement)
            except psycopg2.errors.InsufficientPrivilege:
                if b"CHECKPOINT" not in cursor.query:
                    raise
        connection.close()


def find_server() -> str:
    """A PostgreSQL on which databases may be made: BENCH_DATABASE_URL or TEST_DATABASE_URL, else one on this machine
    that lets this user in; '' for none. Only databases called sw_bench_… are touched there."""
    here = f"postgres://{getpass.getuser()}@127.0.0.1:5432/postgres"
    for url in (os.environ.get("BENCH_DATABASE_URL"), os.environ.get("TEST_DATABASE_URL"), here):
        if url and urlsplit(url).scheme.startswith("postgres"):
            try:
                psycopg2.connect(url, connect_timeout=3).close()
            except psycopg2.Error:
                continue
            return url
    return ""


@contextmanager
def databases(folder: Path, server: str) -> Iterator[Place]:
    """A place whose databases are gone afterwards."""
    place = Place(folder, server)
    try:
        yield place
    finally:
        place.drop_all()
