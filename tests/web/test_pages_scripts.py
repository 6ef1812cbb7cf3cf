"""The pure modules of the pages, tested by Node where it is here."""

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "js"


def test_the_modules_of_the_review_page_do_what_they_say() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node, which is not here")
    run = subprocess.run([node, "--test", str(FOLDER)], capture_output=True, text=True, timeout=60, check=False)
    if "Cannot find module" in run.stdout + run.stderr:  # before Node 21 a folder is not looked into
        files = sorted(map(str, FOLDER.glob("*.mjs")))
        run = subprocess.run([node, "--test", *files], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout[-4000:]
