"""Times in the owner's API: what is taken can be shown again.

Spec: RFC 3339 5.6.
"""

import pytest

from tests.web.site import Site


@pytest.mark.parametrize(
    ("member", "moment"),
    [
        ("not_before", "0001-01-01T00:00:00+14:00"),
        ("expires_at", "9999-12-31T23:59:59-14:00"),
        ("not_before", "1969-12-31T23:59:59Z"),
    ],
)
async def test_a_time_that_no_calendar_could_show_again_is_refused_and_shares_nothing(
    site: Site, member: str, moment: str
) -> None:
    alice, bob, records, surgery = await site.people()
    resource = await site.world.resource(alice, records)
    manager = await site.manager(alice, surgery)
    terms = {"resource_id": resource.resource_id, "grantee": {"account": bob.username}, "scopes": ["read"]}
    refused = await site.http.post("/me/grants", headers=manager, json={**terms, member: moment})
    assert refused.status_code == 400
    assert refused.json()["code"] == "invalid_request"
    listed = await site.http.get("/me/grants", headers=manager)
    assert listed.json() == {"items": []}
    assert site.crashes == []


async def test_the_last_second_that_a_calendar_can_show_is_taken_and_shown(site: Site) -> None:
    alice, bob, records, surgery = await site.people()
    resource = await site.world.resource(alice, records)
    manager = await site.manager(alice, surgery)
    terms = {"resource_id": resource.resource_id, "grantee": {"account": bob.username}, "scopes": ["read"]}
    shared = await site.http.post("/me/grants", headers=manager, json={**terms, "expires_at": "9999-12-31T23:59:59Z"})
    assert shared.json()["expires_at"] == "9999-12-31T23:59:59Z"
