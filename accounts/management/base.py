"""What all commands share: one JSON object on stdout, everything for people on stderr, exit 0 or 2."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError
from django.utils import timezone

from accounts.errors import Refused
from sheets.faults import SheetError

REFUSED = 2


class ServiceCommand(BaseCommand):
    """A command that makes one service call: write `arguments` and `run`, and give what it did to `answer`.

    A refusal of the service ends it with status 2 and one Chinese line on stderr. `self.at` is the moment it began.
    """

    at: datetime
    _called_from_command_line: bool

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="在标准输出的最后一行给出一个 JSON 对象")
        self.arguments(parser)

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
            if not _tables_missing(error):
                raise
            self.refuse("数据库还没有建表或版本不符，请先运行 manage.py migrate。")

    def say(self, line: str) -> None:
        """A line for the person at the terminal."""
        self.stderr.write(line, lambda text: text)

    def writable(self, path: Path | None) -> Path | None:
        """The path of a file that the command will write at its end; refused at once where it cannot."""
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise Refused(f"写不到 {path}，请核对文件夹是否存在、是否给出了文件名。")
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
