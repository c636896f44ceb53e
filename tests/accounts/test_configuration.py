"""The environment: nothing set works for trying and says so; what is wrong is named in Chinese; what is unsafe is not
served to others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.crypto import BadKey, parse_keys
from config import checks, env

KEY = "k1:" + "A" * 43 + "="
VARIABLES = ("DATABASE_URL", "REDIS_URL", "DATA_DIR", "SECRET_KEY", "FIELD_KEYS", "DEBUG", "ALLOWED_HOSTS", "HTTPS")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment with nothing of the program's set but a folder of its own."""
    for name in (*VARIABLES, checks.SAID):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


@pytest.fixture
def real(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings of a county in service."""
    settings.SECRET_KEY, settings.FIELD_KEYS = "x" * 50, [KEY]
    settings.ALLOWED_HOSTS, settings.DEBUG, settings.HTTPS = ["county.example"], False, True
    settings.EMBEDDED, settings.CELERY_TASK_ALWAYS_EAGER, settings.TRUSTED_PROXIES = False, False, 1
    monkeypatch.setattr(checks, "_on_sqlite", lambda: False)
    return settings


READERS: dict[str, Callable[[], object]] = {
    "DATABASE_URL": env.read_database,
    "REDIS_URL": env.read_redis_url,
    "FIELD_KEYS": env.read_field_keys,
    "SECRET_KEY": env.read_secret_key,
    "DATA_DIR": env.read_data_dir,
    "DEBUG": env.read_debug,
    "LOG_LEVEL": env.read_log_level,
    "SECOND_FACTOR": lambda: env.read_choice("SECOND_FACTOR", ("off", "optional", "required"), "optional"),
    "MATCH_HOUR": lambda: env.read_int("MATCH_HOUR", 2, 0, 23),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "garbage"),
        ("DATABASE_URL", "mysql://a/b"),
        ("DATABASE_URL", "postgres://host-without-a-name"),
        ("DATABASE_URL", "postgres://user:secret-pw@host:port/name"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:////proc/none/x.sqlite3"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("FIELD_KEYS", ""),
        ("FIELD_KEYS", "secret-pw"),
        ("FIELD_KEYS", "k1:secret-pw"),
        ("FIELD_KEYS", "k1:" + "A" * 40),
        ("FIELD_KEYS", f"{KEY},{KEY}"),
        ("SECRET_KEY", " "),
        ("DATA_DIR", "/proc/none"),
        ("DATA_DIR", "/dev/null"),
        ("DEBUG", "ture"),
        ("LOG_LEVEL", "loud"),
        ("SECOND_FACTOR", "maybe"),
        ("MATCH_HOUR", "x"),
        ("MATCH_HOUR", "24"),
        ("MATCH_HOUR", "-1"),
        ("MATCH_HOUR", "٣"),
    ],
)
def test_a_value_that_cannot_be_names_its_variable_in_one_chinese_line_and_ends_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stop:
        READERS[name]()
    said = capsys.readouterr().err
    assert stop.value.code == 2 and said.startswith(f"配置有误：环境变量 {name} ") and said.count("\n") == 1
    assert "secret-pw" not in said


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("REDIS_URL", "", ""),
        ("SECRET_KEY", "$not-a-reference", "$not-a-reference"),
        ("FIELD_KEYS", KEY, [KEY]),
        ("DEBUG", " TRUE ", True),
        ("DEBUG", "", False),
        ("SECOND_FACTOR", "", "optional"),
        ("SECOND_FACTOR", " Required ", "required"),
        ("MATCH_HOUR", "", 2),
        ("MATCH_HOUR", "0", 0),
    ],
)
def test_a_good_value_is_read_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: object
) -> None:
    monkeypatch.setenv(name, value)
    assert READERS[name]() == expected


def test_both_databases_are_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert env.read_database()["NAME"] == str(tmp_path / "shouwang.sqlite3")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new/place.sqlite3")
    assert env.read_database()["NAME"] == f"{tmp_path}/new/place.sqlite3" and (tmp_path / "new").is_dir()
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p%40w@h:5433/name?sslmode=require")
    database = env.read_database()
    assert (database["NAME"], database["PASSWORD"], database["PORT"]) == ("name", "p@w", 5433)
    assert database["OPTIONS"] == {"sslmode": "require", "options": "-c jit=off -c random_page_cost=2"}


def test_a_bad_key_is_described_without_being_shown() -> None:
    with pytest.raises(BadKey) as fault:
        parse_keys([KEY, "k2:c2VjcmV0LWtleQ=="])
    assert str(fault.value).startswith("第2项") and "c2Vj" not in str(fault.value)


def test_the_embedded_default_says_once_that_it_is_for_trying(
    capsys: pytest.CaptureFixture[str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(checks.SAID, "")  # set, so that what the notice leaves there goes with this test
    settings.SECRET_KEY, settings.FIELD_KEYS = env.TRIAL_SECRET, [env.TRIAL_FIELD_KEY]
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    checks.announce()
    checks.announce()
    said = capsys.readouterr().err
    assert said.count("【仅供试用】") == 1 and said.count("\n") == 1


def test_a_county_in_service_starts_without_a_word(capsys: pytest.CaptureFixture[str], real: Any) -> None:
    checks.announce()
    assert capsys.readouterr().err == ""
    assert checks.refuse_trial_settings(None) + checks.refuse_unsafe_settings(None) == []


@pytest.mark.parametrize("host", ["county.example", "*", "10.1.2.3"])
def test_public_keys_are_not_served_to_others(capsys: pytest.CaptureFixture[str], real: Any, host: str) -> None:
    real.FIELD_KEYS, real.ALLOWED_HOSTS = [env.TRIAL_FIELD_KEY], ["localhost", host]
    with pytest.raises(SystemExit) as stop:
        checks.announce()
    said = capsys.readouterr().err
    assert stop.value.code == 2 and "不能启动" in said and "FIELD_KEYS" in said and host in said


@pytest.mark.parametrize(
    ("name", "value", "id"),
    [
        ("SECRET_KEY", env.TRIAL_SECRET, "shouwang.E001"),
        ("FIELD_KEYS", [KEY, env.TRIAL_FIELD_KEY], "shouwang.E001"),
        ("EMBEDDED", True, "shouwang.E001"),
        ("DEBUG", True, "shouwang.E002"),
        ("ALLOWED_HOSTS", ["*"], "shouwang.E003"),
        ("CELERY_TASK_ALWAYS_EAGER", True, "shouwang.E004"),
        ("HTTPS", False, "shouwang.W001"),
        ("TRUSTED_PROXIES", 0, "shouwang.W003"),
        ("SECOND_FACTOR", "off", "shouwang.W004"),
    ],
)
def test_the_deployment_check_names_each_unsafe_setting_with_a_way_out(
    real: Any, name: str, value: object, id: str
) -> None:
    setattr(real, name, value)
    found = checks.refuse_trial_settings(None) + checks.refuse_unsafe_settings(None)
    assert [message.id for message in found] == [id] and found[0].hint


def test_redis_beside_sqlite_is_warned_of(real: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_on_sqlite", lambda: True)
    assert "shouwang.W002" in [message.id for message in checks.refuse_unsafe_settings(None)]


def _manage(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **variables}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_command_with_a_bad_value_ends_without_a_traceback(tmp_path: Path) -> None:
    done = _manage(tmp_path, "manage.py", "check", MATCH_DAY="31")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "配置有误：环境变量 MATCH_DAY 应为 1 至 28 的整数，现为“31”。\n"


def test_a_command_does_not_talk_about_trying(tmp_path: Path) -> None:
    done = _manage(tmp_path, "manage.py", "check")
    assert done.returncode == 0 and "试用" not in done.stdout + done.stderr


def test_the_web_server_ends_for_good_where_it_must_not_run(tmp_path: Path) -> None:
    done = _manage(tmp_path, "-c", "import config.wsgi", ALLOWED_HOSTS="county.example")
    assert done.returncode == 3 and "不能启动" in done.stderr and "Traceback" not in done.stderr
