from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.interaction import (
    ConsentNext,
    Done,
    PendingAuthorization,
    SignInNext,
    Step,
    next_step,
    pending_of,
)
from consentry.core.model import Account, Client, Consent, Interaction, Session
from consentry.core.ports import SignedIn

PENDING = PendingAuthorization(
    client_id="app",
    redirect_uri="https://app.example/cb",
    scope=("openid", "email"),
    code_challenge="c" * 43,
    state="s",
    nonce=None,
    started_at=1000,
)
APP = Client(client_id="app")
ALICE = Account(account_id="a", username="alice")
SESSION = Session(digest="d", sid="sid-1", account_id="a", auth_time=900, amr=("pwd",), created_at=900, expires_at=9000)
SIGNED_IN = SignedIn(session=SESSION, account=ALICE)
ALLOWED = Consent(account_id="a", client_id="app", scope=("openid", "email"), created_at=1)
PUBLIC = replace(APP, token_endpoint_auth_method="none")
LOOPBACK = replace(PENDING, redirect_uri="http://127.0.0.1:9/cb")


@pytest.mark.parametrize(
    ("pending", "client", "signed_in", "consent", "expected"),
    [
        (PENDING, APP, None, None, SignInNext()),
        (PENDING, APP, SIGNED_IN, ALLOWED, Done()),
        (PENDING, APP, SIGNED_IN, None, ConsentNext(new=("openid", "email"), known=())),
        (PENDING, APP, SIGNED_IN, replace(ALLOWED, scope=("openid",)), ConsentNext(new=("email",), known=("openid",))),
        (replace(PENDING, ask_consent=True), APP, SIGNED_IN, ALLOWED, ConsentNext(new=(), known=("openid", "email"))),
        (replace(PENDING, fresh_from=901), APP, SIGNED_IN, ALLOWED, SignInNext()),
        (replace(PENDING, fresh_from=900), APP, SIGNED_IN, ALLOWED, Done()),
        (replace(PENDING, fresh_from=900, stale_sid="sid-1"), APP, SIGNED_IN, ALLOWED, SignInNext()),
        (replace(PENDING, subject="b"), APP, SIGNED_IN, ALLOWED, SignInNext()),
        (replace(PENDING, subject="a"), APP, SIGNED_IN, ALLOWED, Done()),
        (LOOPBACK, PUBLIC, SIGNED_IN, ALLOWED, ConsentNext(new=(), known=("openid", "email"))),
        (LOOPBACK, APP, SIGNED_IN, ALLOWED, Done()),
        (PENDING, PUBLIC, SIGNED_IN, ALLOWED, Done()),
    ],
)
def test_oidc_3_1_2_3_what_comes_next(
    pending: PendingAuthorization,
    client: Client,
    signed_in: SignedIn | None,
    consent: Consent | None,
    expected: Step,
) -> None:
    assert next_step(pending, client, signed_in, consent) == expected


SCOPES = st.lists(st.sampled_from(["openid", "email", "profile", "read"]), unique=True).map(tuple)


@given(wanted=SCOPES.filter(bool), allowed=SCOPES)
def test_az_26_nothing_is_released_that_was_not_allowed(wanted: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    step = next_step(replace(PENDING, scope=wanted), APP, SIGNED_IN, replace(ALLOWED, scope=allowed))
    assert isinstance(step, Done) == (set(wanted) <= set(allowed))


@given(state=st.none() | st.text(), login_hint=st.none() | st.text(), fresh_from=st.integers(min_value=0))
def test_a_request_that_waits_is_kept_as_it_was(state: str | None, login_hint: str | None, fresh_from: int) -> None:
    pending = replace(PENDING, state=state, login_hint=login_hint, fresh_from=fresh_from)
    kept = Interaction(digest="d", kind="authorization", browser_digest="b", request=pending.to_text(), expires_at=2000)
    assert pending_of(kept) == pending
