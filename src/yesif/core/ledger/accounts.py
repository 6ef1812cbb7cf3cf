"""What the accounts are called. An account's name says whose money it is and where on its way.

performer:{id}:accrued → payable → in-flight → paid        earned, approved, in a file at the bank, arrived
performer:{id}:withheld, :residue                          tax kept back; less than one minor unit, carried on
project:{id}:escrow → held                                 a producer's money for fees; the part set aside for a booking
project:{id}:owed                                          below zero: fees that escrow did not cover
licence:{id}:received                                      what a licensee has paid in that is not shared out yet
outside:bank, studio:share, labellers:share, welfare:share, exchange:{from}-{to}
"""

from yesif.core.ledger.entry import Stage, performer_account

BANK = "outside:bank"
STUDIO = "studio:share"
LABELLERS = "labellers:share"
WELFARE = "welfare:share"


def accrued(performer: str) -> str:
    return performer_account(performer, Stage.ACCRUED)


def payable(performer: str) -> str:
    return performer_account(performer, Stage.PAYABLE)


def escrow(project: str) -> str:
    return f"project:{project}:escrow"


def held(project: str, holding: str) -> str:
    """The part of a project's escrow set aside for one booking or block."""
    return f"project:{project}:held:{holding}"


def owed(project: str) -> str:
    return f"project:{project}:owed"


def received(licence: str) -> str:
    return f"licence:{licence}:received"


def exchange(source: str, target: str) -> str:
    return f"exchange:{source}-{target}"
