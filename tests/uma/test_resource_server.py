import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.uma import (
    Allow,
    Challenge,
    DecisionCache,
    GrantedPermission,
    IntrospectionResponse,
    Permission,
    Refuse,
    Unavailable,
    decide,
)
from consentry.uma.resource_server import cache_key

NOW = 1_000_000
VIEW = Permission(resource_id="photo1", resource_scopes=("view",))
EDIT = Permission(resource_id="photo1", resource_scopes=("edit",))

names = st.sampled_from(["photo1", "photo2", "album"])
scopes = st.lists(st.sampled_from(["view", "edit", "print"]), max_size=3, unique=True).map(tuple)
times = st.none() | st.integers(min_value=NOW - 2, max_value=NOW + 2)
granted = st.builds(GrantedPermission, resource_id=names, resource_scopes=scopes, exp=times, nbf=times)
answers = st.builds(
    IntrospectionResponse,
    active=st.booleans(),
    permissions=st.lists(granted, max_size=4).map(tuple),
    exp=times,
    nbf=times,
    cnf=st.none() | st.just({"jkt": "x"}),
)
wanted = st.lists(st.builds(Permission, resource_id=names, resource_scopes=scopes), min_size=1, max_size=3)


def photo(*resource_scopes: str, exp: int | None = None, nbf: int | None = None) -> GrantedPermission:
    return GrantedPermission(resource_id="photo1", resource_scopes=resource_scopes, exp=exp, nbf=nbf)


def rpt(*permissions: GrantedPermission, exp: int | None = None, nbf: int | None = None) -> IntrospectionResponse:
    return IntrospectionResponse(active=True, permissions=permissions, exp=exp, nbf=nbf)


@given(answers, wanted)
def test_rs_g_3_5_2_no_access_without_sufficient_authorization(
    answer: IntrospectionResponse, needed: list[Permission]
) -> None:
    def holds(permission: GrantedPermission, resource_id: str, scope: str | None) -> bool:
        over = any(end is not None and end <= NOW for end in (permission.exp, answer.exp))
        early = any(start is not None and start > NOW for start in (permission.nbf, answer.nbf))
        fits = permission.resource_id == resource_id and (scope is None or scope in permission.resource_scopes)
        return fits and not over and not early

    sufficient = (
        answer.active
        and answer.cnf is None
        and all(
            any(holds(permission, one.resource_id, scope) for permission in answer.permissions)
            for one in needed
            for scope in (one.resource_scopes or (None,))
        )
    )
    assert isinstance(decide(answer, needed, now=NOW), Allow) == sufficient


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "no_token"),
        (IntrospectionResponse(active=False), "inactive"),
        (rpt(photo("view"), exp=NOW), "expired"),
        (rpt(photo("view"), nbf=NOW + 1), "not_yet_valid"),
        (rpt(photo("view", exp=NOW)), "insufficient_scope"),
        (rpt(photo("view", nbf=NOW + 1)), "insufficient_scope"),
        (rpt(photo("edit")), "insufficient_scope"),
        (rpt(GrantedPermission(resource_id="photo2", resource_scopes=("view",))), "insufficient_scope"),
        (rpt(), "insufficient_scope"),
    ],
)
def test_rs_g_3_5_1_what_does_not_suffice_is_answered_as_if_there_were_no_token(
    answer: IntrospectionResponse | None, reason: str
) -> None:
    decision = decide(answer, [VIEW], now=NOW)
    assert isinstance(decision, Challenge)
    assert (decision.permissions, decision.reason) == ((VIEW,), reason)


def test_rs_f_5_1_1_1_scopes_of_different_objects_are_not_pooled() -> None:
    album = GrantedPermission(resource_id="album", resource_scopes=("edit",))
    assert isinstance(decide(rpt(photo("view"), album), [EDIT], now=NOW), Challenge)
    assert isinstance(decide(rpt(photo("view"), album), [VIEW], now=NOW), Allow)


def test_rs_f_5_1_1_3_a_permission_without_exp_ends_with_the_token() -> None:
    assert isinstance(decide(rpt(photo("view"), exp=NOW - 1), [VIEW], now=NOW), Challenge)
    allowed = decide(rpt(photo("view"), exp=NOW + 9), [VIEW], now=NOW)
    assert isinstance(allowed, Allow)
    assert allowed.expires_at == NOW + 9


def test_rs_f_5_1_1_2_access_ends_with_the_first_permission_it_rests_on() -> None:
    allowed = decide(rpt(photo("view", exp=NOW + 5), exp=NOW + 9), [VIEW], now=NOW)
    assert isinstance(allowed, Allow)
    assert allowed.expires_at == NOW + 5


def test_rs_g_5_3_1_a_key_bound_rpt_is_worth_nothing_as_a_bearer_token() -> None:
    bound = IntrospectionResponse(active=True, permissions=(photo("view"),), cnf={"jkt": "x"})
    decision = decide(bound, [VIEW], now=NOW)
    assert isinstance(decision, Challenge)
    assert decision.reason == "key_bound"


def test_rs_f_5_1_1_4_without_an_answer_there_is_no_access() -> None:
    assert decide(Unavailable(), [VIEW], now=NOW) == Refuse(reason="unreachable")


def test_f_4_1_a_route_that_needs_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        decide(rpt(photo("view")), [], now=NOW)


def key(token: str = "rpt", **changed: str) -> object:
    return cache_key(token, issuer=changed.get("issuer", "i"), method=changed.get("method", "GET"), needed=[VIEW])


def test_rs_f_5_2_a_cached_answer_is_never_used_beyond_its_end() -> None:
    cache = DecisionCache(ttl=60)
    about = cache_key("rpt", issuer="i", method="GET", needed=[VIEW])
    cache.keep(about, Allow(introspection=rpt(photo("view")), expires_at=NOW + 2), now=NOW)
    assert cache.find(about, now=NOW + 1) is not None
    assert cache.find(about, now=NOW + 2) is None


def test_rs_f_5_2_a_cached_answer_is_never_used_beyond_the_ttl() -> None:
    cache = DecisionCache(ttl=5)
    about = cache_key("rpt", issuer="i", method="GET", needed=[VIEW])
    cache.keep(about, Allow(introspection=rpt(photo("view"))), now=NOW)
    assert cache.find(about, now=NOW + 4) is not None
    assert cache.find(about, now=NOW + 5) is None


def test_rs_f_5_2_nothing_is_cached_unless_asked_for_and_never_for_long() -> None:
    cache = DecisionCache()
    about = cache_key("rpt", issuer="i", method="GET", needed=[VIEW])
    cache.keep(about, Allow(introspection=rpt(photo("view"))), now=NOW)
    assert cache.find(about, now=NOW) is None
    with pytest.raises(ValueError, match="60"):
        DecisionCache(ttl=61)


def test_rs_f_5_2_an_answer_serves_one_token_server_method_and_need_only() -> None:
    assert key() == key()
    assert len({key(), key("other"), key(method="PUT"), key(issuer="j")}) == 4
    assert cache_key("rpt", issuer="i", method="GET", needed=[EDIT]) != key()
    assert "rpt" not in repr(key())


def test_rs_f_5_2_of_too_many_answers_the_oldest_go() -> None:
    cache = DecisionCache(ttl=60, size=2)
    keys = [cache_key(token, issuer="i", method="GET", needed=[VIEW]) for token in "abc"]
    for about in keys:
        cache.keep(about, Allow(introspection=rpt(photo("view"))), now=NOW)
    assert [cache.find(about, now=NOW) is not None for about in keys] == [False, True, True]
