"""The licensee's side: declare a run, lease keys, read clips in memory, report, delete what was withdrawn.

from yesif.cli.licensee import Account
from yesif.core.corpus import Reader

with Account.read("account.json").run(
    licence="lic_…", release="rel_…", what="understand-feeling", where="research", model="m1", environment="lab"
) as run:
    for sample in Reader("release", keys=run.keys("release")):
        ...
"""

from yesif.cli.licensee.account import Account
from yesif.cli.licensee.run import OpenRun

__all__ = ["Account", "OpenRun"]
