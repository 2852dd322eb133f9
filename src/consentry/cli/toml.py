"""Writing TOML: the little of it that a realm file needs."""

import json
import re
from collections.abc import Iterator, Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDE = 100


def to_toml(data: Mapping[str, object]) -> str:
    """Write plain data as TOML: texts, numbers, booleans, lists and tables."""
    return "\n".join(_table(data, ())).strip() + "\n"


def _table(data: Mapping[str, object], path: tuple[str, ...]) -> Iterator[str]:
    """Write a table's own members first, then the tables in it: TOML wants this order."""
    later: list[tuple[str, object]] = []
    for name, part in data.items():
        if isinstance(part, dict) or _is_tables(part):
            later.append((name, part))
        else:
            yield f"{_key(name)} = {_inline(part)}"
    for name, part in later:
        header = ".".join(map(_key, (*path, name)))
        if isinstance(part, dict):
            yield f"\n[{header}]"
            yield from _table(part, (*path, name))
        else:
            for row in part if isinstance(part, list) else ():
                yield f"\n[[{header}]]"
                yield from _row(row)


def _row(row: Mapping[str, object]) -> Iterator[str]:
    """Write one of many tables; what is nested in it stays on one line each, so that a row reads as one thing."""
    for name, part in row.items():
        yield f"{_key(name)} = {_inline(part)}"


def _is_tables(part: object) -> bool:
    return isinstance(part, list) and bool(part) and all(isinstance(row, dict) for row in part)


def _inline(part: object) -> str:
    match part:
        case bool() | int():
            return str(part).lower()
        case float():
            return repr(part)
        case str():
            return _text(part)
        case list():
            items = [_inline(item) for item in part]
            wide = sum(map(len, items)) > _WIDE
            return "[\n    " + ",\n    ".join(items) + ",\n]" if wide else f"[{', '.join(items)}]"
        case dict():
            return "{" + ", ".join(f"{_key(name)} = {_inline(value)}" for name, value in part.items()) + "}"
        case _:
            raise TypeError(f"TOML has no {type(part).__name__}")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped, and surrogates, which neither has.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
