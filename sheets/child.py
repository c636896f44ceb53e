"""Reading a file in a child process with limits, so that a hostile one cannot take the parent down.

    with read_in_child(path) as book:
        for table in book.tables(columns): ...

is `open_book(path)` for files that come from the web or the API. The child opens the file and hands
over rows; headings are found and cells cleaned in the parent. When it runs out of memory or time, or
crashes, the parent gets a `SheetError`.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from .faults import SheetError
from .form import form_of, plain
from .guard import Limits
from .read import Book, open_book
from .table import Row, Source

_ROOT: Final = Path(__file__).resolve().parent.parent
# What rows are made of beside builtin types; nothing else is loaded from the child's answers.
_ALLOWED: Final = {("datetime", name) for name in ("date", "datetime", "time", "timedelta")}


@dataclass(frozen=True)
class Fence:
    """What a child may use: address space, processor seconds in all, seconds for one answer."""

    memory_bytes: int = 2 << 30
    cpu_seconds: int = 120
    answer_seconds: float = 60.0


@contextmanager
def read_in_child(path: Path, limits: Limits | None = None, fence: Fence | None = None) -> Iterator[Book]:
    """`open_book` in a child process, which ends with the block.

    Raises:
        SheetError: as `open_book`, and when the child breaks down over the file.
    """
    bounds = limits or Limits()
    child = _Child(fence or Fence())
    try:
        names = child.ask(("open", str(path.resolve()), bounds))
        sources: list[Source] = [_ChildSource(child, i, name, only_text=plain) for i, (name, plain) in enumerate(names)]
        yield Book(sources, bounds)
    finally:
        child.end()


def form_in_child(path: Path) -> dict[str, Any]:
    """`form.form_of` in a child process, as builtin values.

    Raises:
        SheetError: as `form_of`, and when the child breaks down over the file.
    """
    child = _Child(Fence(memory_bytes=1 << 30, cpu_seconds=20, answer_seconds=20.0))
    try:
        form: dict[str, Any] = child.ask(("form", str(path.resolve())))
        return form
    finally:
        child.end()


class _ChildSource:
    """A sheet whose rows come through the pipe, a chunk for each question."""

    def __init__(self, child: _Child, index: int, name: str, *, only_text: bool) -> None:
        self.name = name
        self.only_text = only_text
        self._child = child
        self._index = index

    def chunks(self, size: int) -> Iterator[list[Row]]:
        reading = self._child.ask(("start", self._index, size))
        while chunk := self._child.ask(("next", reading)):
            yield chunk


class _Child:
    """The parent's end: questions out, answers in, each within its time."""

    def __init__(self, fence: Fence) -> None:
        self._fence = fence
        # No environment goes along: the parent's holds keys that a parser has no use for.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sheets.child", str(fence.memory_bytes), str(fence.cpu_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={"PYTHONIOENCODING": "utf-8", "OPENBLAS_NUM_THREADS": "1"},
        )

    def ask(self, question: tuple[Any, ...]) -> Any:
        """Send a question and return the answer; SheetError when the child refuses or dies."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            pickle.dump(question, self._process.stdin)
            self._process.stdin.flush()
            answer = self._answer(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise _broken_down() from None
        kind, value = answer
        if kind == "refused":
            raise SheetError(value)
        return value

    def _answer(self, pipe: IO[bytes]) -> Any:
        # The buffer is empty between answers, so that waiting on the descriptor is safe.
        ready, _, _ = select.select([pipe], [], [], self._fence.answer_seconds)
        if not ready:
            raise SheetError("打开文件用时过长，已停止，请拆成几个较小的文件后再导入")
        return _Unpickler(pipe).load()

    def end(self) -> None:
        """Stop the child and wait for it."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(name)
        return super().find_class(module, name)


def _broken_down() -> SheetError:
    return SheetError("文件太大或已损坏，在规定的内存和时间内打不开，请另存为 .xlsx 或拆成几个文件")


def _serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """The child's loop: open, start a reading, hand over chunks until the parent goes away."""
    book: Book | None = None
    readings: list[Iterator[list[Row]]] = []
    while True:
        try:
            verb, *rest = pickle.load(questions)
        except EOFError:
            return
        try:
            value: Any
            if verb == "open":
                book = open_book(Path(rest[0]), rest[1])
                value = [(source.name, source.only_text) for source in book.sources]
            elif verb == "form":
                value = plain(form_of(Path(rest[0])))
            elif verb == "start" and book is not None:
                readings.append(book.sources[rest[0]].chunks(rest[1]))
                value = len(readings) - 1
            else:
                value = next(readings[rest[0]], [])
            reply = ("ok", value)
        except SheetError as refusal:
            reply = ("refused", refusal.message)
        except MemoryError:
            reply = ("refused", _broken_down().message)
        pickle.dump(reply, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


def _fence_in(memory_bytes: int, cpu_seconds: int) -> None:
    """No more memory or time than given, no files written, no core left behind."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> None:
    """Entry of the child: `python -m sheets.child MEMORY_BYTES CPU_SECONDS`."""
    _fence_in(int(arguments[0]), int(arguments[1]))
    # Standard output is the pipe; whatever else might print goes nowhere.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main(sys.argv[1:])
