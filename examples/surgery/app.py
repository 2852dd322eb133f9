"""The application on a surgery's tablet: a client that reads records their owners share.

Doctors sign in with OpenID Connect.  `UmaAuth` does the rest: when a record wants permission, it goes to the
authorization server with the doctor's ID token and comes back with an RPT, or with the reason why not.  If the ID token
does not say enough, the doctor says more on a page of the authorization server, and may let it remember that.
"""

import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import field
from pathlib import Path

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from consentry.uma import (
    AuthorizationRequest,
    ClaimsInteraction,
    ClaimsWanted,
    ClaimToken,
    ClientSecretBasic,
    Discovery,
    NeedInfoError,
    RequestDeniedError,
    RequestSubmittedError,
    UmaError,
    value,
)
from consentry.uma.asgi import App
from consentry.uma.httpx import AsyncSender, UmaAuth
from examples.parts.openid import Person, SignIn
from examples.parts.pages import Pages, is_ours, read_form, style, wait_script
from examples.parts.sessions import Sessions
from examples.surgery.settings import Patient, Settings, read_settings

log = logging.getLogger("surgery")

LOOK_AGAIN = 3
"""Seconds until a page that waits for an owner looks again, unless the authorization server names others."""


@value
class Arriving:
    """A browser that was sent away to sign in; afterwards it goes to ``patient``."""

    begun: AuthorizationRequest
    patient: str


@value
class Doctor:
    """Somebody who is signed in, with the permissions that were got in their name.

    ``asked`` holds, by its state, every interaction that their browser was sent away for, and for which patient.
    """

    person: Person
    uma: UmaAuth
    asked: dict[str, tuple[str, ClaimsInteraction]] = field(default_factory=dict)


def application() -> App:
    """Make the application as the environment says."""
    return create_app(read_settings())


def create_app(settings: Settings) -> Starlette:
    """Make the application."""
    here = Surgery(settings)
    routes = [
        Route("/", here.patients),
        Route("/patients/{patient}", here.open_record),
        Route("/patients/{patient}/entries", here.add_entry, methods=["POST"]),
        Route("/sign-in", here.sign_in),
        Route("/callback", here.callback),
        Route("/claims", here.claims),
        Route("/sign-out", here.sign_out, methods=["POST"]),
        Route("/style.css", style),
        Route("/wait.js", wait_script),
    ]
    return Starlette(routes=routes, lifespan=here.lifespan)


