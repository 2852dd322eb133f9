"""The rows of the route table that answer with pages: authorization, claims, sign-in, account, static files."""

from consentry.core.interaction import CLAIMS_INTERACTION
from consentry.uma.codes import CLAIMS_INTERACTION_ENDPOINT
from consentry.web.pages.account import account_page, end_other_session, sign_out, signed_out, withdraw_app
from consentry.web.pages.authorization import authorization_by_form, authorization_by_query, consent, continued
from consentry.web.pages.claims_interaction import ANSWER, claims_answered, claims_interaction
from consentry.web.pages.errors import refuse_page
from consentry.web.pages.home import home
from consentry.web.pages.sign_in import sign_in_page, sign_in_posted
from consentry.web.pages.static import static
from consentry.web.route import Route

AUTHORIZE = {"GET": authorization_by_query, "POST": authorization_by_form}
SIGN_IN = {"GET": sign_in_page, "POST": sign_in_posted}

ROUTES: tuple[Route, ...] = (
    Route(path="/", methods={"GET": home}, guard="open", refuse=refuse_page),
    Route(path="/authorize", methods=AUTHORIZE, guard="open", name="authorization_endpoint", refuse=refuse_page),
    Route(
        path=CLAIMS_INTERACTION,
        methods={"GET": claims_interaction},
        guard="open",
        name=CLAIMS_INTERACTION_ENDPOINT,
        refuse=refuse_page,
    ),
    Route(path=ANSWER, methods={"POST": claims_answered}, guard="browser", refuse=refuse_page),
    Route(path="/continue", methods={"GET": continued}, guard="browser", refuse=refuse_page),
    Route(path="/consent", methods={"POST": consent}, guard="browser", refuse=refuse_page),
    Route(path="/account", methods={"GET": account_page}, guard="browser", refuse=refuse_page),
    Route(path="/account/sign-in", methods=SIGN_IN, guard="browser", refuse=refuse_page),
    Route(path="/account/sign-out", methods={"POST": sign_out}, guard="browser", refuse=refuse_page),
    Route(path="/account/signed-out", methods={"GET": signed_out}, guard="browser", refuse=refuse_page),
    Route(path="/account/sessions/end", methods={"POST": end_other_session}, guard="browser", refuse=refuse_page),
    Route(path="/account/apps/withdraw", methods={"POST": withdraw_app}, guard="browser", refuse=refuse_page),
    Route(path="/static/{name}", methods={"GET": static}, guard="open", refuse=refuse_page, at_root=True),
)
