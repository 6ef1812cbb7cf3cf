"""One's own lines: themes open, ask or never; what cannot be done here; how heavy today. Private, and deletable."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from yesif.apps.casting.actions import sheets as acts
from yesif.apps.casting.queries import sheets
from yesif.apps.decks import queries as decks
from yesif.core.matching.sheet import LINES, Sheet
from yesif.web.access import performers_only, viewer_id
from yesif.web.clock import CLOCK
from yesif.web.performer.casting_forms import Lines


@never_cache
@require_http_methods(["GET", "POST"])
@performers_only
def lines(request: HttpRequest) -> HttpResponse:
    """The sheet, whole. Nothing is counted, measured or shown to anyone: it only limits what is dealt."""
    viewer, own = viewer_id(request), sheets.own(viewer_id(request))
    themes = sheets.themes()
    first = {"limits": list(own.limits), "most": str(own.most)}
    form = Lines(request.POST or None, limits=sheets.limits(), initial=first)
    if request.method == "POST" and form.is_valid():
        drawn = {one.id: line for one in themes if (line := request.POST.get(f"theme-{one.id}", "")) in LINES}
        agreed = [one.id for one in themes if request.POST.get(f"yes-{one.id}") and drawn.get(one.id) == "ask"]
        acts.write(
            performer_id=viewer,
            lines=drawn,
            agreed=agreed,
            limits=form.cleaned_data["limits"],
            most=form.cleaned_data["most"],
            on=CLOCK.now().date(),
            now=CLOCK.now(),
        )
        messages.success(request, _("Saved. Only matching and dealing read it; nobody is told what you drew."))
        return redirect("performer:lines")
    rows = [(one, own.lines.get(one.id, one.usual), one.id in own.agreed) for one in themes]
    fits, whole = _fitting(viewer)
    context = {"form": form, "rows": rows, "own": own, "fits": fits, "whole": whole}
    return render(request, "casting/lines.html", context, status=400 if request.method == "POST" else 200)


@require_POST
@performers_only
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the sheet: the decks' usual lines hold again."""
    acts.delete(performer_id=viewer_id(request))
    messages.success(request, _("Your lines are deleted. The usual lines of each deck hold for you now."))
    return redirect("performer:lines")


def _fitting(viewer: str) -> tuple[int, int]:
    """How many of the studio's newest decks' cards can be dealt to this performer, and of how many."""
    sheet: Sheet = sheets.on([viewer], CLOCK.now().date())[viewer]
    packs = [sheets.pack_of_deck(one.id) for one in _newest(decks.decks())]
    return sum(pack.for_sheet(sheet).bit_count() for pack in packs), sum(len(pack.cards) for pack in packs)


def _newest(found: Sequence[decks.DeckSeen]) -> list[decks.DeckSeen]:
    kept: dict[str, decks.DeckSeen] = {}
    for one in found:  # newest first
        kept.setdefault(one.key, one)
    return list(kept.values())
