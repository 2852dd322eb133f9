"""How a resource server says where to ask and with which ticket, and how a client reads it.

Spec: Grant 3.2.1, 3.2.2, RFC 9110 11.2, 11.3, 11.6.1.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from consentry.uma import codes
from consentry.uma.value import value

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_SEPARATOR = re.compile(r"[ \t,]*")
_SCHEME = re.compile(_TOKEN)
_PARAMETER = re.compile(rf"[ \t]*({_TOKEN})[ \t]*=[ \t]*({_TOKEN}|{_QUOTED})[ \t]*(?=,|$)")
_TOKEN68 = re.compile(r" +([A-Za-z0-9\-._~+/]+=*)[ \t]*(?=,|$)")
_PRINTABLE = re.compile(r"[\t\x20-\x7e]*")


@value
class Challenge:
    """Any challenge: parameter names are in lower case, ``token68`` is the form without parameters."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)
    token68: str | None = None


@value
class UmaChallenge:
    """Where to ask (``as_uri`` is the issuer), and with which permission ticket.  Spec: Grant 3.2.1."""

    as_uri: str
    ticket: str = field(repr=False)
    realm: str | None = None
    error: str | None = None


def find_uma_challenge(header_lines: Iterable[str]) -> UmaChallenge | None:
    """Return the first UMA challenge that is complete, from all ``WWW-Authenticate`` lines of an answer."""
    for challenge in read_challenges(header_lines):
        as_uri, ticket = challenge.parameters.get("as_uri"), challenge.parameters.get("ticket")
        if challenge.scheme.lower() == codes.SCHEME_UMA.lower() and as_uri and ticket:
            return UmaChallenge(
                as_uri=as_uri,
                ticket=ticket,
                realm=challenge.parameters.get("realm"),
                error=challenge.parameters.get("error"),
            )
    return None


def write_uma_challenge(challenge: UmaChallenge) -> str:
    """Write the value of ``WWW-Authenticate``."""
    named = {
        "realm": challenge.realm,
        "as_uri": challenge.as_uri,
        "ticket": challenge.ticket,
        "error": challenge.error,
    }
    parameters = {name: text for name, text in named.items() if text is not None}
    return write_challenge(Challenge(scheme=codes.SCHEME_UMA, parameters=parameters))


def write_challenge(challenge: Challenge) -> str:
    """Write any challenge; raise ``ValueError`` for text that does not belong in a header."""
    if challenge.token68 is not None:
        return f"{challenge.scheme} {challenge.token68}"
    parameters = ", ".join(f"{name}={_quote(text)}" for name, text in challenge.parameters.items())
    return f"{challenge.scheme} {parameters}".rstrip()


def read_challenges(header_lines: Iterable[str]) -> tuple[Challenge, ...]:
    """Read every challenge of every line.

    One that names a parameter twice is left out, and so is what follows a mistake in the same line: neither can be
    trusted to mean what it seems to say.
    """
    return tuple(challenge for line in header_lines for challenge in _read_line(line))


def says_unreachable(warning_lines: Iterable[str]) -> bool:
    """Say whether the ``Warning`` lines tell that the resource server could get no ticket.  Spec: Grant 3.2.2."""
    return any(codes.WARNING_UNREACHABLE.lower() in line.lower() for line in warning_lines)


def _read_line(line: str) -> Iterator[Challenge]:
    scheme: str | None = None
    token68: str | None = None
    pairs: list[tuple[str, str]] = []
    at = _past_separator(line, 0)
    while at < len(line):
        if scheme is not None and (pair := _PARAMETER.match(line, at)):
            pairs.append((pair[1].lower(), _unquote(pair[2])))
            at = pair.end()
        elif (named := _SCHEME.match(line, at)) and line[named.end() : named.end() + 1] in ("", " ", ","):
            yield from _finish(scheme, pairs, token68)
            scheme, pairs, token68, at = named[0], [], None, named.end()
            if not _PARAMETER.match(line, at) and (found := _TOKEN68.match(line, at)):
                token68, at = found[1], found.end()
        else:
            # Guessing where the next challenge begins would let quoted text pass for one.
            return
        at = _past_separator(line, at)
    yield from _finish(scheme, pairs, token68)


def _finish(scheme: str | None, pairs: list[tuple[str, str]], token68: str | None) -> Iterator[Challenge]:
    parameters = dict(pairs)
    if scheme is not None and len(parameters) == len(pairs):
        yield Challenge(scheme=scheme, parameters=parameters, token68=token68)


def _past_separator(line: str, at: int) -> int:
    found = _SEPARATOR.match(line, at)
    return at if found is None else found.end()


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _quote(text: str) -> str:
    if not _PRINTABLE.fullmatch(text):
        raise ValueError("a header parameter holds printable ASCII only")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
