"""A message broker in files, for the embedded default: no server, one machine, any number of processes.

kombu's own filesystem transport opens a message under its final name and writes it afterwards, so a consumer may claim
an empty file: the worker dies on the JSON error and the message is lost (kombu #1551). Here a message is written under
another name and renamed when it is whole, and claimed by a rename that only one consumer can win. The tables of the
exchanges are replaced in the same way, under a lock.

Delivery is at most once: what a worker had claimed when it was killed is gone. That is enough here, because the row of
a job is the truth and the sweeper sends again what is queued there (trust model: messages may be lost or come twice).
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from django.conf import settings
from kombu.transport import filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

Table = list[filesystem.exchange_queue_t]


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path` and move it there whole; a reader sees the old file or the new one."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    draft.write_bytes(content)
    draft.replace(path)


class Channel(filesystem.Channel):
    """kombu's filesystem channel with whole messages and claims that one consumer wins."""

    @property
    def folder(self) -> Path:
        """Option `folder`, else DATA_DIR/broker, read anew each time (tests move DATA_DIR)."""
        return Path(self.transport_options.get("folder") or settings.DATA_DIR / "broker")

    @property
    def data_folder_in(self) -> Path:
        return self._made("messages")

    data_folder_out = data_folder_in

    @property
    def control_folder(self) -> Path:
        return self._made("exchanges")

    def _made(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _put(self, queue: str, payload: Any, **options: Any) -> None:  # type: ignore[override]
        # Names sort in the order of sending, as far as the clock goes.
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        replace_file(self.data_folder_out / name, str_to_bytes(dumps(payload)))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message of the queue, claimed for this process alone; Empty if there is none."""
        inbox, claimed = self.data_folder_in, self._made("claimed")
        for name in sorted(path.name for path in inbox.iterdir()):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            mine = claimed / name
            try:
                (inbox / name).rename(mine)
            except FileNotFoundError:
                continue  # another consumer was faster
            payload = loads(bytes_to_str(mine.read_bytes()))
            mine.unlink()
            return payload
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        entry = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda table: table if entry in table else [entry, *table])

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        self._purge(queue)
        entry = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda table: [e for e in table if e != entry])

    def _change_table(self, exchange: str, change: Callable[[Table], Table]) -> None:
        path = self._exchange_file(exchange)
        with self._lock():
            before = self.get_table(exchange)
            after = change(before)
            if after != before:
                replace_file(path, str_to_bytes(dumps(after)))

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.control_folder / ".lock").open("wb") as handle:
            filesystem.lock(handle, filesystem.LOCK_EX)
            try:
                yield
            finally:
                filesystem.unlock(handle)


class Transport(filesystem.Transport):
    """Named `files://` for Celery by config.celery."""

    Channel = Channel
    polling_interval = 0.5
    driver_type = driver_name = "files"
