"""What all commands share: one JSON object on stdout, everything for people on stderr, exit 0 or 2."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.errors import Refused
from sheets.faults import SheetError

REFUSED = 2

# What argparse says of arguments that are wrong, and what a person is told instead.
_USAGE: Final = {
    "the following arguments are required: ": "缺少参数：",
    "unrecognized arguments: ": "不认识的参数：",
    "argument ": "这个参数没有写对：",
}


class ServiceCommand(BaseCommand):
    """A command that makes one service call: write `arguments` and `run`, and give what it did to `answer`.

    A refusal of the service ends it with status 2 and one Chinese line on stderr. `self.at` is the moment it began.
    """

    # They would load every view at each start; `check` does them, before a release and on CI.
    requires_system_checks = []
    at: datetime
    _called_from_command_line: bool

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="在标准输出的最后一行给出一个 JSON 对象")
        self.arguments(parser)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # Django offers no parser of one's own; its own prints the usage in English, over many lines.
        parser.error = self._misused  # type: ignore[method-assign]
        return parser

    def _misused(self, message: str) -> NoReturn:
        begins = next((begins for begins in _USAGE if message.startswith(begins)), None)
        if begins is None:
            self.refuse("参数没有写对。加上 --help 可以看用法。")
        names = message[len(begins) :].partition(":")[0].replace(", ", "、")
        self.refuse(f"{_USAGE[begins]}{names}。加上 --help 可以看用法。")

    def arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""

    def run(self, options: dict[str, Any]) -> None:
        """Parse, one service call, `self.answer`."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        self.at = timezone.now()
        self._as_json = bool(options["json"])
        try:
            self.run(options)
        except Refused as refusal:
            self.refuse("；".join([refusal.message, *refusal.details[:5]]))
        except SheetError as error:
            self.refuse(str(error))
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            self.refuse(f"打不开 {error.filename}，请核对路径和权限。")
        except DatabaseError as error:
            if connection.connection is None:
                self.refuse("连不上数据库，请核对环境变量 DATABASE_URL，并确认数据库已启动。")
            if not _tables_missing(error):
                raise
            self.refuse("数据库还没有建表或版本不符，请先运行 manage.py migrate。")

    def say(self, line: str) -> None:
        """A line for the person at the terminal."""
        self.stderr.write(line, lambda text: text)

    def progress(self, line: str) -> None:
        """What the command is about, told to a terminal only: elsewhere a refusal stands alone."""
        if self.stderr.isatty():
            self.say(line)

    def writable(self, path: Path | None, *, reads: Path) -> Path | None:
        """The path of a file that the command will write at its end; refused at once where it cannot.

        That goes for the file that it reads, too: with the answer written over it the original would be gone.
        """
        if path is None:
            return None
        folder = path.absolute().parent
        if path.is_dir() or not folder.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
            raise Refused(f"写不到 {path}，请核对文件夹是否存在、能否写入、是否给出了文件名。")
        if path.exists() and reads.exists() and path.samefile(reads):
            raise Refused(f"{path} 就是要导入的文件，退回的数据请写到另一个文件。")
        return path

    def answer(self, result: dict[str, Any], *summary: str) -> None:
        """Say `summary` to the person; with --json print `result` as the last line of stdout."""
        for line in summary:
            self.say(line)
        if self._as_json:
            self.stdout.write(json.dumps(result, ensure_ascii=False, cls=DjangoJSONEncoder))

    def refuse(self, line: str) -> NoReturn:
        """End with status 2: from the shell after one line on stderr, from `call_command` as a CommandError."""
        one_line = " ".join(line.split())
        if self._called_from_command_line:
            self.say(one_line)
            sys.exit(REFUSED)
        raise CommandError(one_line, returncode=REFUSED)


def _tables_missing(error: DatabaseError) -> bool:
    """Whether the database lacks the program's tables or columns (SQLite's and PostgreSQL's words for it)."""
    said = str(error)
    return any(words in said for words in ("no such table", "no such column", "does not exist"))
