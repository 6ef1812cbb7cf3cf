"""What `bin/words` runs: draw the messages from the sources into each catalogue, and compile it."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from tests.house import catalogue, msgids  # noqa: E402


def main() -> int:
    """Returns 1 while a message has no text, and prints which."""
    (msgids.SOURCE / "web" / "aloud.json").write_text(json.dumps(msgids.listed(), ensure_ascii=False, indent=0) + "\n")
    missing = 0
    for path in sorted((msgids.SOURCE / "locale").glob("*/LC_MESSAGES/django.po")):
        had = catalogue.read(path)
        entries = [(one, had.get(one) or (("", "") if one[1] else ("",))) for one in msgids.wanted()]
        catalogue.write(path, entries)
        path.with_suffix(".mo").write_bytes(catalogue.compiled(one for one in entries if all(one[1])))
        without = [one[0] for one, texts in entries if not all(texts)]
        missing += len(without)
        for text in without:
            print(f"{path.parts[-3]}: {text}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
