"""Letters to performers whose takes wait for their decision. Silence is never a yes, so the letters say until when."""

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from yesif.apps.footage.actions import reminders
from yesif.apps.footage.queries import reminders as queries
from yesif.flows.engine import Run, workflow


@workflow("review-reminders", every=timedelta(hours=1))
def review_reminders(job: Run) -> dict[str, int]:
    """Send what is due. A crash between the two steps loses a letter rather than sending it twice."""
    due: list[str] = job.step("due", lambda: reminders.due(now=job.now()))
    return {"sent": sum(bool(job.step(f"send-{one}", partial(send, one))) for one in due)}


def send(performance_id: str) -> bool:
    """One letter; no name in it, and nothing of what was played but the card's title."""
    letter = queries.letter(performance_id)
    if letter is None:
        return False
    body = _(
        "Your take “%(title)s” waits for your decision until %(by)s.\n\n"
        "Until then you can watch it, seal what was private, release it or withdraw it: %(url)s\n\n"
        "If you do nothing it is in no release. Not deciding never counts as a yes. Your fee stands either way."
    ) % {
        "title": letter.title,
        "by": f"{letter.decide_by:%Y-%m-%d}",
        "url": f"{settings.PUBLIC_URL}/performer/takes/{performance_id}",
    }
    send_mail(_("A take waits for you"), body, settings.DEFAULT_FROM_EMAIL, [letter.address])
    return True
