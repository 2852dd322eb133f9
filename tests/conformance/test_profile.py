"""Profiles, the steps of owners, and the forms of pages."""

from importlib.resources import files
from pathlib import Path

import pytest

from consentry.conformance.forms import forms_of, title_of
from consentry.conformance.hooks import filled, text
from consentry.conformance.outcome import Unprepared
from consentry.conformance.profile import Button, ProfileError, read_profile

PROFILES = Path(str(files("consentry.conformance") / "profiles"))
PAGE = """
<title>Sign
in</title>
<form action="/search"><input name="q"></form>
<form method="post" action="login?x=1">
  <input type="hidden" name="csrf" value="t&amp;1"><input name="username"><input type="password" name="password">
  <input type="checkbox" name="remember" value="yes"><input type="checkbox" name="kept" checked>
  <select name="language"><option value="de">Deutsch<option value="fr" selected>Français</select>
  <button name="decision" value="deny">No</button><button name="decision" value="allow">Yes</button>
  <input type="submit" name="cancel" value="Cancel"><button type="button" name="menu">Menu</button>
</form>
"""


@pytest.mark.parametrize("name", ["consentry", "keycloak"])
def test_the_profiles_that_come_with_the_kit_can_be_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("KC_RS1_SECRET", "KC_RS2_SECRET", "KC_C1_SECRET", "KC_C3_SECRET"):
        monkeypatch.setenv(variable, "from-the-environment")
    profile = read_profile(PROFILES / f"{name}.toml")
    assert profile.hooks.share
    if name == "keycloak":
        assert profile.clients.c1.client_secret == "from-the-environment"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "Consentry"', 'name = "Consentry"\ncolour = "blue"', "colour"),
        ('name = "Consentry"', 'name = "Consentry"\ntimeout = "long"', "timeout"),
        ('name = "Consentry"', "", "name"),
        ("push = true", "psuh = true", "psuh"),
        ('client = "manager"', 'client = "nobody"', "nobody"),
        ("[people]", "[people", "at line"),
        ("manager-secret", "${env:NO_SUCH_VARIABLE}", "NO_SUCH_VARIABLE"),
    ],
)
def test_a_wrong_profile_is_refused_with_what_is_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    good, path = (PROFILES / "consentry.toml").read_text(), tmp_path / "profile.toml"
    assert old in good
    path.write_text(good.replace(old, new, 1))
    with pytest.raises(ProfileError, match=said):
        read_profile(path)


def test_a_form_is_read_as_a_browser_would() -> None:
    _, form = forms_of(PAGE, "https://as.example/a/page")
    assert (form.action, form.method) == ("https://as.example/a/login?x=1", "POST")
    assert form.passwords == ("password",)
    assert form.has(Button(name="decision", value="allow"))
    assert form.has(Button(name="cancel"))
    assert not form.has(Button(name="decision", value="maybe"))
    assert not form.has(Button(name="menu"))
    sent = form.filled(
        fill={"username": "bob", "password": "x"},
        press=Button(name="decision", value="allow"),
        tick=Button(name="remember"),
    )
    assert sent == {
        "csrf": "t&1",
        "username": "bob",
        "password": "x",
        "kept": "on",
        "language": "fr",
        "decision": "allow",
        "remember": "yes",
    }
    assert title_of(PAGE) == "Sign in"


def test_a_placeholder_that_is_all_of_a_text_becomes_its_value() -> None:
    known = {"scopes": ["view"], "until": None, "person": "bob"}
    template = {"scopes": "{scopes}", "expires_at": "{until}", "note": "for {person}", "to": [{"account": "{person}"}]}
    assert filled(template, known) == {"scopes": ["view"], "note": "for bob", "to": [{"account": "bob"}]}
    with pytest.raises(Unprepared, match="nobody"):
        text("{nobody}", known)
