"""An ASGI application that is really a server elsewhere, for browsers that want an application."""

from consentry.web.http import AsgiApp, Message, Receive, Scope, Send
from tests.harness.wire import Connection, Request


def forwarding(connection: Connection) -> AsgiApp:
    """Return an application that sends every request down a connection."""

    async def forward(scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["query_string"].decode("latin-1")
        headers = {name.decode(): text.decode("latin-1") for name, text in scope["headers"]}
        body: Message = await receive()
        answer = await connection.ask(
            Request(
                method=scope["method"],
                path=f"{scope['path']}?{query}" if query else scope["path"],
                headers=headers,
                body=body["body"],
            )
        )
        lines = [(name.encode(), text.encode("latin-1")) for name, text in answer.lines]
        await send({"type": "http.response.start", "status": answer.status, "headers": lines})
        await send({"type": "http.response.body", "body": answer.body})

    return forward
