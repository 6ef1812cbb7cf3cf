"""Find by use, and declare."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.market.queries import organisations
from yesif.apps.market.queries.catalogue import on_sale
from yesif.base.errors import BadInput, LimitReached, NotFound, Refused
from yesif.flows import licensing
from yesif.web.access import licensees_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.licensee.forms import Declare, UseWanted


@require_GET
@licensees_only
def home(request: HttpRequest) -> HttpResponse:
    """The catalogue: the use first, then what there is for it."""
    organisation = organisations.organisation_id_of(viewer_id(request))
    if organisation is None:
        return render(request, "licensee/nobody.html")
    form = UseWanted(request.GET if {"what", "where"} & set(request.GET) else None)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = on_sale(organisation_id=organisation, now=CLOCK.now(), **chosen)
    return render(request, "licensee/home.html", {"form": form, "found": found, "chosen": chosen})


@require_http_methods(["GET", "POST"])
@licensees_only
def declare(request: HttpRequest, project_id: str) -> HttpResponse:
    """Declare a use of one project's performances."""
    viewer = viewer_id(request)
    organisation = organisations.organisation_id_of(viewer)
    found = on_sale(organisation_id=organisation or "", now=CLOCK.now(), project_id=project_id)
    if not found:
        raise NotFound
    asked = {name: request.GET[name] for name in ("what", "where") if name in request.GET}
    form = Declare(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            made = licensing.declare(project_id=project_id, person_id=viewer, told=form.declaration(), now=CLOCK.now())
        except (BadInput, LimitReached, Refused) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Declared. Nothing is bought until two of you have signed."))
            return redirect("licensee:licence", made)
    status = 400 if request.method == "POST" else 200
    return render(request, "licensee/declare.html", {"form": form, "project": found[0]}, status=status)
