"""`python -m yesif.cli` is the command `yesif`."""

from yesif.cli.main import main

main()
