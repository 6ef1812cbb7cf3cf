"""The organisation: its people, the keys its programs sign with, the tokens they show; and what it must delete."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yesif.apps.consent.actions import notices as meet
from yesif.apps.consent.queries import notices
from yesif.apps.market.actions import organisations as actions
from yesif.apps.market.queries import licences, organisations, runs
from yesif.apps.people import queries as people
from yesif.base.errors import BadInput, Refused
from yesif.web.access import licensees_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.licensee.forms import LetIn, NewKey, NewToken, Purged


@require_http_methods(["GET", "POST"])
@never_cache
@licensees_only
def page(request: HttpRequest) -> HttpResponse:
    """People, keys and tokens. A new token is shown once, on the answer to its own form."""
    viewer = viewer_id(request)
    if organisations.organisation_id_of(viewer) is None:
        return render(request, "licensee/nobody.html")
    seen = organisations.organisation_of(viewer)
    given = {name: request.POST if request.POST.get("form") == name else None for name in ("key", "token", "person")}
    key, token, colleague = NewKey(given["key"]), NewToken(given["token"]), LetIn(given["person"])
    secret = ""
    if key.is_bound and _done(key, lambda: actions.add_key(person_id=viewer, now=CLOCK.now(), **key.cleaned_data)):
        messages.success(request, _("The key may sign from now on."))
        return redirect("licensee:organisation")
    if colleague.is_bound and _done(
        colleague,
        lambda: actions.let_in(organisation_id=seen.id, by=viewer, now=CLOCK.now(), **colleague.cleaned_data),
    ):
        messages.success(request, _("They may act for you; they sign in with that address."))
        return redirect("licensee:organisation")
    if token.is_bound and token.is_valid():
        secret = actions.make_token(person_id=viewer, now=CLOCK.now(), **token.cleaned_data)
        seen, token = organisations.organisation_of(viewer), NewToken()
    bad = any(form.is_bound and form.errors for form in (key, token, colleague))
    names = people.stage_names(set(seen.people))
    shown = {"organisation": seen, "names": names, "key": key, "token": token, "colleague": colleague, "secret": secret}
    return render(request, "licensee/organisation.html", shown, status=400 if bad else 200)


@require_POST
@licensees_only
def end_key(request: HttpRequest, key_id: int) -> HttpResponse:
    """No run is signed with this key any more."""
    actions.end_key(person_id=viewer_id(request), key_id=key_id, now=CLOCK.now())
    messages.success(request, _("This key signs nothing any more. Runs it opened get no new lease."))
    return redirect("licensee:organisation")


@require_POST
@licensees_only
def end_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """This token opens nothing any more."""
    actions.end_token(person_id=viewer_id(request), token_id=token_id, now=CLOCK.now())
    messages.success(request, _("This token opens nothing any more."))
    return redirect("licensee:organisation")


@require_GET
@never_cache
@licensees_only
def withdrawn(request: HttpRequest) -> HttpResponse:
    """What may not be kept any more, by release, and what was attested."""
    viewer, now = viewer_id(request), CLOCK.now()
    rows = []
    for one in licences.licences_of(viewer):
        for release in runs.releases_of_licence(one.id):
            gone = runs.withdrawn(release.id, one, now=now) if release.state == "published" else []
            if gone:
                rows.append((one, release, gone))
    organisation = organisations.organisation_id_of(viewer) or ""
    told = [(one, one.state(now=now), one.overdue(now=now)) for one in notices.of_licensee(organisation)]
    shown = {"rows": rows, "purges": runs.purges_of_organisation(organisation), "notices": told}
    return render(request, "licensee/withdrawn.html", shown)


@require_POST
@licensees_only
def sign_notice(request: HttpRequest, notice_id: str) -> HttpResponse:
    """The notice was read."""
    organisation = organisations.organisation_id_of(viewer_id(request)) or ""
    meet.sign(notice_id=notice_id, licensee_id=organisation, signed={}, now=CLOCK.now())
    messages.success(request, _("Signed as read. Delete the clips by the second date, and attest it with yesif prune."))
    return redirect("licensee:withdrawn")


@require_http_methods(["GET", "POST"])
@never_cache
@licensees_only
def attest_notice(request: HttpRequest, notice_id: str) -> HttpResponse:
    """Say that what a notice names is deleted, where no `yesif prune` could: there was no copy, or it went another
    way."""
    organisation = organisations.organisation_id_of(viewer_id(request)) or ""
    found = notices.notice(notice_id, organisation)
    form = Purged(request.POST or None)
    if form.is_bound and _done(form, lambda: _attest(request, found, organisation, form)):
        messages.success(request, _("It is on the record: the performer and the auditor see it."))
        return redirect("licensee:withdrawn")
    status = 400 if request.method == "POST" else 200
    return render(request, "licensee/attest.html", {"notice": found, "form": form}, status=status)


def _attest(request: HttpRequest, found: notices.NoticeSeen, organisation: str, form: Purged) -> None:
    with transaction.atomic():
        meet.sign(notice_id=found.id, licensee_id=organisation, signed={}, now=CLOCK.now())
        meet.attest(
            notice_id=found.id,
            licensee_id=organisation,
            removed=form.cleaned_data["removed"],
            words=form.cleaned_data["words"],
            signed={},
            person=viewer_id(request),
            now=CLOCK.now(),
        )


def _done(form: forms.Form, act: Callable[[], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        act()
    except (BadInput, Refused) as wrong:
        form.add_error(None, aloud(wrong))
        return False
    return True
