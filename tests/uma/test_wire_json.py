import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.uma import wire_json
from consentry.uma.members import WrongMember, json_object, optional_seconds
from consentry.uma.wire import GrantedPermission, IntrospectionResponse, NeedInfo, RequiredClaim, ResourceDescription

times = st.none() | st.integers(min_value=0, max_value=2**40)


def test_f_3_1_2_localised_and_foreign_members_are_kept() -> None:
    found = {
        "resource_scopes": ["view", "http://rs.example/s/print"],
        "name": "Photo",
        "name#fr": "Photographie",
        "x_vendor": {"a": [1]},
        "_id": "r1",
        "user_access_policy_uri": "https://as.example/policy",
    }
    description = wire_json.read_resource_description(found)
    assert description.extras == {"name#fr": "Photographie", "x_vendor": {"a": [1]}}
    written = wire_json.write_resource_description(description)
    assert written == {name: found[name] for name in ("resource_scopes", "name", "name#fr", "x_vendor")}


def test_rs_f_8_1_a_description_says_no_more_than_it_has_to() -> None:
    assert wire_json.write_resource_description(ResourceDescription(resource_scopes=("view",))) == {
        "resource_scopes": ["view"]
    }


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"resource_scopes": "view"},
        {"resource_scopes": [1]},
        {"resource_scopes": None},
        {"resource_scopes": {"view": 1}},
        {"resource_scopes": ["view"], "type": 7},
        {"resource_scopes": ["view"], "name": ["x"]},
    ],
)
def test_f_3_1_1_a_description_of_the_wrong_shape_is_refused(found: dict[str, object]) -> None:
    with pytest.raises(WrongMember):
        wire_json.read_resource_description(found)


@pytest.mark.parametrize(
    "found", [{}, {"resource_id": ""}, {"resource_id": "r"}, {"resource_id": 1, "resource_scopes": []}]
)
def test_f_4_1_2_a_permission_needs_resource_id_and_resource_scopes(found: dict[str, object]) -> None:
    with pytest.raises(WrongMember):
        wire_json.read_permission(found)


def test_rs_g_1_1_1_unknown_members_are_ignored() -> None:
    answer = wire_json.read_introspection_response(
        {
            "active": True,
            "permissions": [{"resource_id": "r", "resource_scopes": ["view"], "x": 1}],
            "aud": "rs",
            "y": [None],
        }
    )
    assert answer == IntrospectionResponse(
        active=True, permissions=(GrantedPermission(resource_id="r", resource_scopes=("view",)),), aud=("rs",)
    )


def test_rs_f_5_1_1_4_of_an_inactive_token_nothing_else_counts() -> None:
    found: dict[str, object] = {"active": False, "permissions": [{"resource_id": "r", "resource_scopes": ["view"]}]}
    assert wire_json.read_introspection_response(found) == IntrospectionResponse(active=False)


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"active": "true"},
        {"active": 1},
        {"active": True, "permissions": {}},
        {"active": True, "permissions": ["r"]},
        {"active": True, "permissions": [{"resource_scopes": []}]},
        {"active": True, "exp": "tomorrow"},
        {"active": True, "exp": True},
        {"active": True, "exp": float("inf")},
        {"active": True, "cnf": "x"},
    ],
)
def test_rs_f_5_1_1_4_an_answer_of_the_wrong_shape_is_refused(found: dict[str, object]) -> None:
    with pytest.raises(WrongMember):
        wire_json.read_introspection_response(found)


@given(times, times, times, times, times, times)
def test_rs_f_5_1_1_2_token_times_are_laid_over_the_permission_times(  # noqa: PLR0917
    exp: int | None,
    iat: int | None,
    nbf: int | None,
    token_exp: int | None,
    token_iat: int | None,
    token_nbf: int | None,
) -> None:
    permission = GrantedPermission(resource_id="r", resource_scopes=(), exp=exp, iat=iat, nbf=nbf)
    answer = IntrospectionResponse(active=True, permissions=(permission,), exp=token_exp, iat=token_iat, nbf=token_nbf)
    (effective,) = answer.effective_permissions()
    assert effective.exp == min((time for time in (exp, token_exp) if time is not None), default=None)
    assert effective.iat == max((time for time in (iat, token_iat) if time is not None), default=None)
    assert effective.nbf == max((time for time in (nbf, token_nbf) if time is not None), default=None)


def test_g_3_3_6_12_hints_are_read_whatever_they_leave_out() -> None:
    found = {
        "error": "need_info",
        "ticket": "t1",
        "required_claims": [{}, {"claim_token_format": ["f"], "issuer": ["i", "j"], "friendly_name": "Email", "z": 0}],
        "redirect_user": "https://as.example/claims",
    }
    assert wire_json.read_need_info(found) == NeedInfo(
        ticket="t1",
        required_claims=(
            RequiredClaim(),
            RequiredClaim(claim_token_format=("f",), issuer=("i", "j"), friendly_name="Email"),
        ),
        redirect_user="https://as.example/claims",
    )


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nul", b'{"a":1,"a":2}', b'{"a":{"b":1,"b":2}}', b"\xff", b"[" * 10_000, b'{"a":NaN}']
)
def test_f_3_2_8_a_body_that_is_not_one_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(WrongMember):
        json_object(body)


def test_rs_f_5_1_1_2_a_fraction_of_a_second_is_rounded_down() -> None:
    assert optional_seconds({"exp": 9.9}, "exp") == 9


@pytest.mark.parametrize("member", ["access_token", "refresh_token", "pct", "id_token"])
def test_cl_g_5_2_2_a_token_response_does_not_print_its_secrets(member: str) -> None:
    found = json.loads('{"access_token": "s", "token_type": "Bearer", "upgraded": true, "expires_in": 60}')
    response = wire_json.read_token_response({**found, member: "very-secret"})
    assert "very-secret" not in repr(response)
    assert response.upgraded
    assert response.expires_in == 60
