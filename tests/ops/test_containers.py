"""The image and the compose file, as far as they can be judged without an engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
EXAMPLE = (ROOT / ".env.example").read_text()
PROGRAM = ("migrate", "web", "worker", "beat")
# Read by the images of the services or by compose itself, not by the program.
NOT_OURS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "REDIS_PASSWORD", "PUBLISH"}


def read_by_the_program() -> set[str]:
    source = "".join(path.read_text() for path in (ROOT / "config").glob("*.py"))
    return set(re.findall(r'"([A-Z][A-Z_]+)"', source))


def test_compose_starts_every_part_behind_one_port() -> None:
    assert set(SERVICES) == {*PROGRAM, "database", "broker"}
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]
    assert len(SERVICES["web"]["ports"]) == 1


def test_every_lasting_service_has_a_health_check_and_the_rest_wait_for_it() -> None:
    for name in ("worker", "beat", "database", "broker"):
        assert SERVICES[name]["healthcheck"]["test"]
    assert "HEALTHCHECK" in DOCKERFILE  # the web's
    for name in ("web", "worker", "beat"):
        waits = {place: how["condition"] for place, how in SERVICES[name]["depends_on"].items()}
        assert waits == {"migrate": "service_completed_successfully", "broker": "service_healthy"}


def test_data_live_on_volumes() -> None:
    assert set(COMPOSE["volumes"]) == {"data", "database", "broker"}
    for name in PROGRAM:
        assert SERVICES[name]["volumes"] == ["data:/data"]
    broker = " ".join(SERVICES["broker"]["command"])
    assert "--appendonly yes" in broker
    assert "--maxmemory-policy noeviction" in broker


def test_every_variable_is_one_that_the_program_reads_and_the_example_explains() -> None:
    named = {key for name in PROGRAM for key in SERVICES[name]["environment"]}
    in_example = set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert (named | in_example) - NOT_OURS <= read_by_the_program()
    assert set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE_TEXT)) <= in_example


def test_no_secret_is_written_down() -> None:
    for text in (DOCKERFILE, COMPOSE_TEXT, EXAMPLE):
        without_references = re.sub(r"\$\{[^}]*\}|\$\$\w+", "", text)
        assert not re.findall(r"\w*(?:PASSWORD|SECRET|KEY)\w*[=:][ \t]*[^\s\"]+", without_references)
        assert not re.search(r"://[^\s/:]*:[^@\s]+@", without_references)


def test_the_image_is_built_from_locks_and_runs_as_nobody_special() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    assert [re.search(r" AS (\w+)", stage) is not None for stage in stages] == [True, True, False]
    assert "npm ci" in stages[0]
    assert "--require-hashes" in stages[1]
    last = stages[-1]
    assert last.index("USER shouwang") < last.index("\nCMD ")
    assert not re.search(r"apt-get|curl|wget|ADD ", last)


def test_the_image_has_every_app_and_nothing_of_the_tests() -> None:
    copied = set(re.findall(r"^COPY (?!--)(\S+) \S+$", DOCKERFILE.rpartition("\nFROM ")[2], re.MULTILINE))
    assert copied >= {
        "manage.py",
        "templates",
        "config",
        "accounts",
        "sheets",
        "households",
        "monitoring",
        "assistance",
        "records",
        "quality",
        "reports",
    }
    assert not copied & {"tests", "demo", "benchmarks", "."}
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied <= allowed


def test_compose_understands_every_key() -> None:
    """By the list of keys; by the client itself where there is one."""
    known = {"build", "image", "restart", "env_file", "environment", "volumes", "security_opt", "cap_drop", "command"}
    known |= {"depends_on", "healthcheck", "ports", "stop_grace_period"}
    assert all(set(service) <= known for service in SERVICES.values())
    if shutil.which("docker") and not subprocess.run(["docker", "compose", "version"], capture_output=True).returncode:
        variables = {"POSTGRES_PASSWORD": "x", "REDIS_PASSWORD": "x", "PATH": os.environ["PATH"]}
        command = ["docker", "compose", "config", "--no-env-resolution", "--quiet"]
        subprocess.run(command, cwd=ROOT, env=variables, check=True)


def test_the_lock_of_the_assets_names_no_address_and_has_every_hash() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert all("integrity" in entry and "resolved" not in entry for entry in packages.values())


@pytest.mark.parametrize("name", ["base", "dev", "node"])
def test_python_locks_name_no_address_and_have_every_hash(name: str) -> None:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in lines
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\S)", lines.strip()))
