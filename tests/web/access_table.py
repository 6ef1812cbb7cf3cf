"""Who may do what at every address of the studio. One that has no rule fails `test_access_matrix`.

A page behind a role's door (`only(role)` in web/access.py) has a rule without a row: that role and nobody else, and of
something this world holds, only those it belongs to (`OWNERS`). A row says it exactly, and is needed for every page
without a door:

    "performer:offer": may(get="ana", post="ana"),     an object of the test's world: Ana's booking, so only Ana
    "performer:takes": may(get="performers"),          a page of one role; all other verbs are refused
    "entrance:calls":  open_to("everyone"),            whoever they let in, may; something this world does not hold

The world (tests/web/access_world.py): Ana and Bo played for Pia; Cy performs elsewhere; Max produces elsewhere; Lab
licenses; Una audits; Op runs the studio; `stranger` is signed out. Parts of an address (`<str:take_id>`) are filled
from `World.ids` by their names; a name that is not there is filled with an id of nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

GROUPS = {
    "performers": "ana bo cy",
    "producers": "pia max",
    "licensees": "lab",
    "auditors": "una",
    "operators": "op",
    "people": "ana bo cy pia max lab una op",
    "everyone": "stranger ana bo cy pia max lab una op",
}
VERBS = ("get", "head", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Rule:
    """Who is let in by verb; `absent` where the world does not hold the object, so that 404 is right for them, too."""

    who: Mapping[str, frozenset[str]]
    absent: bool = False
    form: Mapping[str, str] = field(default_factory=dict)

    def lets_in(self, viewer: str, verb: str) -> bool:
        return viewer in self.who.get(verb, frozenset())


def may(*, form: Mapping[str, str] | None = None, absent: bool = False, **verbs: str) -> Rule:
    """`may(get="performers", post="ana")`."""
    who = {verb: frozenset(" ".join(GROUPS.get(w, w) for w in names.split()).split()) for verb, names in verbs.items()}
    assert set(who) <= set(VERBS), f"verbs are {', '.join(VERBS)}"
    return Rule(who, absent, form or {})


def open_to(group: str) -> Rule:
    """These may come in by any verb, or find nothing; everyone else is refused."""
    return may(absent=True, **dict.fromkeys(VERBS, group))


OWNERS = {
    "performer": {"performance_id": "ana", "booking_id": "ana", "grant_id": "ana", "session_id": "ana bo"},
    "producer": dict.fromkeys(("project_id", "session_id", "take_id", "release_id"), "pia"),
}
"""Of what the world holds, whose it is, by door and part of the address."""


def rule_of(name: str, route: str, role: str | None) -> Rule | None:
    """The row of an address, or what its door and its parts say; None where there is neither."""
    if name in TABLE or role is None:
        return TABLE.get(name)
    parts = re.findall(r"<(?:\w+:)?(\w+)>", route)
    owned = [OWNERS[role][part] for part in parts if part in OWNERS.get(role, {})]
    return open_to(owned[0] if owned else f"{role}s")


PUBLIC = may(get="everyone")
BY_TOKEN = may()
"""For programs: a bearer token opens it, no cookie does (tests of api/v1 try the tokens)."""

TABLE: dict[str, Rule] = {
    # entrance
    "entrance:home": PUBLIC,
    "entrance:help": PUBLIC,
    "entrance:sign-in": may(get="everyone", post="everyone"),
    "entrance:sent": PUBLIC,
    "entrance:link": may(get="everyone", post="everyone", absent=True),
    "entrance:sign-out": may(post="everyone"),
    "entrance:answer": open_to("everyone"),
    "entrance:question": open_to("everyone"),
    "entrance:shares": PUBLIC,
    "entrance:apply": open_to("everyone"),
    "entrance:calls": open_to("everyone"),
    "entrance:founding": open_to("everyone"),
    "entrance:join": open_to("everyone"),
    "entrance:language": open_to("everyone"),
    "entrance:listing": open_to("everyone"),
    "entrance:listing-contract": open_to("everyone"),
    "entrance:passkey-options": open_to("everyone"),
    "entrance:passkey-sign-in": open_to("everyone"),
    "entrance:add-passkey": open_to("people"),
    "entrance:passkeys": open_to("people"),
    "entrance:passkeys-options": open_to("people"),
    "entrance:remove-passkey": open_to("people"),
    "audit:check": PUBLIC,
    "entrance:media": may(get="ana"),  # the token in the address was made for her
    # the record's tiles are for anyone; there are none before the first line is sequenced
    "tlog:checkpoint": may(get="everyone", absent=True),
    "tlog:policy": may(get="everyone", absent=True),
    "tlog:tile": may(get="everyone", absent=True),
    # programs
    **dict.fromkeys(("v1:licences", "v1:files", "v1:withdrawn", "v1:file", "v1:run", "v1:close-run"), BY_TOKEN),
    **dict.fromkeys(("v1:lease", "v1:purge", "v1:notices", "v1:sign-notice", "v1:attest-notice", "v1:hook"), BY_TOKEN),
    # room
    "room:room": may(get="ana bo"),
    "room:captions-engine": may(absent=True),  # nothing kept in the folder: absent for everyone
    "room:captions-model": may(absent=True),
    "room:uploads": may(post="performers"),
    "room:upload": may(head="ana", delete="ana"),
    "room:upload-seal": may(post="ana"),
    # performer
    "performer:home": may(get="performers"),
    "performer:offer": may(get="ana", post="ana"),
    "performer:takes": may(get="performers"),
    "performer:review": may(get="ana"),
    "performer:picture": may(get="ana"),
    "performer:track": may(get="ana"),
    "performer:track-picture": may(get="ana", absent=True),
    "performer:seal": may(post="ana"),
    "performer:together": may(post="ana"),
    "performer:release": may(get="ana", post="ana"),
    "performer:withdraw": may(get="ana", post="ana"),
    "performer:lift": may(post="ana"),
    "performer:curtain": may(get="ana bo"),
    "performer:again": may(post="ana bo"),
    "performer:block": may(post="ana bo"),
    "performer:report": may(get="ana bo", post="ana bo"),
    "performer:room-check": may(get="performers"),
    "performer:room-check-speed": may(post="performers"),
    "performer:room-check-found": may(post="performers"),
    "performer:erase": may(get="performers", post="performers"),
    "performer:answers": may(get="performers", post="performers"),
    "performer:answers-meaning": may(post="performers"),
    "performer:answers-end": may(post="ana"),
    # producer
    "producer:home": may(get="producers"),
    "producer:new-project": may(get="producers", post="producers"),
    "producer:project": may(get="pia"),
    "producer:book": may(get="pia", post="pia"),
    "producer:decks": may(get="producers"),
    "producer:import-starter": may(post="producers"),
    "producer:deck": may(get="producers"),
    "producer:sessions": may(get="producers"),
    "producer:session": may(get="pia"),
    "producer:takes": may(get="producers"),
    "producer:take": may(get="pia"),
    "producer:track": may(get="pia"),
    "producer:track-picture": may(get="pia", absent=True),
    "producer:progress": may(get="pia"),
    "producer:go-on": may(post="pia"),
    "producer:new-release": may(get="pia", post="pia"),
    "producer:releases": may(get="producers"),
    "producer:release": may(get="pia"),
    "producer:release-body": may(get="pia"),
    "producer:fetch": may(get="pia", absent=True),
}
