"""The one place where a refusal becomes an answer to a program: a status, the kind, and the sentence.

{"error": {"kind": "NotConsented", "sentence": "Nothing in this release may be used for this today …"}}
"""

from django.http import JsonResponse

from yesif.base.errors import BadInput, Conflict, Damaged, LimitReached, NotFound, Refused, YesIfError

STATUS: tuple[tuple[type[YesIfError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Refused, 403),
    (BadInput, 400),
    (LimitReached, 429),
    (Damaged, 422),
)


def refusal(error: YesIfError, *, status: int = 0) -> JsonResponse:
    """The answer for a refusal of the house; `status` where the kind alone does not say it (401)."""
    mapped = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
    body = {"error": {"kind": type(error).__name__, "sentence": str(error)}}
    answer = JsonResponse(body, status=status or mapped)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # a refusal is an answer, not a fault worth a line
    if isinstance(error, LimitReached):
        answer["Retry-After"] = "60"
    return answer
