"""`manage.py up`: the whole program with one command, for trying and for small offices."""

from __future__ import annotations

import importlib.util
import socket
import sys
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from accounts.management.base import ServiceCommand
from config.checks import announce
from config.health import answers
from config.processes import Program, Runner, die_with_parent
from config.static_files import compile_static

QUIET_WORKER = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def web_command(host: str, port: int) -> list[str]:
    """gunicorn where it runs; Django's own server on a machine without it (Windows)."""
    if importlib.util.find_spec("gunicorn") is None:
        return [sys.executable, "manage.py", "runserver", "--noreload", f"{host}:{port}"]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"{host}:{port}"]
    command += ["--workers", "2", "--threads", "4", "--timeout", "120", "--no-control-socket", "--log-level", "warning"]
    shared_memory = Path("/dev/shm")
    return [*command, "--worker-tmp-dir", str(shared_memory)] if shared_memory.is_dir() else command


def celery_command(part: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-q", "-A", "config", part, "-l", "WARNING", *arguments]


class Command(ServiceCommand):
    help = "建表、启动网站、后台任务和定时任务，直到 Ctrl-C 或 SIGTERM；停止后不留下任何进程。"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="监听地址（默认只限本机）")
        parser.add_argument("--port", type=int, default=8000, help="端口")
        parser.add_argument("--with-parent", action="store_true", help="启动它的进程结束时一同停止")

    def run(self, options: dict[str, Any]) -> None:
        if options["with_parent"]:
            die_with_parent()
        host, port = options["host"], options["port"]
        self._refuse_taken(host, port)
        announce()
        self.say("检查数据表和页面文件 …")
        call_command("migrate", verbosity=0, interactive=False)
        compile_static()
        programs = [
            Program("网站", web_command(host, port)),
            Program("后台任务", celery_command("worker", "-P", "solo", *QUIET_WORKER)),
            Program("定时任务", celery_command("beat", "--pidfile=")),
        ]
        address = f"http://{host}:{port}"
        status = Runner(programs, self.say).run(lambda: answers(port) and self._announce(address))
        self.say("已停止。")
        if status:
            sys.exit(status)

    def _announce(self, address: str) -> bool:
        self.say(f"已启动：{address}  （Ctrl-C 停止）")
        return True

    def _refuse_taken(self, host: str, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                self.refuse(f"不能使用 {host}:{port}（多半已被占用）。请换一个端口，例如 make demo PORT={port + 1}。")
