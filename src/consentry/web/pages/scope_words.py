"""What a scope means, in words for the person who is asked.

Spec: OpenID Connect Core 5.4, 11; FedAuthz 1.3.
"""

from consentry.core.model import Client, Realm
from consentry.uma.codes import (
    SCOPE_OFFLINE_ACCESS,
    SCOPE_OPENID,
    SCOPE_UMA_POLICY_MANAGER,
    SCOPE_UMA_PROTECTION,
)
from consentry.uma.value import value
from consentry.web.pages.render import plain


@value
class Want:
    """One thing an app would like; the sentence continues "the app would like to …"."""

    text: str
    hint: str = ""
    icon: str = "check"
    is_new: bool = False


def explain(scope: str, *, client: Client, realm: Realm, is_new: bool = False) -> Want:
    """Return a scope in words: the realm's own if it has any, ours for the well-known ones, else its name."""
    text, hint, icon = _ours(scope, name_of(client))
    for described in realm.settings.scopes:
        if described.name == scope and described.description:
            text, hint, icon = plain(described.description), "", described.icon or "file-text"
    return Want(text=text, hint=hint, icon=icon, is_new=is_new)


def name_of(client: Client) -> str:
    """Return the name of an app as people see it."""
    return plain(client.client_name) or client.client_id


def _ours(scope: str, app: str) -> tuple[str, str, str]:
    words = {
        SCOPE_OPENID: ("Know you again", "It gets a number that stands for your account.", "user-check"),
        "profile": ("See your name", "And the name you sign in with.", "user"),
        "email": ("See your e-mail address", "", "mail"),
        SCOPE_OFFLINE_ACCESS: (
            "Stay connected when you are away",
            "Until you take it back, also while you are not using it.",
            "clock",
        ),
        SCOPE_UMA_PROTECTION: (
            "Ask us whether people may see what you keep there",
            f"{app} tells us which things you have, and lets somebody in only when you said yes here.",
            "shield-check",
        ),
        SCOPE_UMA_POLICY_MANAGER: (
            "Decide for you who may see your things",
            "It can share in your name, stop sharing, and answer requests.",
            "share-2",
        ),
    }
    return words.get(scope, (f"Use “{scope}”", "", "check"))
