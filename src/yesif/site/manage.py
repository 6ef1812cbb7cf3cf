"""Django's own commands, with our settings: `yesif manage …`."""

import os
import sys
from collections.abc import Sequence

from django.core.management import execute_from_command_line


def manage(arguments: Sequence[str]) -> None:
    """Run one Django command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yesif.site.settings")
    execute_from_command_line(["yesif manage", *arguments])


if __name__ == "__main__":
    manage(sys.argv[1:])
