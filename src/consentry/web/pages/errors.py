"""Refusals as pages: what happened in plain words, what to do, and a number to ask for help with."""

import secrets
from urllib.parse import quote, urlsplit

from consentry.core.errors import AccessDenied, Contended, LoginRequired, NotFound, Refusal, Unavailable
from consentry.core.interaction import InteractionOver
from consentry.web.answers import NO_STORE, challenges, refuse_problem
from consentry.web.http import MethodNotAllowed, Request, Response
from consentry.web.pages.fields import ForeignForm
from consentry.web.pages.render import render
from consentry.web.pages.visit import HTML, page_policy

SIGN_IN = "/account/sign-in"


def refuse_page(request: Request, refusal: Refusal) -> Response:
    """Write a refusal as a page; who is not signed in is sent to sign in."""
    base = urlsplit(request.issuer).path.rstrip("/")
    if isinstance(refusal, LoginRequired):
        wanted = request.path if request.method in {"GET", "HEAD"} else "/console"
        query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
        back = quote(wanted + (query if request.method in {"GET", "HEAD"} else ""), safe="/")
        return Response(status=303, headers=((b"location", f"{base}{SIGN_IN}?to={back}".encode("ascii")), NO_STORE))
    title, text, detail = words(refusal)
    nonce = secrets.token_urlsafe(16)
    body = render(
        "message.html",
        {
            "realm_name": "Consentry",
            "nonce": nonce,
            "to": lambda path: base + path,
            "title": title,
            "text": text,
            "detail": detail,
            "link": "",
            "link_label": "",
            "request_id": request.request_id,
        },
    )
    headers = (HTML, NO_STORE, page_policy(nonce), *challenges(request, refusal))
    return Response(status=refusal.status, headers=headers, body=body.encode())


def refuse_page_or_problem(request: Request, refusal: Refusal) -> Response:
    """Write a page for who asks for one, a problem for everybody else."""
    wants_page = "text/html" in request.headers.get("accept", "")
    return refuse_page(request, refusal) if wants_page else refuse_problem(request, refusal)


def words(refusal: Refusal) -> tuple[str, str, str]:
    """Return title, text and a line for developers."""
    match refusal:
        case NotFound():
            return "Nothing is here", "It may be gone, or it was never meant for you.", ""
        case InteractionOver():
            return "This page is no longer in use", sentence(refusal.description), ""
        case ForeignForm():
            return "Nothing was changed", sentence(refusal.description), ""
        case AccessDenied():
            return "You may not do that", sentence(refusal.description), ""
        case Contended() | Unavailable():
            return "Too busy just now", "Nothing is lost. Wait a moment and try again.", ""
        case MethodNotAllowed():
            return "That cannot be done here", "This address is for something else.", refusal.description
    if refusal.status >= 500:
        return "Something went wrong here", "It is our fault, and nothing was changed. Try again in a while.", ""
    return "This does not work", "What brought you here asked for something that cannot be.", refusal.description


def sentence(text: str) -> str:
    """Return a description as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."
