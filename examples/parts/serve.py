"""Starts an example application, with the web server that the authorization server uses too."""

from urllib.parse import urlsplit

from granian import Granian
from granian.constants import Interfaces


def serve(factory: str, address: str) -> None:
    """Serve the application that ``module:function`` makes, until SIGTERM or Ctrl-C."""
    place = urlsplit(address)
    server = Granian(
        factory,
        factory=True,
        address=place.hostname or "127.0.0.1",
        port=place.port or 80,
        interface=Interfaces.ASGI,
        websockets=False,
    )
    server.serve()
