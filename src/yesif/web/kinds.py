"""Words of the closed lists (states, kinds, roles, reasons) that pages show, so that catalogues hold them."""

from django.utils.translation import gettext_noop as _

KINDS = (
    # roles
    _("performer"), _("producer"), _("licensee"), _("auditor"), _("operator"),
    # parts, tracks, forms
    _("voice"), _("camera"), _("heard"), _("face"), _("movement"), _("words"), _("labels"), _("recording"),
    _("measurements"), _("plain"), _("sealed"),
    # states
    _("expected"), _("received"), _("in review"), _("failed"), _("drafted"), _("draft"), _("approved"), _("sent"),
    _("paid"), _("returned"), _("dropped"), _("offered"), _("accepted"), _("declined"), _("open"), _("closed"),
    _("waiting"), _("building"), _("published"), _("empty"), _("proposed"), _("agreed"), _("upheld"), _("overturned"),
    _("ended"), _("stopped"), _("queued"), _("running"), _("done"),
    # paid time
    _("training"), _("room check"), _("scenes"), _("cool down"), _("review"), _("labelling"), _("stood up"),
    _("standing by"), _("claim"), _("things"), _("once"), _("fee"), _("royalty"),
    # rulings
    _("reject"), _("remove"), _("deactivate"), _("sound"), _("picture"), _("out of step"), _("other scene"),
    _("nobody there"), _("crossed a line"), _("broke the contract"), _("other person"), _("under age"),
    # lines of the record
    _("genesis"), _("key"), _("uses version"), _("notice"), _("grant"), _("revoke"), _("suspend"), _("resume"),
    _("session"), _("track sealed"), _("licence"), _("release"), _("run open"), _("lease"), _("run close"),
    _("revocation notice"), _("purge"), _("escrow"), _("payout"), _("ledger close"), _("erasure"), _("finding"),
    _("day close"), _("take"),
    # what happens in a room
    _("card shown"), _("countdown"), _("action"), _("cut"), _("paused"), _("resumed"), _("softened"), _("joined"),
    _("left"), _("away"), _("ready"), _("swapped"), _("help"), _("off the record"), _("on the record"), _("report"),
    # checks that only a machine would name
    _("voice above the room"), _("picture against voice"),
    # when someone can
    _("Mon morning"), _("Mon afternoon"), _("Mon evening"), _("Tue morning"), _("Tue afternoon"), _("Tue evening"),
    _("Wed morning"), _("Wed afternoon"), _("Wed evening"), _("Thu morning"), _("Thu afternoon"), _("Thu evening"),
    _("Fri morning"), _("Fri afternoon"), _("Fri evening"), _("Sat morning"), _("Sat afternoon"), _("Sat evening"),
    _("Sun morning"), _("Sun afternoon"), _("Sun evening"),
    # languages, as the board names them
    _("Arabic"), _("German"), _("English"), _("Spanish"), _("French"), _("Hindi"), _("Italian"), _("Japanese"),
    _("Dutch"), _("Polish"), _("Portuguese"), _("Turkish"), _("Ukrainian"), _("Chinese"),
)  # fmt: skip
