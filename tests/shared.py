"""Where footage, models and vectors for tests lie: beside the repository, never in it. Absent ones skip in words."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared(path: str) -> Path:
    """The file or folder `path` of the shared folder; skips the test where it is absent."""
    found = Path(os.environ.get("YESIF_SHARED", ROOT.parent / "shared")) / path
    if not found.exists():
        pytest.skip(f"needs {path} from the shared folder (YESIF_SHARED), which is not here")
    return found
