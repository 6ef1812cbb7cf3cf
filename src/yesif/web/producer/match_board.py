"""Blocks and the match board: who could play with whom and why, pin and forbid, settle, pair again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from yesif.apps.casting import queries
from yesif.apps.casting.actions import blocks as acts
from yesif.apps.casting.queries import blocks as seen
from yesif.base.errors import BadInput, NotCovered, Refused
from yesif.flows import blocks
from yesif.web.access import producers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.producer.casting_forms import Block
from yesif.web.producer.money import to_pay_in


@never_cache
@require_http_methods(["GET", "POST"])
@producers_only
def board(request: HttpRequest, project_id: str) -> HttpResponse:
    """Every block of the project; those not settled with their pairs as matching has them now; and one more block."""
    viewer, now = viewer_id(request), CLOCK.now()
    project = queries.project(project_id, viewer)
    form = Block(request.POST or None)
    if request.method == "POST" and form.is_valid():
        filled = form.cleaned_data
        try:
            acts.make_block(
                project_id=project_id,
                producer_id=viewer,
                starts_at=filled["starts"],
                minutes=filled["minutes"],
                seats=filled["seats"],
                scenes=filled["scenes"],
                now=now,
            )
        except BadInput as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("The block is made. Everyone under contract sees it in their calendar."))
            return redirect("producer:match-board", project_id)
    found = blocks.plan(project_id, viewer, now=now)
    names, wishes = found.names, seen.wishes(project_id)
    planned = {
        block.id: [(one, names[one.fit.a], names[one.fit.b]) for one in found.plan.matches if one.slot == block.id]
        for block in found.blocks
    }
    context = {
        "project": project,
        "form": form,
        "open": [(block, planned[block.id], _over(block, found)) for block in found.blocks],
        "settled": [one for one in seen.blocks(project_id, viewer) if one.settled_at is not None],
        "wishes": [(a, b, names.get(a, ""), names.get(b, ""), pinned) for (a, b), pinned in wishes.items()],
        "impossible": [(names.get(one.a, ""), names.get(one.b, "")) for one in found.plan.impossible],
        "people": sorted(names.items(), key=lambda one: one[1]),
    }
    return render(request, "casting/board.html", context, status=400 if request.method == "POST" else 200)


@require_POST
@producers_only
def wish(request: HttpRequest, project_id: str) -> HttpResponse:
    """Pin two, forbid two, or take it back."""
    sent = request.POST
    try:
        acts.wish(
            project_id=project_id,
            producer_id=viewer_id(request),
            a=sent.get("a", ""),
            b=sent.get("b", ""),
            kind=sent.get("kind", ""),
        )
    except BadInput as wrong:
        messages.error(request, aloud(wrong))
    return redirect("producer:match-board", project_id)


@never_cache
@require_http_methods(["GET"])
@producers_only
def block(request: HttpRequest, block_id: str) -> HttpResponse:
    """One block: pairs and why, who confirmed, who is here, who stands by."""
    found = seen.block(block_id, viewer_id(request))
    project = queries.project(found.project_id, viewer_id(request))
    here = sum(one.here for one in found.coming)
    return render(request, "casting/block.html", {"this": found, "project": project, "here": here})


@require_POST
@producers_only
def settle(request: HttpRequest, block_id: str) -> HttpResponse:
    """Settle the block as the board has it now; those in it are reminded from here on."""
    try:
        pairs = blocks.settle(block_id, viewer_id(request), now=CLOCK.now())
    except Refused as wrong:
        project_id = seen.block(block_id, viewer_id(request)).project_id
        messages.error(request, to_pay_in(project_id, wrong) if isinstance(wrong, NotCovered) else aloud(wrong))
        return redirect("producer:match-board", project_id)
    text = ngettext("Settled: %(n)d pair.", "Settled: %(n)d pairs.", pairs)
    messages.success(request, text % {"n": pairs})
    return redirect("producer:block", block_id)


@require_POST
@producers_only
def again(request: HttpRequest, block_id: str) -> HttpResponse:
    """Pair those who are here; whoever already plays is left alone."""
    seen.block(block_id, viewer_id(request))
    new = blocks.pair_again(block_id, now=CLOCK.now())
    text = ngettext("%(n)d new pair.", "%(n)d new pairs.", len(new))
    messages.success(request, text % {"n": len(new)})
    return redirect("producer:block", block_id)


def _over(found: seen.BlockSeen, board: blocks.Board) -> list[str]:
    """Stage names of those who could and are in no pair of this block."""
    paired = {name for one in board.plan.matches if one.slot == found.id for name in (one.fit.a, one.fit.b)}
    return [one.stage_name for one in found.coming if one.performer_id not in paired]