class Surgery:
    """The application."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = ClientSecretBasic(client_id=settings.client_id, client_secret=settings.client_secret)
        self._http = httpx2.AsyncClient()
        self._sign_in = SignIn(
            issuer=settings.issuer,
            client=self._client,
            redirect_uri=f"{settings.address}/callback",
            scope=("openid", "profile", "email"),
            send=AsyncSender(self._http),
            discovery=Discovery(AsyncSender(self._http)),
        )
        self._patients = {patient.key: patient for patient in settings.patients()}
        self._sessions = Sessions[Arriving | Doctor]("surgery")
        self._pages = Pages(Path(__file__).parent / "templates", app="surgery", brand="Northgate Surgery")

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Close what was opened."""
        yield
        await self._http.aclose()

    # -- records --

    async def patients(self, request: Request) -> Response:
        """List today's patients."""
        doctor = self._sessions.find(request)
        if not isinstance(doctor, Doctor):
            return self._pages.show("welcome.html")
        return self._pages.show("patients.html", person=doctor.person, patients=self._patients.values())

    async def open_record(self, request: Request) -> Response:
        """Show a patient's record, if the patient shares it with whoever is signed in."""
        return await self._ask(request, "GET")

    async def add_entry(self, request: Request) -> Response:
        """Write into a patient's record, if the patient lets whoever is signed in do that."""
        form = await read_form(request)
        if not is_ours(request, self._settings.address) or not form.get("text"):
            return RedirectResponse(f"/patients/{request.path_params['patient']}", 303)
        return await self._ask(request, "POST", {"kind": "Note", "text": form["text"]})

    async def _ask(self, request: Request, method: str, entry: Mapping[str, str] | None = None) -> Response:
        doctor = self._sessions.find(request)
        patient = self._patients.get(request.path_params["patient"])
        if not isinstance(doctor, Doctor) or patient is None or patient.record is None:
            return RedirectResponse("/", 303)
        try:
            answer = await self._http.request(method, patient.record, json=entry, auth=doctor.uma)
        except RequestSubmittedError as asked:
            return self._waiting(doctor, patient, asked.request_submitted.interval, writing=method == "POST")
        except RequestDeniedError:
            return self._pages.show("denied.html", person=doctor.person, patient=patient, status=403)
        except NeedInfoError as needed:
            return self._again(doctor, patient, needed)
        except (UmaError, httpx2.HTTPError) as problem:
            return self._trouble(problem, doctor)
        return self._shown(answer, doctor, patient)

    def _shown(self, answer: httpx2.Response, doctor: Doctor, patient: Patient) -> Response:
        match answer.status_code:
            case 200:
                return self._pages.show("record.html", person=doctor.person, patient=patient, record=answer.json())
            case 201:
                return RedirectResponse(f"/patients/{patient.key}", 303)
            case status:
                return self._trouble(f"the record answered {status}", doctor)

    def _waiting(self, doctor: Doctor, patient: Patient, interval: int | None, *, writing: bool) -> Response:
        """Say that the patient has been asked; a page to read looks again by itself."""
        refresh = None if writing else interval or LOOK_AGAIN
        view = {"person": doctor.person, "patient": patient, "writing": writing, "refresh": refresh}
        return self._pages.show("waiting.html", status=202, **view)

    def _again(self, doctor: Doctor, patient: Patient, needed: NeedInfoError) -> Response:
        """Get a new ID token if the old one is over: whoever is still signed in does not even notice.

        If it was not enough, let the doctor say more, where the authorization server has a page for that.
        """
        if doctor.person.until <= time.time():
            return RedirectResponse(f"/sign-in?patient={patient.key}", 303)
        if needed.need_info.redirect_user is None:
            return self._trouble(needed, doctor)
        begun = doctor.uma.begin_interaction(
            needed.need_info, issuer=self._settings.issuer, claims_redirect_uri=f"{self._settings.address}/claims"
        )
        doctor.asked[begun.state] = (patient.key, begun)
        return RedirectResponse(begun.url, 303)

    async def claims(self, request: Request) -> Response:
        """Take what the browser brings back from saying more, and look at the record again."""
        doctor = self._sessions.find(request)
        state = request.query_params.get("state", "")
        asked = doctor.asked.pop(state, None) if isinstance(doctor, Doctor) else None
        patient = self._patients.get(asked[0]) if asked else None
        if not isinstance(doctor, Doctor) or asked is None or patient is None or patient.record is None:
            return RedirectResponse("/", 303)
        with suppress(UmaError):  # whoever does not want to say more sees what that leads to
            doctor.uma.finish_interaction(patient.record, dict(request.query_params), asked[1])
            return RedirectResponse(f"/patients/{patient.key}", 303)
        return RedirectResponse("/", 303)

    def _trouble(self, problem: UmaError | httpx2.HTTPError | str, doctor: Doctor | None = None) -> Response:
        log.warning("%s", problem)
        text = "An answer that was needed did not come. Nothing was changed; try again in a moment."
        person = None if doctor is None else doctor.person
        return self._pages.message("That did not work", text, status=502, person=person)

    # -- signing in --

    async def sign_in(self, request: Request) -> Response:
        """Send the browser to the authorization server."""
        try:
            begun = await self._sign_in.begin()
        except UmaError as problem:
            return self._trouble(problem)
        known = self._sessions.find(request)
        # Many people use one tablet: ask who it is, unless it is about the one who is signed in.
        who = {"id_token_hint": known.person.id_token} if isinstance(known, Doctor) else {"prompt": "login"}
        response = RedirectResponse(str(httpx2.URL(begun.url).copy_merge_params(who)), 303)
        arriving = Arriving(begun=begun, patient=request.query_params.get("patient", ""))
        self._sessions.begin(request, response, arriving)
        return response

    async def callback(self, request: Request) -> Response:
        """Take what the browser brings back."""
        arriving = self._sessions.find(request)
        if not isinstance(arriving, Arriving):
            return RedirectResponse("/", 303)
        try:
            person, _ = await self._sign_in.finish(dict(request.query_params), arriving.begun)
        except UmaError as problem:
            return self._trouble(problem)
        to = f"/patients/{arriving.patient}" if arriving.patient in self._patients else "/"
        response = RedirectResponse(to, 303)
        self._sessions.begin(request, response, Doctor(person=person, uma=self._uma_of(person)))
        return response

    async def sign_out(self, request: Request) -> Response:
        """Give every permission back and forget the browser."""
        doctor = self._sessions.find(request)
        response = RedirectResponse("/", 303)
        if isinstance(doctor, Doctor) and is_ours(request, self._settings.address):
            self._sessions.end(request, response)
            with suppress(UmaError):  # forgotten here in any case; there they end by themselves
                await doctor.uma.aclose(self._http)
        return response

    def _uma_of(self, person: Person) -> UmaAuth:
        def claim_token(wanted: ClaimsWanted) -> ClaimToken | None:
            """Push the doctor's ID token, to the one server it is meant for and as long as it holds."""
            holds = wanted.issuer == self._settings.issuer and person.until > time.time()
            return ClaimToken(claim_token=person.id_token) if holds else None

        return UmaAuth(client=self._client, trusted_issuers={self._settings.issuer}, claim_token=claim_token)
