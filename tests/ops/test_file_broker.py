"""The broker of the embedded default: every message once, and none read before it is whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.transport import filesystem

from config import file_broker

ROOT = Path(__file__).parents[2]
MESSAGES = 600


def open_channel(kind: str, folder: Path) -> Any:
    """A channel of our transport, or of kombu's own for the control."""
    if kind == "ours":
        return Connection(transport=file_broker.Transport, transport_options={"folder": str(folder)}).channel()
    inbox = folder / "messages"
    inbox.mkdir(parents=True, exist_ok=True)
    options = {"data_folder_in": str(inbox), "data_folder_out": str(inbox), "control_folder": str(folder / "control")}
    return Connection(transport=filesystem.Transport, transport_options=options).channel()


def read_while_writing(channel: Any, module: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a consumer gets at the moment when the sender has the message in hand but not yet on disk."""
    seen: list[Any] = []
    dumps = module.dumps

    def dumps_and_read(payload: Any) -> Any:
        try:
            seen.append(channel._get("work"))
        except (Empty, ValueError) as error:
            seen.append(error)
        return dumps(payload)

    monkeypatch.setattr(module, "dumps", dumps_and_read)
    channel._put("work", {"body": "x"})
    monkeypatch.undo()
    return seen[0]


def test_a_message_is_never_seen_before_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = open_channel("ours", tmp_path)
    assert isinstance(read_while_writing(channel, file_broker, monkeypatch), Empty)
    assert channel._get("work") == {"body": "x"}
    with pytest.raises(Empty):
        channel._get("work")


def test_control_the_stock_transport_shows_an_empty_file_under_the_final_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = open_channel("stock", tmp_path)
    assert isinstance(read_while_writing(channel, filesystem, monkeypatch), json.JSONDecodeError)
    with pytest.raises(Empty):
        channel._get("work")  # and the message is lost


def test_messages_come_in_the_order_of_sending_and_only_to_their_queue(tmp_path: Path) -> None:
    channel = open_channel("ours", tmp_path)
    for number in range(5):
        channel._put("work", number)
    channel._put("other", "x")
    assert [channel._get("work") for _ in range(5)] == [0, 1, 2, 3, 4]
    assert (channel._size("work"), channel._size("other"), channel._purge("other")) == (0, 1, 1)


def test_the_table_of_an_exchange_keeps_every_binding_once(tmp_path: Path) -> None:
    channel = open_channel("ours", tmp_path)
    for queue in ("a", "b", "a"):
        channel._queue_bind("pidbox", "", "", queue)
    assert sorted(entry.queue for entry in channel.get_table("pidbox")) == ["a", "b"]
    channel._put_fanout("pidbox", "ping", "")
    assert (channel._get("a"), channel._get("b")) == ("ping", "ping")
    channel._delete("a", "pidbox", "", "")
    assert [entry.queue for entry in channel.get_table("pidbox")] == ["b"]


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Any]:
    """Start a Python process beside the broker's folder; every one is ended with the test."""
    started: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {"BROKER_TEST_FOLDER": str(tmp_path), "PYTHONPATH": f"{ROOT}:{ROOT}/tests/ops"}

    def _spawn(*arguments: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"process{len(started)}.log").open("wb") as log:
            started.append(
                subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log)
            )
        return started[-1]

    yield _spawn
    for process in started:
        process.kill()
    for process in started:
        process.wait(20)


def until(happened: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_two_senders_and_two_workers_consume_600_messages_once_each(tmp_path: Path, spawn: Any) -> None:
    half = MESSAGES // 2
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"]
    workers = [
        spawn("-m", "celery", "-A", "broker_app", "worker", "-P", "solo", "-n", f"w{number}@test", *quiet)
        for number in range(2)
    ]
    until(lambda: all(" ready." in (tmp_path / f"process{number}.log").read_text() for number in range(2)))
    senders = [
        spawn("-m", "broker_app", "0", str(half)),
        spawn("-m", "broker_app", str(half), str(MESSAGES)),
    ]
    assert [sender.wait(240) for sender in senders] == [0, 0]
    consumed = tmp_path / "consumed.txt"
    consumed.touch()
    until(lambda: len(consumed.read_text().splitlines()) >= MESSAGES)
    numbers = [int(line.split()[0]) for line in consumed.read_text().splitlines()]
    assert sorted(numbers) == list(range(MESSAGES))
    assert len({line.split()[1] for line in consumed.read_text().splitlines()}) == 2, "one worker did everything"
    assert [worker.poll() for worker in workers] == [None, None], (tmp_path / "process0.log").read_text()
    assert not list((tmp_path / "broker" / "messages").iterdir())
