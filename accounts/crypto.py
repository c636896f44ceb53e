"""Keys, sealed texts and blind indexes.

Sealed text: version byte | key id length | key id | nonce (12) | AES-256-GCM ciphertext and tag, bound to
`table|column|row uid` so that a ciphertext copied to another row does not open. Blind index: HMAC-SHA256 of the
canonical value under a key of its own, cut to 16 bytes (trust.md 5.3). Keys come from FIELD_KEYS, `id:base64`,
the first current; the index key is derived from the last (oldest) one, so adding a key leaves the index whole.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = 1
INDEX_BYTES = 16
_NONCE, _TAG = 12, 16


class Unreadable(Exception):
    """A sealed value that no configured key opens: wrong key, wrong row, or damaged."""


class BadKey(ValueError):
    """FIELD_KEYS cannot be used; says why in Chinese, without the key."""


def parse_keys(configured: Iterable[str]) -> dict[str, bytes]:
    """Master keys by name, the current one first. Raises: BadKey."""
    keys: dict[str, bytes] = {}
    for position, entry in enumerate(configured, start=1):
        name, _, encoded = entry.partition(":")
        try:
            master = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise BadKey(f"第{position}项不是 名称:base64 密钥") from error
        if not name or len(name.encode()) > 255 or not name.isascii() or len(master) < 32:
            raise BadKey(f"第{position}项应为 名称:base64 密钥，名称用字母数字，密钥至少32字节")
        if name in keys:
            raise BadKey(f"第{position}项的名称与前面的重复")
        keys[name] = master
    if not keys:
        raise BadKey("是空的")
    return keys


@lru_cache
def _keys(configured: tuple[str, ...]) -> dict[str, bytes]:
    try:
        return parse_keys(configured)
    except BadKey as error:
        raise ImproperlyConfigured(f"FIELD_KEYS {error}") from error


@lru_cache
def _derived(master: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(master)


def _configured() -> dict[str, bytes]:
    return _keys(tuple(settings.FIELD_KEYS))


@lru_cache
def _cipher(master: bytes) -> AESGCM:
    return AESGCM(_derived(master, "seal|v1"))


def seal(data: bytes, place: str) -> bytes:
    """Encrypt `data` for one place (`table|column|uid`) under the current key."""
    name, master = next(iter(_configured().items()))
    nonce = os.urandom(_NONCE)
    header = bytes([VERSION, len(name)]) + name.encode()
    return header + nonce + _cipher(master).encrypt(nonce, data, header + place.encode())


def unseal(blob: bytes, place: str) -> bytes:
    """Decrypt what `seal` made for the same place; Unreadable otherwise."""
    return next(unseal_each([(blob, place)]))


def unseal_each(sealed: Iterable[tuple[bytes, str]]) -> Iterator[bytes]:
    """The same for many texts with their places; the keys are looked up once."""
    keys = _configured()
    for given, place in sealed:
        blob = bytes(given)
        end = 2 + blob[1] if len(blob) > 2 else 0
        master = keys.get(blob[2:end].decode(errors="replace"))
        if not end or blob[0] != VERSION or master is None:
            raise Unreadable("密文的密钥不在 FIELD_KEYS 中")
        start = end + _NONCE
        if len(blob) < start + _TAG:
            raise Unreadable("密文不完整")
        try:
            yield _cipher(master).decrypt(blob[end:start], blob[start:], blob[:end] + place.encode())
        except InvalidTag as error:
            raise Unreadable("密文与所在记录不符或已损坏") from error


def lasting_key(purpose: str) -> bytes:
    """A key for one purpose that stays the same when keys are added: 32 bytes from the oldest one."""
    *_, oldest = _configured().values()
    return _derived(oldest, purpose)


def _index_context(field: str) -> Any:
    *_, oldest = _configured().values()
    return hmac.new(_derived(oldest, f"index|{field}|v1"), digestmod=hashlib.sha256)


def blind_index(field: str, value: str) -> bytes:
    """16-byte keyed index of one canonical value of a field (`id_number`, `phone`)."""
    context = _index_context(field)
    context.update(value.encode())
    return context.digest()[:INDEX_BYTES]


def blind_indexes(field: str, values: Iterable[str]) -> list[bytes]:
    """The same for many values, about a microsecond each: HMAC by hand (RFC 2104) from two keyed contexts."""
    *_, oldest = _configured().values()
    block = _derived(oldest, f"index|{field}|v1").ljust(hashlib.sha256().block_size, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block)).copy
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in block)).copy
    found: list[bytes] = []
    for value in values:  # no call of our own in here: it would cost a fifth of the whole
        inside, outside = inner(), outer()
        inside.update(value.encode())
        outside.update(inside.digest())
        found.append(outside.digest()[:INDEX_BYTES])
    return found


def scrambled(field: str, blocks: bytes) -> bytes:
    """Every 16-byte block put through a permutation of its own for each field and key: different blocks stay different,
    equal ones equal, and nothing can be told of a block without the key."""
    *_, oldest = _configured().values()
    key = _derived(oldest, f"scramble|{field}|v1")
    # One block at a time is what is wanted: equal blocks are to stay equal, as with a blind index.
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(blocks)


class Sealed(property):
    """Text attribute of a model kept sealed in the binary column `column`; the row needs a `uid`.

    A property to Django, so that it may be given to the constructor.
    """

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def __set_name__(self, owner: Any, name: str) -> None:
        self.owner, self.name = owner, name

    def sealed(self, uid: Any, value: str) -> bytes | None:
        """What the column of the row with this uid holds for a value; for rows that are written without an instance."""
        return seal(value.encode(), self._place(self.owner, uid)) if value else None

    def opened(self, uid: Any, blob: bytes | None) -> str:
        """The value that a row with this uid holds; for rows that are read without an instance. Raises: Unreadable."""
        return unseal(blob, self._place(self.owner, uid)).decode() if blob else ""

    def opened_all(self, rows: Iterable[tuple[Any, bytes]]) -> list[str]:
        """`opened` for the uids and columns of many rows, none of them empty. Raises: Unreadable."""
        place = self._place(self.owner, "")
        found = unseal_each((blob, f"{place}{uid}") for uid, blob in rows)
        return [text.decode() for text in found]

    def _place(self, model: Any, uid: Any) -> str:
        return f"{model._meta.label_lower}|{self.name}|{uid}"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        blob = getattr(instance, self.column)
        return unseal(blob, self._place(instance, instance.uid)).decode() if blob else ""

    def __set__(self, instance: Any, value: str) -> None:
        setattr(instance, self.column, seal(value.encode(), self._place(instance, instance.uid)) if value else None)
