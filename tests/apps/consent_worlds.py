"""A studio full of people who said all kinds of things, straight into the tables, from a seed."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from yesif.apps.casting.models import Booking, Project
from yesif.apps.consent.models import Grant, GrantItem, GrantName, Revocation, Seat, Suspension
from yesif.apps.decks.models import Card, Deck
from yesif.apps.footage.models import Performance, SealedSpan, Take
from yesif.apps.people.models import Person, Role
from yesif.apps.stage.models import Scene, Session
from yesif.base import ids
from yesif.core.policy.uses import CURRENT, Form, Price, Use

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WHAT, WHERE = "understand-speech", "research"
COPY = "copy-my-voice"
LENGTH = 60_000_000_000


@dataclass
class Rows:
    """What will be written, table by table, in the order of their keys."""

    people: list[Person] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    items: list[GrantItem] = field(default_factory=list)
    names: list[GrantName] = field(default_factory=list)
    revocations: list[Revocation] = field(default_factory=list)
    suspensions: list[Suspension] = field(default_factory=list)
    takes: list[Take] = field(default_factory=list)
    performances: list[Performance] = field(default_factory=list)
    seals: list[SealedSpan] = field(default_factory=list)

    def write(self) -> None:
        for rows in vars(self).values():
            if rows:
                type(rows[0]).objects.bulk_create(rows, batch_size=2000)


@dataclass
class Studio:
    """What was made: two projects, people, and takes of one, two and seldom three."""

    seed: int
    performers: int
    takes: int
    kindness: float = 0.93
    rows: Rows = field(default_factory=Rows)
    projects: list[str] = field(default_factory=list)

    def make(self) -> "Studio":
        """Write it all."""
        throw = Random(self.seed)
        scenes, seat = self._stage()
        for number in range(self.performers):
            self._performer(throw, number, seat)
        for number in range(self.takes):
            self._take(throw, number // len(scenes) + 1, scenes[number % len(scenes)])
        for one in self.rows.grants:
            if one.reach == "performances":
                named = throw.choice(self.rows.performances).id
                self.rows.names.append(GrantName(grant=one, kind="performance", name=named))
        self.rows.write()
        return self

    def uses(self) -> list[Use]:
        """Questions to put: any use, a narrow one, a core use, a copy, one licensed before the pauses."""
        asked: dict[str, Any] = {
            "what": WHAT,
            "where": WHERE,
            "licensee": "Lab",
            "starts": NOW - DAY,
            "ends": NOW + 90 * DAY,
        }
        return [
            Use(**asked, price=Price(50, "EUR")),
            Use(**asked, form=Form.MEASUREMENTS, territories=frozenset({"AU", "NZ"}), price=Price(50, "EUR")),
            Use(**asked, project=self.projects[0], territories=frozenset({"AU"}), licensed_at=NOW - 9 * DAY),
            Use(**{**asked, "what": COPY}, description="A talking map", price=Price(70, "EUR")),
            Use(**{**asked, "what": "move-like-people"}, licensed_at=NOW - 2 * DAY),
        ]

    def _stage(self) -> tuple[list[str], Seat]:
        pia = Person(email=f"pia{self.seed}@worlds.test")
        self.rows.people.append(pia)
        pia.save()
        deck = Deck.objects.create(key=f"w{self.seed}", version="1", title="W", language="en")
        words = dict.fromkeys(("title", "relationship", "where", "moment_before", "objective_a", "objective_b"), "w")
        card = Card.objects.create(deck=deck, key="w", **words)
        scenes = []
        terms = {"core_what": WHAT, "core_where": WHERE, "core_ends": date(2027, 6, 1)}
        for number in range(2):
            project = Project.objects.create(producer=pia, title=f"P{number}", **terms)
            self.projects.append(project.id)
            session = Session.objects.create(project=project, number=self.seed * 10 + number + 1, starts_at=NOW)
            scenes += [Scene.objects.create(session=session, card=card, order=n + 1).id for n in range(2)]
        self.rows.people.clear()
        return scenes, Seat.objects.create(name=f"Union {self.seed}", holder=pia, made_at=NOW)

    def _performer(self, throw: Random, number: int, seat: Seat) -> None:
        who = Person(email=f"p{self.seed}.{number}@worlds.test")
        self.rows.people.append(who)
        self.rows.roles.append(Role(person=who, role="performer"))
        former = None
        for place in range(throw.choice([0, 1, 1, 1, 2])):
            given = NOW - (20 - place) * DAY if throw.random() < 0.95 else NOW + DAY  # sometimes not given yet
            former = self._grant(throw, who, "standing", given, replaces=former)
        if throw.random() < 0.2:
            self._core(throw, who)
        for reach, share in (("asked", 0.1), ("copy", 0.15), ("performances", 0.02)):
            if throw.random() < share:
                self._grant(throw, who, reach, NOW - 5 * DAY)
        if throw.random() < 0.08:
            lifted = throw.choice([None, NOW - DAY, NOW + DAY])
            self.rows.suspensions.append(
                Suspension(seat=seat, performer=who, since=NOW - throw.choice([1, 3, 5, 12]) * DAY, lifted_at=lifted)
            )

    def _core(self, throw: Random, who: Person) -> None:
        project = throw.choice(self.projects)
        booking = Booking(
            project_id=project, performer=who, starts_at=NOW, core_what=WHAT, core_where=WHERE, fee_minor=1,
            core_ends=date(2027, 6, 1), currency="EUR", offered_at=NOW - 9 * DAY, accepted_at=NOW - 9 * DAY,
        )  # fmt: skip
        self.rows.bookings.append(booking)
        given = NOW - throw.choice([2, 9]) * DAY
        grant = self._row(throw, who, "core", given, project_id=project, booking=booking)
        for item in (WHAT, WHERE):
            self.rows.items.append(GrantItem(grant=grant, item=item, answer="yes"))

    def _grant(self, throw: Random, who: Person, reach: str, given: datetime, replaces: Grant | None = None) -> Grant:
        copied = {"copy_description": "A talking map", "copy_confirmed_at": given, "on_revoke": "destroy"}
        grant = self._row(throw, who, reach, given, replaces=replaces, **(copied if reach == "copy" else {}))
        shown = {"copy": {COPY, WHERE}, "asked": {WHAT, WHERE}}.get(reach, CURRENT.items)
        for item in sorted(shown):
            rather = "yes" if reach == "copy" else self._rather(throw, "yes", "ask", "no", "")
            answer = "no" if item in CURRENT.copies and reach != "copy" and throw.random() < 0.1 else rather
            if item in CURRENT.copies and reach != "copy" and answer == "yes":
                answer = ""
            self.rows.items.append(GrantItem(grant=grant, item=item, answer=answer))
        return grant

    def _row(self, throw: Random, who: Person, reach: str, given: datetime, **more: Any) -> Grant:
        floor = self._rather(throw, None, 40, 60)
        terms: dict[str, Any] = {
            "until": given + self._rather(throw, 300, 1, 19) * DAY,
            "form": throw.choice(["recording", "measurements"]),
            "partner": throw.random() < 0.5,
            "on_revoke": throw.choice(["stop-new", "retire"]),
            "floor_minor": floor,
            "floor_currency": self._rather(throw, "EUR", "USD") if floor else "",
        }
        grant = Grant(
            id=ids.new("grt"), performer=who, given_at=given, uses_version=CURRENT.version, reach=reach,
            credit="no-name", **(terms | more),
        )  # fmt: skip
        self.rows.grants.append(grant)
        names = {
            "allowed": {"lab"} if reach == "copy" else self._rather(throw, set(), {"lab"}, {"lab", "other"}, {"other"}),
            "refused": self._rather(throw, set(), set(), {"other"}, {"lab"}),
            "territory": self._rather(throw, set(), {"AU", "NZ"}, {"AU"}, {"FR"}),
            "held-back": self._rather(throw, set(), {"words"}, {"voice", "face"}, {"voice", "words"}),
        }
        for kind, several in names.items():
            self.rows.names += [GrantName(grant=grant, kind=kind, name=name) for name in sorted(several)]
        if throw.random() > self.kindness:
            self.rows.revocations.append(Revocation(grant=grant, at=NOW - throw.choice([0, 1, -1]) * DAY))
        return grant

    def _take(self, throw: Random, number: int, scene: str) -> None:
        take = Take(scene_id=scene, number=number, action_ns=0, cut_ns=LENGTH, state="sealed")
        self.rows.takes.append(take)
        many = throw.choice([1, *[2] * 17, 3])
        for who, position in zip(throw.sample(self.rows.people, many), "abc", strict=False):
            one = Performance(
                take=take, performer=who, position=position, leak_db=throw.choice([None, -20.0, -60.0, -60.0]),
                summary={"words_apart": True} if throw.random() < 0.6 else {},
                state=self._rather(throw, "released", "in-review"),
                withdrawn_at=self._rather(throw, None, NOW, NOW + DAY),
            )  # fmt: skip
            self.rows.performances.append(one)
            if throw.random() < 0.05:
                end = throw.choice([9, LENGTH // 2, LENGTH])
                lifted = throw.choice([None, None, NOW, NOW + DAY])
                self.rows.seals.append(
                    SealedSpan(performance=one, start_ns=0, end_ns=end, sealed_at=NOW - DAY, lifted_at=lifted)
                )

    def _rather(self, throw: Random, usual: Any, *others: Any) -> Any:
        return usual if throw.random() < self.kindness else throw.choice(others)
