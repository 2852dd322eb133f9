"""Sections of specifications: how they are cited in docstrings, and how test names spell them."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from consentry.uma.value import value

NUMBER = re.compile(r"(?:[A-Z]\.)?\d+(?:\.\d+)*")
REQUIREMENT = re.compile(r"(?:RS-|CL-)?(?P<family>[A-Z]{1,3})-(?P<number>\d[\d.]*(?:-\d+)?)")
WITH_VERSION = ("OAuth 2.1", "WCAG 2.2", "FAPI 2")
"""Specifications whose name ends in what looks like a section."""

NAMES = {
    "grant": "Grant",
    "fedauthz": "FedAuthz",
    "oidc": "OpenID Connect Core",
    "oidc_core": "OpenID Connect Core",
    "oidc_discovery": "OpenID Connect Discovery",
    "oidc_registration": "OpenID Connect Registration",
    "gdpr": "GDPR",
    "html": "HTML",
}
FAMILIES = {"g": "Grant", "f": "FedAuthz", "d": "RFC"}

_BY_NAME = re.compile(
    r"test_(?P<name>oidc_core|oidc_discovery|oidc_registration|oidc|grant|fedauthz|gdpr|html)_(?P<number>\d.*)"
)
_BY_RFC = re.compile(r"test_rfc_?(?P<rfc>\d{3,5})_(?P<number>.*)")
_BY_ITEM = re.compile(r"test_(?:rs_|cl_)?(?P<family>[gfd])_(?P<number>\d+(?:_\d+)+)(?:_|$)")
_BY_ID = re.compile(r"(?:^test|_and)_(?P<family>[a-z]{1,3})_(?P<numbers>\d+(?:_\d+)*)(?:_|$)")
_DIGITS = re.compile(r"\d+(?:_\d+)*(?=_|$)")
_SPEC = re.compile(r"(?<!`)Spec:")
_ASIDE = re.compile(r"\([^)]*\)")


@value
class Section:
    """A section of a specification; an empty number is the whole of it."""

    spec: str
    number: str = ""

    def __str__(self) -> str:
        return f"{self.spec} {self.number}".strip()

    def covers(self, other: "Section") -> bool:
        """Say whether another section is this one or a part of it."""
        return self.spec == other.spec and (
            self.number in {"", other.number} or other.number.startswith(f"{self.number}.")
        )

    @property
    def order(self) -> tuple[str, tuple[tuple[int, str], ...]]:
        """Return a key that puts section 10 after section 9."""
        parts = self.number.split(".") if self.number else []
        return self.spec, tuple((int(part), "") if part.isdigit() else (0, part) for part in parts)


@cache
def requirements() -> dict[str, tuple[Section, ...]]:
    """Return the sections that each short name of a requirement stands for."""
    table = tomllib.loads(Path(__file__).with_name("requirements.toml").read_text(encoding="utf-8"))
    return {name: tuple(map(read_section, sections)) for name, sections in table.items()}


def read_section(text: str) -> Section:
    """Read one citation: `Grant 3.3.6`, `RFC 7517`, `RFC 6749 appendix B`."""
    words = text.strip().rstrip(".").split()
    for name in WITH_VERSION:
        if " ".join(words[:2]) == name:
            return Section(spec=name, number=" ".join(words[2:]))
    if len(words) > 1 and words[-2].lower() == "appendix":
        return Section(spec=" ".join(words[:-2]), number=words[-1])
    if len(words) > 1 and NUMBER.fullmatch(words[-1]) and words[:-1] != ["RFC"]:
        return Section(spec=" ".join(words[:-1]), number=words[-1])
    return Section(spec=" ".join(words))


def cited(docstring: str) -> Iterator[Section]:
    """Read what a docstring says it answers for: the list after the word that begins such a line."""
    for passage in _SPEC.split(docstring)[1:]:
        text = _ASIDE.sub("", re.split(r"\n\s*\n", passage)[0])
        sentence = re.split(r"\.(?:\s|$)", " ".join(text.split()))[0]
        yield from _listed(sentence)


def named(test: str) -> Iterator[Section]:
    """Return the sections that a test's name begins with; a requirement's short name stands for its sections."""
    if found := _BY_NAME.match(test):
        yield Section(spec=NAMES[found["name"]], number=_dotted(found["number"]))
    elif found := _BY_RFC.match(test):
        yield Section(spec=f"RFC {found['rfc']}", number=_dotted(found["number"]))
    elif found := _BY_ITEM.match(test):
        yield from _of_item(found["family"], found["number"].split("_"))
    else:
        for found in _BY_ID.finditer(test):
            yield from _of_requirements(found["family"].upper(), found["numbers"].split("_"))


def _listed(sentence: str) -> Iterator[Section]:
    spec = ""
    for piece in re.split(r"[,;]| and ", sentence):
        first, _, last = (part.strip() for part in piece.partition(" to "))
        for text in filter(None, (first, *_between(first, last))):
            if REQUIREMENT.fullmatch(text):
                yield from (Section(spec=text), *requirements().get(text, ()))
                continue
            section = read_section(f"{spec} {text}" if NUMBER.fullmatch(text) or text.startswith("appendix") else text)
            spec = section.spec
            yield section


def _between(first: str, last: str) -> Iterator[str]:
    """Return what "4.1.4 to 4.1.6" means besides 4.1.4."""
    begins, ends = first.rsplit(" ", maxsplit=1)[-1].rpartition("."), last.rpartition(".")
    if last and begins[0] == ends[0] and begins[2].isdigit() and ends[2].isdigit():
        for number in range(int(begins[2]) + 1, int(ends[2]) + 1):
            yield f"{ends[0]}{ends[1]}{number}"


def _of_item(family: str, numbers: list[str]) -> Iterator[Section]:
    if FAMILIES[family] == "RFC":
        yield Section(spec=f"RFC {numbers[0]}")
    else:
        yield Section(spec=FAMILIES[family], number=".".join(numbers[:-1]))


def _of_requirements(family: str, numbers: list[str]) -> Iterator[Section]:
    """Read `test_az_3_5_...`, which tests two requirements.  Those named A are not in the table."""
    for name in (f"{family}-{number}" for number in numbers):
        if name in requirements() or family == "A":
            yield Section(spec=name)
            yield from requirements().get(name, ())


def _dotted(number: str) -> str:
    """Read the leading digits as a section; numbers of more than two digits belong to the sentence."""
    found = _DIGITS.match(number)
    parts = found[0].split("_") if found else []
    kept = []
    for part in parts:
        if len(part) > 2:
            break
        kept.append(part)
    return ".".join(kept)
