"""Typed readers of the environment, the only place where configuration enters the program.

A value that cannot be what its variable asks for ends the process at once, with status 2 and one Chinese line on stderr
that names the variable: a web server, a worker and a command all say the same.
"""

import os
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any, NoReturn

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

# For trying only: `check --deploy` and the start-up banner refuse or name these.
TRIAL_SECRET = "shouwang-trial-only-not-for-real-data"
TRIAL_FIELD_KEY = "trial:" + b64encode(b"shouwang-trial-only-field-key-01").decode()
_YES = frozenset({"true", "1", "yes", "on", "是"})
_NO = frozenset({"false", "0", "no", "off", "否", ""})
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def refuse(name: str, fault: str) -> NoReturn:
    """End the process: `name` is the variable, `fault` says what it should be."""
    sys.stderr.write(f"配置有误：环境变量 {name} {fault}\n")
    raise SystemExit(2)


def _raw(name: str) -> str:
    """As it stands: django-environ would take a value that begins with $ for the name of another variable."""
    return os.environ.get(name, "")


def read_flag(name: str) -> bool:
    """On or off; off when not set."""
    word = _raw(name).strip().lower()
    if word not in _YES | _NO:
        refuse(name, f"应为 true 或 false，现为“{word[:20]}”。")
    return word in _YES


def read_int(name: str, default: int, least: int, most: int) -> int:
    word = _raw(name).strip() or str(default)
    if not (word.isascii() and word.isdigit() and least <= int(word) <= most):
        refuse(name, f"应为 {least} 至 {most} 的整数，现为“{word[:20]}”。")
    return int(word)


def read_choice(name: str, choices: tuple[str, ...], default: str) -> str:
    word = _raw(name).strip().lower() or default
    if word not in choices:
        refuse(name, f"应为 {'、'.join(choices)} 之一，现为“{word[:20]}”。")
    return word


def read_log_level() -> str:
    word = (_raw("LOG_LEVEL").strip() or "WARNING").upper()
    if word not in _LEVELS:
        refuse("LOG_LEVEL", f"应为 {'、'.join(_LEVELS)} 之一，现为“{word[:20]}”。")
    return word


def read_secret_key() -> str:
    key = os.environ.get("SECRET_KEY", TRIAL_SECRET)
    if not key.strip():
        refuse("SECRET_KEY", "是空的：请设为 40 位以上的随机字符（openssl rand -hex 40），仅试用时不要设置它。")
    return key


def read_debug() -> bool:
    return read_flag("DEBUG")


def read_allowed_hosts() -> list[str]:
    return read_list("ALLOWED_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]


def read_list(name: str) -> list[str]:
    """Comma-separated words without the empty ones."""
    return [word.strip() for word in _raw(name).split(",") if word.strip()]


def read_data_dir() -> Path:
    """Everything that the program writes to disk: kept originals, photos, exports, the embedded database."""
    folder = Path(_raw("DATA_DIR").strip() or BASE_DIR / "data").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        refuse("DATA_DIR", f"指向的 {folder} 不能建立或不是文件夹，请换一个可写的位置。")
    if not os.access(folder, os.W_OK | os.X_OK):
        refuse("DATA_DIR", f"指向的 {folder} 不可写，请检查权限。")
    return folder


def read_static_root(data_dir: Path) -> Path:
    """Where compiled front-end files lie: in the image beside the program, else in DATA_DIR."""
    return Path(_raw("STATIC_ROOT").strip() or data_dir / "static").resolve()


def read_database_url() -> str:
    return _raw("DATABASE_URL").strip() or f"sqlite:///{read_data_dir() / 'shouwang.sqlite3'}"


def read_redis_url() -> str:
    """Empty: the embedded default (a broker in files, a cache in memory)."""
    url = _raw("REDIS_URL").strip()
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        refuse("REDIS_URL", "应以 redis:// 开头，例如 redis://127.0.0.1:6379/0；留空则使用内置的消息队列。")
    return url


def read_field_keys() -> list[str]:
    """Keys of the encrypted fields, `id:base64` each, the first one current."""
    from accounts.crypto import BadKey, parse_keys

    keys = read_list("FIELD_KEYS") if "FIELD_KEYS" in os.environ else [TRIAL_FIELD_KEY]
    try:
        parse_keys(keys)
    except BadKey as error:
        refuse("FIELD_KEYS", f"{error}。生成方法：echo k1:$(openssl rand -base64 32)；多个密钥用逗号分隔，当前的在前。")
    return keys


def read_database() -> dict[str, object]:
    """Django's database dictionary; SQLite gets the settings with which a web process and a worker can share it."""
    url = read_database_url()
    scheme = url.partition("://")[0]
    if scheme not in ("sqlite", "postgres", "postgresql"):
        refuse("DATABASE_URL", "应为 sqlite:///文件路径 或 postgres://用户:密码@主机:端口/库名。")
    try:
        database: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except ValueError:
        refuse("DATABASE_URL", "无法识别，应为 postgres://用户:密码@主机:端口/库名，密码中的特殊字符须写成 %xx。")
    if not database.get("NAME") or url == "sqlite:///":
        refuse("DATABASE_URL", "没有写库名，应为 postgres://用户:密码@主机:端口/库名，或 sqlite:///文件路径。")
    if scheme == "sqlite":
        return database | _sqlite(str(database["NAME"]))
    # The server's query compiler costs seconds on plans of many parts and gains nothing on queries of this size. Its
    # price of a random page is that of a turning disk: it would read all persons to find a thousand of them.
    options = {**database.get("OPTIONS", {}), "options": "-c jit=off -c random_page_cost=2"}
    return database | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


def _sqlite(name: str) -> dict[str, object]:
    folder = Path(name).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        refuse("DATABASE_URL", f"中的文件夹 {folder} 不能建立，请换一个可写的位置。")
    return {
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                "PRAGMA mmap_size=134217728; PRAGMA cache_size=-20000"
            ),
        }
    }
