"""The recorder's pure modules, by their own tests in JavaScript."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent / "js"


def test_the_recorders_modules_pass_their_own_tests() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node, which is not on this machine (it is only needed to test)")
    tests = sorted(map(str, SCRIPTS.glob("*.test.js")))
    run = subprocess.run([node, "--test", *tests], capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
