"""Pages of the example applications: templates, one stylesheet, and forms that come from our own pages only."""

from pathlib import Path
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Pages:
    """Shows templates of ``folder``; ``always`` is what each of them may use."""

    def __init__(self, folder: Path, **always: object) -> None:
        loader = FileSystemLoader([folder, HERE / "templates"])
        self._templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._always = always

    def show(self, template: str, *, status: int = 200, **view: object) -> HTMLResponse:
        """Render one page."""
        page = self._templates.get_template(template).render({"person": None, "refresh": None, **self._always, **view})
        return HTMLResponse(page, status, {"content-security-policy": POLICY, "cache-control": "no-store"})

    def message(self, title: str, text: str, *, status: int = 200, **view: object) -> HTMLResponse:
        """Say one thing."""
        return self.show("message.html", status=status, title=title, text=text, **view)


async def style(_: Request) -> Response:
    """Serve the stylesheet."""
    return Response((HERE / "style.css").read_bytes(), media_type="text/css")


async def wait_script(_: Request) -> Response:
    """Serve the script of pages that wait for an answer."""
    return Response((HERE / "wait.js").read_bytes(), media_type="text/javascript")


def is_ours(request: Request, address: str) -> bool:
    """Say whether a form was sent from a page of this application, and not from somebody else's."""
    return request.headers.get("origin") == address


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form."""
    fields = parse_qs((await request.body()).decode())
    return {name: texts[0] for name, texts in fields.items()}
