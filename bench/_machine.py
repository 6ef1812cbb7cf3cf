"""What machine and which versions a benchmark's figures belong to, printed above them."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version


def head(*packages: str) -> None:
    """Print the machine and the versions of the packages compared."""
    versions = []
    for package in packages:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            versions.append(f"{package} not installed")
    load = os.getloadavg()[0]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f}"
    print(f"{machine}; {', '.join(versions)}")
