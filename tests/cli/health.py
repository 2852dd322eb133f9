"""A realm file to begin with: the example of the manual, in short."""

REALM = {
    "realm": "health",
    "display_name": "Health",
    "default": True,
    "settings": {"lifetimes": {"ticket": 300}},
    "scopes": [{"name": "read", "description": "Read the record"}],
    "accounts": [
        {"username": "alice", "password": "alice-password", "name": "Alice", "groups": ["patients"]},
        {"username": "bob", "password": "bob-password", "name": "Dr. Bob"},
    ],
    "clients": [
        {
            "client_id": "records",
            "client_secret": "records-secret",
            "resource_server": True,
            "grant_types": ["authorization_code", "client_credentials"],
            "redirect_uris": ["http://127.0.0.1:8081/callback"],
            "scope": "openid uma_protection",
        },
        {
            "client_id": "surgery",
            "client_secret": "surgery-secret",
            "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:uma-ticket"],
            "redirect_uris": ["http://127.0.0.1:8082/callback"],
            "scope": "openid read",
        },
    ],
    "trusted_issuers": [{"issuer": "https://idp.example", "jwks_uri": "https://idp.example/jwks"}],
    "resources": [
        {"id": "record", "owner": "alice", "resource_server": "records", "resource_scopes": ["read", "write"]},
    ],
    "grants": [
        {"id": "g1", "owner": "alice", "resource_id": "record", "grantee": {"account": "bob"}, "scopes": ["read"]},
    ],
}


def realm(**members: object) -> dict[str, object]:
    """Return the example with other members; None takes one away."""
    return {name: said for name, said in {**REALM, **members}.items() if said is not None}


def only(**members: object) -> dict[str, object]:
    """Return a file of the same realm that says these things and no others."""
    return {"realm": "health", **members}
