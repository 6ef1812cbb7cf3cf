"""“Check it yourself”: one page that needs neither network nor studio, savable as one file.

It is the only page with its script inside, because it must live on as a single file; a strict policy inside the page
itself names that script and style by their hashes and allows no connection (docs/decisions/0014).
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from csp.decorators import csp_exempt
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

_FOLDER = Path(__file__).parents[1] / "static" / "yesif"
_MODULES = ("js/lib/words.js", "js/lib/ed25519.js", "js/lib/receipt-check.js", "js/elements/receipt-page.js")
_IMPORT = re.compile(r"^import .*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


@csp_exempt()
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """The page. `?save` offers it as a file."""
    page, policy = _page(get_language() or "en")
    answer = HttpResponse(page)
    answer["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'"
    if "save" in request.GET:
        answer["Content-Disposition"] = 'attachment; filename="check.html"'
    return answer


@cache
def _page(tongue: str) -> tuple[str, str]:  # made once in each language
    script = "\n".join(_EXPORT.sub("", _IMPORT.sub("", (_FOLDER / name).read_text())) for name in _MODULES)
    style = (_FOLDER / "css/check.css").read_text()
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    page = str(render_to_string("auditor/check.html", {"tongue": tongue[:2]}))
    page = page.replace("POLICY", policy, 1).replace("<!-- STYLE -->", f"<style>{style}</style>", 1)
    return page.replace("<!-- SCRIPT -->", f'<script type="module">{script}</script>', 1), policy


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
