"""The letter with a sign-in link, sent beside the page's answer so that its speed tells nobody who is here."""

import logging
import smtplib
from concurrent.futures import Future, ThreadPoolExecutor, wait

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

_postbox = ThreadPoolExecutor(max_workers=2, thread_name_prefix="letters")
_under_way: set[Future[None]] = set()


def sign_in_letter(*, to: str, link: str, minutes: int) -> None:
    """Post the letter; returns at once. A letter that cannot be sent is logged without its address."""
    text = render_to_string("entrance/letter.txt", {"link": link, "minutes": minutes})
    posted = _postbox.submit(_send, to, _("Your link to sign in"), text)
    _under_way.add(posted)
    posted.add_done_callback(_under_way.discard)


def stays() -> str:
    """Where letters stay in a studio that sends no e-mail: "page" (kept here, the operator reads them on a page),
    "folder" (kept here) or "screen" (printed where the studio was started); "" where a mail server takes them."""
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return "screen"
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return "folder" if settings.PRODUCTION else "page"
    return ""


def settle() -> None:
    """Wait until every letter so far is sent or has failed; for tests and for a clean stop."""
    wait(set(_under_way), timeout=30)


def _send(to: str, title: str, text: str) -> None:
    try:
        send_mail(title, text, None, [to])
    except (OSError, smtplib.SMTPException) as wrong:
        logger.error("a sign-in letter could not be sent", extra={"kind": type(wrong).__name__})  # noqa: TRY400
