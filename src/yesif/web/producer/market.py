"""A producer's side of the market: organisations let in, a project's price, licences sold."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from yesif.apps.casting import queries as projects
from yesif.apps.market.actions import licences, organisations
from yesif.apps.market.queries.licences import licences_sold
from yesif.apps.market.queries.organisations import organisations_opened_by
from yesif.apps.market.queries.preview import price_of
from yesif.base.errors import BadInput, NotFound, Refused
from yesif.base.money import Money, exponent
from yesif.web.access import producers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.producer.forms import CURRENCIES


class Organisation(forms.Form):
    """A licensee's organisation and the first of its people; the same again lets in a second."""

    name = forms.CharField(
        label=gettext_lazy("Organisation"), max_length=120, help_text=gettext_lazy("As performers read it in answers.")
    )
    email = forms.EmailField(label=gettext_lazy("E-mail address of one of its people"), max_length=200)
    stage_name = forms.CharField(label=gettext_lazy("Their name"), max_length=80)


class Tariff(forms.Form):
    """What a minute of one performance costs."""

    minute = forms.DecimalField(label=gettext_lazy("Price of a minute of one performance"), min_value=0, max_digits=9)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=[(code, code) for code in CURRENCIES])
    licensee = forms.CharField(
        label=gettext_lazy("Only for this organisation"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("A quote. Leave it empty to publish the price for everyone."),
    )

    def price(self) -> dict[str, Any]:
        """What `licences.publish_price` takes; only after `is_valid`."""
        filled = self.cleaned_data
        minor = int(filled["minute"] * 10 ** exponent(filled["currency"]))
        return {"minute": Money(minor, filled["currency"]), "licensee": filled["licensee"].strip()}


@require_http_methods(["GET", "POST"])
@producers_only
def licensees(request: HttpRequest) -> HttpResponse:
    """Organisations this producer opened, and the licences sold."""
    viewer, form = viewer_id(request), Organisation(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _let_in(viewer, **form.cleaned_data)
        except (BadInput, Refused) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("They may act for this organisation; they sign in with that address."))
            return redirect("producer:licensees")
    shown = {"form": form, "organisations": organisations_opened_by(viewer), "licences": licences_sold(viewer)}
    return render(request, "producer/licensees.html", shown, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@producers_only
def price(request: HttpRequest, project_id: str) -> HttpResponse:
    """A project's price: published, or a quote to one organisation."""
    viewer = viewer_id(request)
    project = projects.project(project_id, viewer)
    form = Tariff(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            licences.publish_price(project_id=project.id, producer_id=viewer, now=CLOCK.now(), **form.price())
        except NotFound:
            form.add_error("licensee", _("There is no organisation of that name."))
        else:
            messages.success(request, _("From now on this is the price. Licences that are signed keep theirs."))
            return redirect("producer:price", project.id)
    shown = {"form": form, "project": project, "price": price_of(project.id, "-")}
    return render(request, "producer/price.html", shown, status=400 if form.errors else 200)


def _let_in(viewer: str, *, name: str, email: str, stage_name: str) -> None:
    """Into the organisation of that name, opened at its first mention."""
    known = {title.casefold(): found for found, title, _number in organisations_opened_by(viewer)}
    found = known.get(" ".join(name.split()).casefold()) or organisations.open_organisation(
        name=name, producer_id=viewer, now=CLOCK.now()
    )
    organisations.let_in(organisation_id=found, email=email, stage_name=stage_name, by=viewer, now=CLOCK.now())
