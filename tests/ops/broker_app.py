"""A Celery application of its own for the stress test of the file broker; not a test module."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

FOLDER = Path(os.environ.get("BROKER_TEST_FOLDER", "."))
TRANSPORT_ALIASES["files"] = "config.file_broker:Transport"
app = Celery("broker_test", broker="files://localhost/")
app.conf.update(
    broker_transport_options={"folder": str(FOLDER / "broker"), "polling_interval": 0.05},
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
)


@app.task(name="note")
def note(number: int) -> None:
    """Append the number in one write, so that two processes never mix their lines."""
    handle = os.open(FOLDER / "consumed.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{number} {os.getpid()}\n".encode())
    os.close(handle)


if __name__ == "__main__":
    for number in range(int(sys.argv[1]), int(sys.argv[2])):
        note.delay(number)
