"""A realm's own members in a realm file."""

from dataclasses import replace

from consentry.core.model import Realm
from consentry.core.realm import Lifetimes, RealmSettings, ScopeDescription
from consentry.core.realm_file.entries import LifetimesEntry, RealmFile, ScopeEntry, SettingsEntry
from consentry.core.realm_file.said import said, said_text


def realm_record(entry: RealmFile, base: Realm) -> Realm:
    """Lay what a file says of the realm itself over what is there."""
    return replace(
        base,
        display_name=said(entry.display_name, base.display_name),
        default=said(entry.default, base.default),
        host=said_text(entry.host, base.host),
        settings=replace(
            _settings(entry.settings or SettingsEntry(), base.settings),
            scopes=base.settings.scopes if entry.scopes is None else tuple(map(_scope, entry.scopes)),
        ),
    )


def realm_entry(realm: Realm) -> RealmFile:
    """Write down a realm without what is in it."""
    lifetimes, settings = realm.settings.lifetimes, realm.settings
    return RealmFile(
        realm=realm.name,
        display_name=realm.display_name,
        default=realm.default,
        host=realm.host or "",
        settings=SettingsEntry(
            pending_requests=settings.pending_requests,
            interactive_claims=settings.interactive_claims,
            owner_may_request=settings.owner_may_request,
            partial=settings.partial,
            poll_interval=settings.poll_interval,
            claims_max_age=settings.claims_max_age,
            id_token_signed_response_alg=settings.id_token_signed_response_alg,
            lifetimes=LifetimesEntry(
                ticket=lifetimes.ticket,
                polling_ticket=lifetimes.polling_ticket,
                rpt=lifetimes.rpt,
                access_token=lifetimes.access_token,
                pat=lifetimes.pat,
                refresh_token=lifetimes.refresh_token,
                code=lifetimes.code,
                id_token=lifetimes.id_token,
                session=lifetimes.session,
                interaction=lifetimes.interaction,
                request=lifetimes.request,
                pct=lifetimes.pct,
            ),
        ),
        scopes=tuple(
            ScopeEntry(name=scope.name, description=scope.description or None, icon=scope.icon or None)
            for scope in settings.scopes
        ),
    )


def _scope(entry: ScopeEntry) -> ScopeDescription:
    return ScopeDescription(name=entry.name, description=entry.description or "", icon=entry.icon or "")


def _settings(entry: SettingsEntry, base: RealmSettings) -> RealmSettings:
    return replace(
        base,
        pending_requests=said(entry.pending_requests, base.pending_requests),
        interactive_claims=said(entry.interactive_claims, base.interactive_claims),
        owner_may_request=said(entry.owner_may_request, base.owner_may_request),
        partial=said(entry.partial, base.partial),
        poll_interval=said(entry.poll_interval, base.poll_interval),
        claims_max_age=said(entry.claims_max_age, base.claims_max_age),
        id_token_signed_response_alg=said(entry.id_token_signed_response_alg, base.id_token_signed_response_alg),
        lifetimes=_lifetimes(entry.lifetimes or LifetimesEntry(), base.lifetimes),
    )


def _lifetimes(entry: LifetimesEntry, base: Lifetimes) -> Lifetimes:
    return replace(
        base,
        ticket=said(entry.ticket, base.ticket),
        polling_ticket=said(entry.polling_ticket, base.polling_ticket),
        rpt=said(entry.rpt, base.rpt),
        access_token=said(entry.access_token, base.access_token),
        pat=said(entry.pat, base.pat),
        refresh_token=said(entry.refresh_token, base.refresh_token),
        code=said(entry.code, base.code),
        id_token=said(entry.id_token, base.id_token),
        session=said(entry.session, base.session),
        interaction=said(entry.interaction, base.interaction),
        request=said(entry.request, base.request),
        pct=said(entry.pct, base.pct),
    )
