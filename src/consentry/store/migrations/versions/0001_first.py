"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create every table."""
    _reference_data()
    _people()
    _oauth()
    _uma()
    _sharing()


def _reference_data() -> None:
    _create(
        "realm",
        key="name",
        text="name display_name settings",
        maybe_text="host",
        number="default version",
    )
    _unique("realm", "host", when="host IS NOT NULL")
    _create(
        "signing_key",
        key="realm kid",
        text="realm kid alg public private",
        number="created_at",
        maybe_number="retired_at",
    )
    _create(
        "trusted_issuer",
        key="realm issuer",
        text="realm issuer client_ids",
        maybe_text="jwks_uri jwks",
        number="version",
    )
    _create(
        "client",
        key="realm client_id",
        text=(
            "realm client_id client_name secret_digests token_endpoint_auth_method grant_types redirect_uris "
            "claims_redirect_uris post_logout_redirect_uris scope"
        ),
        maybe_text="jwks jwks_uri id_token_signed_response_alg client_uri logo_uri policy_uri tos_uri account_id",
        number="resource_server on_behalf_of created_at version",
        maybe_number="disabled_at",
    )


def _people() -> None:
    _create(
        "account",
        key="realm account_id",
        text="realm account_id username name groups roles attributes",
        maybe_text="email password_hash username_folded email_folded",
        number="email_verified organisation created_at version",
        maybe_number="disabled_at",
    )
    _unique("account", "realm email_folded", when="email_folded IS NOT NULL")
    _unique("account", "realm username_folded", when="username_folded IS NOT NULL")
    _create(
        "session",
        key="realm digest",
        text="realm digest sid account_id amr user_agent",
        number="auth_time created_at expires_at",
    )
    _index("session", "realm account_id")
    _index("session", "realm expires_at")
    _create(
        "interaction",
        key="realm digest",
        text="realm digest kind browser_digest request",
        number="expires_at version",
    )
    _index("interaction", "realm expires_at")
    _create(
        "consent",
        key="realm account_id client_id",
        text="realm account_id client_id scope",
        number="created_at version",
    )


def _oauth() -> None:
    _create(
        "authorization_code",
        key="realm digest",
        text="realm digest family client_id account_id redirect_uri scope amr",
        maybe_text="code_challenge nonce sid",
        number="auth_time expires_at",
        maybe_number="taken_at",
    )
    _index("authorization_code", "realm account_id client_id")
    _index("authorization_code", "realm expires_at")
    _index("authorization_code", "realm family")
    _create(
        "access_token",
        key="realm digest",
        text="realm digest family client_id scope",
        maybe_text="account_id sid",
        number="issued_at expires_at",
        maybe_number="auth_time",
    )
    _index("access_token", "realm account_id client_id")
    _index("access_token", "realm expires_at")
    _index("access_token", "realm family")
    _create(
        "refresh_token",
        key="realm digest",
        text="realm digest family client_id scope amr permissions",
        maybe_text="account_id sid owner_id resource_server requester",
        number="issued_at expires_at",
        maybe_number="auth_time taken_at",
    )
    _index("refresh_token", "realm account_id client_id")
    _index("refresh_token", "realm expires_at")
    _index("refresh_token", "realm family")
    _create(
        "used_once",
        key="realm purpose digest",
        text="realm purpose digest",
        number="expires_at",
    )
    _index("used_once", "realm expires_at")


def _uma() -> None:
    _create(
        "permission_ticket",
        key="realm digest",
        text="realm digest family owner_id resource_server permissions scope",
        maybe_text="client_id requester request_id",
        number="issued_at expires_at interval",
        maybe_number="taken_at",
    )
    _index("permission_ticket", "realm expires_at")
    _index("permission_ticket", "realm family")
    _create(
        "rpt",
        key="realm owner_id digest",
        text="realm owner_id digest family client_id resource_server requester permissions",
        maybe_text="requester_account_id",
        number="issued_at expires_at",
    )
    _index("rpt", "realm digest")
    _index("rpt", "realm expires_at")
    _index("rpt", "realm family")
    _create(
        "resource",
        key="realm owner_id resource_id",
        text="realm owner_id resource_id resource_server resource_scopes extra labels",
        maybe_text="name description type icon_uri parent name_folded targets",
        number="favourite created_at version",
    )
    _index("resource", "realm owner_id created_at resource_id")
    _index("resource", "realm owner_id resource_server resource_id")
    _index("resource", "realm resource_id")


def _sharing() -> None:
    _create(
        "grant",
        key="realm owner_id grant_id",
        text=(
            "realm owner_id grant_id target_kind target_id grantee_kind grantee_id grantee_claims scopes "
            "client_ids created_by"
        ),
        maybe_text="purpose note parent target_key grantee_key reach_key",
        number="allow uses ask_me reshare created_at version",
        maybe_number="not_before expires_at max_uses paused_at",
    )
    _index("grant", "realm grant_id")
    _index("grant", "realm grantee_key created_at grant_id")
    _index("grant", "realm owner_id created_at grant_id")
    _index("grant", "realm owner_id grantee_id created_at grant_id")
    _index("grant", "realm reach_key")
    _index("grant", "realm target_key created_at grant_id")
    _create(
        "access_request",
        key="realm owner_id request_id",
        text="realm owner_id request_id resource_server client_id requester permissions fingerprint status",
        maybe_text="message asker_key requester_account_id open_key",
        number="created_at expires_at version",
        maybe_number="decided_at",
    )
    _index("access_request", "realm asker_key")
    _index("access_request", "realm owner_id created_at request_id")
    _index("access_request", "realm owner_id status created_at request_id")
    _index("access_request", "realm request_id")
    _index("access_request", "realm requester_account_id created_at request_id")
    _unique("access_request", "realm owner_id open_key", when="open_key IS NOT NULL")
    _create(
        "event",
        key="realm owner_id at event_id",
        text="realm owner_id event_id kind outcome detail",
        maybe_text="actor client_id resource_server resource_id about reason",
        number="at",
    )


def _create(name: str, *, key: str, text: str, maybe_text: str = "", number: str = "", maybe_number: str = "") -> None:
    columns: dict[str, sa.Column[str] | sa.Column[int]] = {}
    columns |= {column: sa.Column(column, TEXT, nullable=False) for column in text.split()}
    columns |= {column: sa.Column(column, TEXT, nullable=True) for column in maybe_text.split()}
    columns |= {column: sa.Column(column, sa.BigInteger(), nullable=False) for column in number.split()}
    columns |= {column: sa.Column(column, sa.BigInteger(), nullable=True) for column in maybe_number.split()}
    primary = [columns.pop(column) for column in key.split()]
    op.create_table(name, *primary, *columns.values(), sa.PrimaryKeyConstraint(*key.split()), sqlite_with_rowid=False)


def _index(table: str, columns: str) -> None:
    named = columns.split()
    op.create_index(f"ix_{table}_{'_'.join(named[1:])}"[:60], table, named)


def _unique(table: str, columns: str, *, when: str) -> None:
    named = columns.split()
    condition = sa.text(when)
    op.create_index(
        f"uq_{table}_{'_'.join(named)}", table, named, unique=True, sqlite_where=condition, postgresql_where=condition
    )
