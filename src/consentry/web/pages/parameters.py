"""The parameters that a client sends with a browser: read so that a fault in them can still be told to the client.

Spec: RFC 6749 3.1; Grant 3.3.2.
"""

from collections.abc import Mapping

from consentry.core.errors import InvalidRequest
from consentry.web.forms import MOST_FIELDS, decode


def read_parameters(encoded: bytes) -> tuple[Mapping[str, str], frozenset[str]]:
    """Return the parameters that have a value, and the names that came more than once."""
    pieces = encoded.split(b"&", MOST_FIELDS) if encoded else []
    if len(pieces) > MOST_FIELDS:
        raise InvalidRequest(f"there are more than {MOST_FIELDS} parameters")
    parameters: dict[str, str] = {}
    seen: set[str] = set()
    repeated: set[str] = set()
    for piece in pieces:
        raw_name, _, raw_text = piece.partition(b"=")
        name, text = decode(raw_name), decode(raw_text)
        if name in seen and name != "resource":
            repeated.add(name)
        seen.add(name)
        if text:
            parameters.setdefault(name, text)
    return parameters, frozenset(repeated)
