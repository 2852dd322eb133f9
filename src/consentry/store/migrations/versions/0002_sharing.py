"""Circles, memberships, persisted claims, answers to repeat; keys that tokens are bound to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add what is new; every new column may be missing or has a value for the rows that are there."""
    _columns("client", maybe_text="partial")
    _filled("client", "access_token_format", TEXT, "'opaque'")
    _filled("client", "dpop_bound_access_tokens", sa.BigInteger(), "0")
    for table in ("authorization_code", "access_token", "refresh_token"):
        _columns(table, maybe_text="jkt actor_id")
    _columns("permission_ticket", maybe_text="code_challenge jkt")
    _filled("permission_ticket", "remember", sa.BigInteger(), "0")
    _columns("rpt", maybe_text="jkt requester_email")
    _columns("grant", maybe_text="grantee_role refusal_key")
    op.execute('UPDATE "grant" SET refusal_key = owner_id WHERE allow = 0')
    _index("grant", "realm refusal_key")
    _index("grant", "realm parent")
    _index("resource", "realm parent")
    _create(
        "membership",
        key="realm organisation_id account_id",
        text="realm organisation_id account_id role",
        number="created_at version",
        maybe_number="until",
    )
    _index("membership", "realm account_id")
    _create(
        "persisted_claims",
        key="realm digest",
        text="realm digest client_id issuer subject claims",
        maybe_text="account_id",
        number="created_at expires_at version",
    )
    _index("persisted_claims", "realm account_id")
    _index("persisted_claims", "realm expires_at")
    _create("circle", key="realm owner_id circle_id", text="realm circle_id owner_id name", number="created_at version")
    _create(
        "circle_member",
        key="realm owner_id circle_id kind id",
        text="realm owner_id circle_id kind id",
        maybe_text="member_key",
        number="added_at",
    )
    _index("circle_member", "realm member_key")
    _create(
        "repeated_answer",
        key="realm owner_id client_id digest",
        text="realm owner_id client_id digest answer",
        number="expires_at",
    )
    _index("repeated_answer", "realm expires_at")


def _columns(table: str, *, maybe_text: str) -> None:
    for column in maybe_text.split():
        op.add_column(table, sa.Column(column, TEXT, nullable=True))


def _filled(table: str, column: str, kind: sa.types.TypeEngine[str] | sa.types.TypeEngine[int], default: str) -> None:
    op.add_column(table, sa.Column(column, kind, nullable=False, server_default=sa.text(default)))


def _create(name: str, *, key: str, text: str, maybe_text: str = "", number: str = "", maybe_number: str = "") -> None:
    op.create_table(
        name,
        *(sa.Column(column, TEXT, nullable=False) for column in text.split()),
        *(sa.Column(column, TEXT, nullable=True) for column in maybe_text.split()),
        *(sa.Column(column, sa.BigInteger(), nullable=False) for column in number.split()),
        *(sa.Column(column, sa.BigInteger(), nullable=True) for column in maybe_number.split()),
        sa.PrimaryKeyConstraint(*key.split()),
        sqlite_with_rowid=False,
    )


def _index(table: str, columns: str) -> None:
    named = columns.split()
    op.create_index(f"ix_{table}_{'_'.join(named[1:])}"[:60], table, named)
