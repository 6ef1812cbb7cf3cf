"""Home, help, and signing in by a link that comes as a letter."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.i18n import set_language

from yesif.apps.money.queries import royalties
from yesif.apps.people import actions, queries
from yesif.core.ledger import floors
from yesif.web.access import safe_onward
from yesif.web.entrance import letters
from yesif.web.entrance.forms import SignIn
from yesif.web.entrance.limits import within

DOORS = {"performer": "performer:home", "producer": "producer:home", "operator": "entrance:studio"}
"""Roles that have pages, and their first one."""


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The one door of a person with one role; all of them for a person with several; what this is, for a stranger."""
    if not request.user.is_authenticated:
        return render(request, "entrance/welcome.html")
    held = queries.roles_of(request.user.pk)
    if len(held) == 1 and held[0] in DOORS:
        return redirect(DOORS[held[0]])
    doors = [(role, DOORS.get(role)) for role in held]
    return render(request, "entrance/home.html", {"doors": doors})


@require_GET
def about_help(request: HttpRequest) -> HttpResponse:
    """Whom to ask, and what to do when something is stuck."""
    return render(request, "entrance/help.html")


@require_GET
def shares(request: HttpRequest) -> HttpResponse:
    """How royalties are shared, every version that was published, and the least an hour may be paid. Open to all."""
    rows = sorted(floors.standard(), key=lambda row: (row.place, row.starts))
    return render(request, "entrance/shares.html", {"all_terms": royalties.all_terms(), "floors": rows})


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a link. The answer is the same whether the address is known or not."""
    onward = safe_onward(request, request.POST.get("next") or request.GET.get("next"))
    form = SignIn(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 400
        return render(request, "entrance/sign_in.html", {"form": form, "next": onward}, status=status)
    email = form.cleaned_data["email"].strip().lower()
    asked_by = request.META.get("REMOTE_ADDR", "")
    if not within("link-from", asked_by, times=30, seconds=3600) or not within("link", email, times=5, seconds=900):
        return render(request, "entrance/wait.html", status=429)
    known = queries.id_of_address(email)
    if known is not None:
        link = queries.sign_in_link(known, onward="" if onward == "/" else onward)
        letters.sign_in_letter(to=email, link=link, minutes=settings.SESAME_MAX_AGE // 60)
    return redirect("entrance:sent")


@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """Look in your letters; where the studio sends none, that is said, to everyone alike."""
    context = {"minutes": settings.SESAME_MAX_AGE // 60, "stays": letters.stays()}
    return render(request, "entrance/sent.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows whom the link signs in and changes nothing, so that a letter scanner may open it; POST signs in."""
    person = queries.person_of_link(token)
    if person is None:
        minutes = settings.SESAME_MAX_AGE // 60
        return render(request, "entrance/old_link.html", {"form": SignIn(), "minutes": minutes}, status=404)
    if request.method == "GET":
        onward = safe_onward(request, request.GET.get("next"))
        return render(request, "entrance/link.html", {"person": person, "next": onward})
    actions.sign_in(request, token=token)
    return redirect(safe_onward(request, request.POST.get("next")))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session."""
    actions.sign_out(request)
    messages.success(request, _("You are signed out on this browser."))
    return redirect("entrance:home")


@csrf_exempt
@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Keep the language of this browser's pages in a cookie.

    Without a token: a forged choice changes words and nothing else, and so a stranger's page needs no cookie of ours.
    """
    return set_language(request)
