"""A resource server's PAT for an organisation, got by somebody who acts for it."""

from dataclasses import replace

from consentry.core.errors import InvalidGrant, InvalidToken
from consentry.core.grants.authorization_code import CodeRequest
from consentry.core.grants.refresh_token import RefreshRequest
from consentry.core.issued import TokenIssued
from consentry.core.memberships import ADMINISTRATOR
from consentry.core.model import Membership, Resource
from consentry.core.resource_registration import ListResources, list_resources
from consentry.core.token import TokenRequest, token
from tests.pages.browsing import Browser, Site
from tests.worlds import VERIFIER, credentials_of


async def administrator(site: Site, role: str = ADMINISTRATOR) -> tuple[Membership, Resource]:
    clinic = await site.world.account("st-marys", organisation=True)
    membership = Membership(organisation_id=clinic.account_id, account_id=site.alice.account_id, role=role)
    await site.world.add(membership)
    return membership, await site.world.resource(clinic, site.records, name="rota")


async def tokens(site: Site, code: str) -> TokenIssued:
    grant = CodeRequest(code=code, redirect_uri=site.records.redirect_uris[0], code_verifier=VERIFIER)
    request = TokenRequest(credentials=credentials_of(site.records), grant=grant)
    return await site.world.said(token, request, TokenIssued)


async def test_g_1_2_1_a_pat_for_an_organisation_ends_with_the_membership(site: Site, browser: Browser) -> None:
    membership, rota = await administrator(site)
    page = await site.at_consent(browser, scope="uma_protection")
    assert "For St-Marys" in page.text
    back = await browser.submit(page.form("/consent"), decision="allow", **{"for": membership.organisation_id})
    issued = await tokens(site, back.answer["code"])
    asked = ListResources(pat=issued.access_token)
    assert await site.world.ask(list_resources, asked) == (rota.resource_id,)

    # Next time the person is asked again: for whom, is theirs to say.
    again = await site.authorize(browser, scope="uma_protection")
    assert "For St-Marys" in again.text
    for_herself = await browser.submit(again.form("/consent"), decision="allow", **{"for": ""})
    own = await tokens(site, for_herself.answer["code"])
    assert await site.world.ask(list_resources, ListResources(pat=own.access_token)) == ()

    await site.world.replace(replace(membership, role="nurse"))
    await site.world.refused(list_resources, asked, InvalidToken)
    refresh = RefreshRequest(refresh_token=issued.refresh_token or "")
    request = TokenRequest(credentials=credentials_of(site.records), grant=refresh)
    await site.world.refused(token, request, InvalidGrant)
    assert await site.world.ask(list_resources, ListResources(pat=own.access_token)) == ()


async def test_only_administrators_choose_and_only_their_organisation(site: Site, browser: Browser) -> None:
    membership, _ = await administrator(site, role="nurse")
    page = await site.at_consent(browser, scope="uma_protection")
    assert "For whom" not in page.text
    forged = await browser.submit(page.form("/consent"), decision="allow", **{"for": membership.organisation_id})
    assert forged.status == 403
