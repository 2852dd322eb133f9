"""Reading the settings: a variable beats the file, the file beats the default, and nothing unknown goes by unseen.

``CONSENTRY_SECTION__KEY`` is the variable of ``key`` in the table ``[section]``; every secret may be named by
``..._FILE`` instead.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from consentry.settings.checks import CHECKS, together
from consentry.settings.development_key import kept_key
from consentry.settings.schema import PREFIX, SECRETS, SettingError, Settings, is_loopback, sqlite_path

NOT_OURS = frozenset({"CONFIG", "VENV", "INSTALLER", "CHROMIUM"})
"""Names with our prefix that are read elsewhere: by the command line, and by the tools of the checkout."""


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings and see to it that there is a secret key: on one's own machine one is made and kept.

    Raises `SettingError`.
    """
    settings = read(path, environment)
    if settings.secret_key:
        return settings
    database = sqlite_path(settings.database_url)
    if database is None or not is_loopback(settings.base_url):
        raise SettingError(
            f"secret_key is missing: set {PREFIX}SECRET_KEY or {PREFIX}SECRET_KEY_FILE to at least 32 random characters"
        )
    return msgspec.structs.replace(settings, secret_key=kept_key(database))


def read(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from a file, if one is named, and the environment.  Raises `SettingError`."""
    variables = os.environ if environment is None else environment
    named = variables.get(f"{PREFIX}CONFIG")
    chosen = path or (Path(named) if named else None)
    found: dict[str, Found] = {}
    if chosen is not None:
        found.update(_from_file(chosen))
    found.update(_from_variables(variables))
    values = {name: _converted(name, one) for name, one in found.items()}
    for name, check in CHECKS.items():
        if name in values and (wrong := check(values[name])):
            raise SettingError(f"{found[name].place}: {name} {wrong}")
    settings = _assemble(values)
    for name, wrong in together(settings):
        raise SettingError(f"{found[name].place if name in found else 'the settings'}: {name} {wrong}")
    return settings


def known() -> Mapping[str, object]:
    """Return the type of every setting by its dotted name."""
    return dict(_leaves(Settings, ""))


class Found(Struct, frozen=True, kw_only=True):
    """A setting as it was written, and where."""

    written: object
    place: str
    as_text: bool = False


def _from_file(path: Path) -> Iterator[tuple[str, Found]]:
    try:
        text = path.read_text()
        tree = tomllib.loads(text + "\n")
    except (OSError, ValueError) as problem:
        raise SettingError(f"{path}: {problem}") from problem
    for name, written in _flat(tree, ""):
        place = f"{path}, line {_line(text, name)}"
        if name not in known():
            raise SettingError(f"{place}: there is no setting {name}{_meant(name, known())}")
        yield name, Found(written=written, place=place)


def _from_variables(variables: Mapping[str, str]) -> Iterator[tuple[str, Found]]:
    spelled = {PREFIX + name.upper().replace(".", "__"): name for name in known()}
    files = {f"{variable}_FILE": variable for variable, name in spelled.items() if name in SECRETS}
    for variable, text in sorted(variables.items()):
        if not variable.startswith(PREFIX) or variable.removeprefix(PREFIX) in NOT_OURS:
            continue
        if variable in spelled:
            yield spelled[variable], Found(written=text, place=f"the variable {variable}", as_text=True)
        elif variable in files:
            if files[variable] in variables:
                raise SettingError(f"{variable} and {files[variable]} are both set: keep one")
            content = _secret_file(variable, text)
            yield spelled[files[variable]], Found(written=content, place=f"the file of {variable}", as_text=True)
        else:
            raise SettingError(f"there is no setting for {variable}{_meant(variable, [*spelled, *files])}")


def _secret_file(variable: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except (OSError, ValueError) as problem:
        raise SettingError(f"{variable}: {problem}") from problem


def _converted(name: str, found: Found) -> object:
    kind, written = known()[name], found.written
    if found.as_text and isinstance(written, str) and _is_list(kind):
        written = [part for part in re.split(r"[\s,]+", written) if part]
    try:
        return msgspec.convert(written, kind, strict=not found.as_text)
    except msgspec.ValidationError as problem:
        raise SettingError(f"{found.place}: {name}: {problem}") from problem


def _assemble(values: Mapping[str, object]) -> Settings:
    tree: dict[str, object] = {}
    if "base_url" not in values and (port := str(values.get("bind", "")).rpartition(":")[2]):
        tree["base_url"] = f"http://127.0.0.1:{port}"
    for name, one in values.items():
        section, dot, member = name.rpartition(".")
        if dot:
            nested = tree.setdefault(section, {})
            if isinstance(nested, dict):
                nested[member] = one
        else:
            tree[name] = one
    return msgspec.convert(tree, Settings)


def _leaves(kind: type[Struct], prefix: str) -> Iterator[tuple[str, object]]:
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, Struct):
            yield from _leaves(field.type, f"{field.name}.")
        else:
            yield prefix + field.name, field.type


def _flat(tree: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for name, written in tree.items():
        if isinstance(written, dict):
            yield from _flat(written, f"{prefix}{name}.")
        else:
            yield prefix + name, written


def _line(text: str, name: str) -> int:
    """Find where a TOML file sets a dotted name."""
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([\w.\-]+)\s*\]", line):
            section = f"{header[1]}."
        elif (key := re.match(r"""\s*["']?([\w.\-]+)["']?\s*=""", line)) and section + key[1] == name:
            return number
    return 1


def _meant(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _is_list(kind: object) -> bool:
    return "tuple" in str(kind)
