"""From a reminder, without signing in: "I'll be there", or "I can't", with one tap."""

from datetime import timedelta

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yesif.apps.casting.actions import blocks as acts
from yesif.apps.casting.queries import blocks as seen
from yesif.base.errors import NotFound
from yesif.flows import remind
from yesif.web.clock import CLOCK
from yesif.web.performer.calendar import step_back

LIVES = timedelta(days=5)


@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET changes nothing, so that a letter scanner may open it; POST is the tap."""
    try:
        kept: dict[str, str] = signing.loads(token, salt=remind.SALT, max_age=LIVES)
    except signing.BadSignature as wrong:
        raise NotFound from wrong
    block_id, who = kept["b"], kept["p"]
    one = seen.my_block(block_id, who)
    if request.method == "GET" or not one.said:
        return render(request, "casting/answer.html", {"this": one})
    if request.POST.get("answer") == "there":
        acts.confirm(block_id=block_id, performer_id=who, now=CLOCK.now())
        messages.success(request, _("Good. The block opens 30 minutes before it starts."))
    elif request.POST.get("answer") == "cannot":
        step_back(request, block_id, who)
    return redirect("entrance:home")
