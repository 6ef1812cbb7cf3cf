"""One machine over the books: book, play, approve, take back, lease, share, pay, return, leave.

After each step the books are held against a model that is kept in plain numbers, and I1–I16 of the rules are looked at.
Balances are summed by a query of the machine's own, over every posting there is; at the end of each example the
journal is replayed, and the house's own sums must be the same. Each example runs in one transaction that is rolled
back, so that a hundred thousand steps need one database.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.core.test_payout_files import with_check
from yesif.apps.money.actions import books, corrections, escrow, fees, payees, payruns, royalties
from yesif.apps.money.queries import books as queries
from yesif.apps.money.queries import payees as accounts_of
from yesif.apps.money.queries import payruns as runs
from yesif.apps.money.queries import royalties as royalty_queries
from yesif.base.errors import BadInput, Conflict, Refused
from yesif.base.money import MICRO, Money
from yesif.core.ledger import accounts, fee, royalty
from yesif.core.ledger.entry import balances
from yesif.core.ledger.exchange import ExchangeRate
from yesif.core.ledger.fee import Rate
from yesif.core.ledger.payout.bank import Account
from yesif.core.ledger.royalty import Leased

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PEOPLE = ("per_ana", "per_bo", "per_cy")
PROJECTS = {"prj_1": "EUR", "prj_2": "AUD"}
LICENCES = ("lic_1", "lic_2")
_HELD = """SELECT p.account, e.currency, SUM(p.micro) FROM money_postingrow p
JOIN money_entryrow e ON e.seq = p.entry_id GROUP BY p.account, e.currency"""
_OF_ONE = _HELD.replace(" GROUP BY", " WHERE e.currency = %s AND p.account IN (%s, %s, %s, %s, %s, %s) GROUP BY")
STAGES = ("accrued", "payable", "in-flight", "paid", "withheld", "residue")


class Books(RuleBasedStateMachine):
    """`earned`: what the model says each person earned ever, by currency, in micro-units; the rest is looked up."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.n, self.now = 0, NOW
        self.earned: dict[tuple[str, str], int] = {}
        self.royalties: dict[tuple[str, str], int] = {}
        self.revoked: set[str] = set()
        self.leases: list[tuple[str, Leased]] = []
        self.fees: dict[str, tuple[str, str, int]] = {}
        self.waiting: dict[str, tuple[str, datetime]] = {}  # fees that nobody approved: project, and when it is late
        self.open: set[str] = set()
        self.sent: dict[str, tuple[str, str, int]] = {}
        self.back: set[str] = set()

    def teardown(self) -> None:
        replayed = balances(entry for _, entry in queries.journal())  # I14: the journal alone gives the same books
        assert replayed == queries.balances_at(2**62) == _held()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        iban = Account("iban", "Studio", with_check("DE", f"{7:018d}"))
        payees.keep(owner="payer:iban", account=iban, now=self.now)
        for who in PEOPLE[:2]:  # Cy has given no account: what is Cy's waits and stays Cy's
            self._give_account(who)

    def _give_account(self, who: str) -> None:
        own = Account("iban", who, with_check("DE", f"{PEOPLE.index(who):018d}"))
        payees.keep(owner=who, account=own, place="DE", now=self.now)

    def _next(self) -> int:
        self.n += 1
        self.now += timedelta(hours=5)
        return self.n

    @rule(project=st.sampled_from(sorted(PROJECTS)), minor=st.integers(1, 500_000))
    def pay_in(self, project: str, minor: int) -> None:
        n, money = self._next(), Money(minor, PROJECTS[project])
        for _ in range(2):  # I3: twice is once
            escrow.deposit(project_id=project, money=money, key=f"d{n}", line=lambda _: n, now=self.now)

    @rule(project=st.sampled_from(sorted(PROJECTS)), minutes=st.integers(1, 480), rate=st.integers(0, 9000))
    def book(self, project: str, minutes: int, rate: int) -> None:
        n, currency = self._next(), PROJECTS[project]
        micro = fee.fee_micro(minutes * 60_000, Rate(rate, currency))
        there = queries.balance(accounts.escrow(project), currency)
        covered = there >= micro and queries.balance(accounts.owed(project), currency) == 0
        try:
            escrow.reserve(
                project_id=project, holding=f"b{n}", micro=micro, currency=currency, line=lambda _: n, now=self.now
            )
            assert covered or micro == 0
        except Refused:
            assert not covered
            assert queries.balance(accounts.escrow(project), currency) == there
        if n % 3 == 0:
            escrow.release(project_id=project, holding=f"b{n}", currency=currency, line=lambda _: n, now=self.now)

    @rule(who=st.sampled_from(PEOPLE), project=st.sampled_from(sorted(PROJECTS)), ms=st.integers(1, 14_400_000),
          rate=st.integers(0, 9000), kind=st.sampled_from(fee.KINDS))  # fmt: skip
    def play(self, who: str, project: str, ms: int, rate: int, kind: str) -> None:
        n, currency = self._next(), PROJECTS[project]
        work = fees.Work(who, project, f"b{n - 1}", Rate(rate, currency))
        paid = [fees.earn(key=f"fee:{n}", work=work, kind=kind, ms=ms, line=n, now=self.now) for _ in range(2)]
        floor = 0  # Cy has not said where Cy works
        if who != "per_cy" and currency == "EUR":  # Germany
            floor = 1390 if self.now.year == 2026 else 1460
        assert paid[0] == paid[1] == fee.fee_micro(ms, Rate(max(rate, floor), currency))  # I10, whoever revoked what
        if paid[0]:
            self.fees[f"fee:{n}"] = (who, currency, paid[0])
            self.open.add(f"fee:{n}")
            self.waiting[f"fee:{n}"] = (project, self.now + timedelta(hours=72))
            self._earn(who, currency, paid[0])

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        self._next()
        self.now += timedelta(hours=hours)
        late = {key for key, (_, at) in self.waiting.items() if at <= self.now}
        self._approved(late, lambda: fees.approve_due(now=self.now))
        assert fees.approve_due(now=self.now) == 0

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        project = data.draw(st.sampled_from(sorted(PROJECTS)))
        keys = data.draw(st.sets(st.sampled_from(sorted(self.waiting))))
        self._next()
        theirs = {key for key in keys if self.waiting[key][0] == project}  # nobody approves another project's fees
        self._approved(theirs, lambda: fees.approve(keys=sorted(keys), project=project, now=self.now))
        rest = {key for key, (of, _) in self.waiting.items() if of == project}
        self._approved(rest, lambda: fees.approve_until(project=project, until=self.now, now=self.now)[0])

    def _approved(self, keys: set[str], does: Callable[[], int]) -> None:
        """These fees and no others move from what is earned to what is payable."""
        moved: dict[tuple[str, str], int] = {}
        for who, currency, micro in (self.fees[key] for key in keys):
            moved[who, currency] = moved.get((who, currency), 0) + micro
        before = {one: self._stages(*one) for one in moved}
        assert does() == len(keys)
        for one, micro in moved.items():
            now_there = self._stages(*one)
            assert now_there["accrued"] == before[one]["accrued"] - micro
            assert now_there["payable"] == before[one]["payable"] + micro
        for key in keys:
            del self.waiting[key]

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.open)))
        who, currency, micro = self.fees[key]
        self._next()
        before = self._stages(who, currency)
        there = before["accrued" if key in self.waiting else "payable"] >= micro
        try:
            corrections.take_back(fee_key=key, reason="posted twice by hand", now=self.now)
        except Refused:  # it has gone to the bank: then it stays paid
            assert self._stages(who, currency) == before
            assert not there
            return
        assert there
        self.open.discard(key)
        self.waiting.pop(key, None)
        self._earn(who, currency, -micro)

    @rule(who=st.sampled_from(PEOPLE))
    def leave(self, who: str) -> None:
        """Erased: leased no more, and paid what is due; then they come back, to be paid by the next steps."""
        before = _held()
        self.revoked.add(who)
        self._next()
        payees.forget(owner=who, now=self.now)
        payees.let_go(now=self.now)
        assert _held() == before  # I9: what was earned until then stays
        if who == "per_cy":
            return
        for currency in ("EUR", "AUD", "USD"):
            stages = self._stages(who, currency)
            if sum(stages[one] for one in ("accrued", "payable", "in-flight", "residue")) >= MICRO:
                assert accounts_of.payee(who) is not None  # nobody could pay it without
        self._give_account(who)

    @rule(who=st.sampled_from(PEOPLE), licence=st.sampled_from(LICENCES), ms=st.integers(0, 600_000),
          form=st.sampled_from(["recording", "measurements"]))  # fmt: skip
    def lease(self, who: str, licence: str, ms: int, form: str) -> None:
        if who not in self.revoked:
            n = self._next()
            self.leases.append((licence, Leased(f"prf_{n % 9}_{who}", who, ms, form, f"run_{n % 3}", n)))

    @rule(licence=st.sampled_from(LICENCES), minor=st.integers(1, 300_000), kind=st.sampled_from(royalty.REVENUE),
          currency=st.sampled_from(["EUR", "USD"]))  # fmt: skip
    def license_and_pay(self, licence: str, minor: int, kind: str, currency: str) -> None:
        n = self._next()
        rate = ExchangeRate("USD", "EUR", 9214, 10_000, NOW.date(), "a bank") if currency == "USD" else None
        terms: dict[str, Any] = {
            "licence": licence,
            "kind": kind,
            "paid": Money(minor, currency),
            "rate": rate,
            "line": lambda: n,
        }
        for _ in range(2):
            royalties.receive(key=f"pay-{n}", since=NOW, until=self.now, now=self.now, **terms)
        waiting = royalty_queries.waiting_for(f"pay-{n}").payment
        leased = [one for of, one in self.leases if of == licence]
        weighed = royalty.weights(leased, royalties.terms_in_force(self.now))
        before = dict(self.royalties)
        try:
            shared = royalty.share(waiting, weighed, royalty.standard_terms())
        except Refused:
            assert not any(weighed.values())
            return
        royalties.pay(shared=shared, leased=leased, line=n, now=self.now)
        try:
            royalties.pay(shared=shared, leased=leased, line=n, now=self.now)
            raise AssertionError("a payment was shared twice")
        except Conflict:
            pass
        assert sum(shared.parts.values()) == waiting.micro  # I4
        whole = sum(weighed.values())
        for who, micro in shared.shares.items():
            assert abs(micro * whole - shared.parts["pool"] * weighed[who]) < whole  # I5
            assert micro == 0 or weighed[who] > 0  # I7
            self._earn(who, "EUR", micro)
            self.royalties[who, "EUR"] = self.royalties.get((who, "EUR"), 0) + micro
        turned = royalty.share(waiting, dict(reversed(weighed.items())), royalty.standard_terms())
        assert turned.shares == shared.shares  # I6
        assert all(self.royalties[key] >= micro for key, micro in before.items())  # I8

    @rule(currency=st.sampled_from(["EUR", "AUD"]))
    def pay(self, currency: str) -> None:
        self._next()
        before = {who: self._stages(who, currency) for who in PEOPLE}
        try:
            run = payruns.draft(
                currency=currency, file_format="pain001" if currency == "EUR" else "csv",
                day=self.now.date(), by="per_pia", now=self.now,
            )  # fmt: skip
        except Refused:
            assert all(b["payable"] + b["residue"] < MICRO for who, b in before.items() if who != "per_cy")
            return
        assert payruns.approve(run_id=run, by="per_pia", now=self.now) is None
        try:
            payruns.approve(run_id=run, by="per_pia", now=self.now)
            raise AssertionError("one person approved twice")
        except Refused:
            pass
        sent = payruns.approve(run_id=run, by="per_quin", now=self.now)
        assert sent is not None
        payruns.put_in_flight(sent=sent, line=self.n, now=self.now)
        items = runs.items(run)
        assert len({one.performer for one in items}) == len(items)  # I13
        assert sum(one.minor for one in items) == sent.total_minor
        moved = sum(self._stages(who, currency)["in-flight"] - before[who]["in-flight"] for who in PEOPLE)
        assert moved == sent.total_minor * MICRO
        self.sent.update({one.reference: (one.performer, currency, one.minor) for one in items})
        if self.n % 2:
            payruns.paid(run_id=run, now=self.now)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        reference = data.draw(st.sampled_from(sorted(self.sent)))
        who, currency, minor = self.sent[reference]
        self._next()
        before = self._stages(who, currency)["payable"]
        if reference in self.back:
            try:
                payruns.returned(reference=reference, reason="closed", now=self.now)
                raise AssertionError("a payment came back twice")
            except Conflict:
                return
        payruns.returned(reference=reference, reason="closed", now=self.now)
        self.back.add(reference)
        assert self._stages(who, currency)["payable"] == before + minor * MICRO  # I16

    @rule()
    def close(self) -> None:
        self._next()
        with suppress(Refused):
            books.close(now=self.now)

    @rule(verb=st.sampled_from(["UPDATE money_postingrow SET micro = micro + 1", "DELETE FROM money_entryrow"]))
    def cheat(self, verb: str) -> None:
        if not self.fees:
            return
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(verb)
            raise AssertionError("the books were changed")
        except DatabaseError:  # I2
            pass

    @rule(ms=st.sampled_from([-1, fee.LONGEST_MS + 1]))
    def nonsense(self, ms: int) -> None:
        try:
            fees.earn(
                key="x",
                work=fees.Work("per_ana", "prj_1", "b", Rate(1, "EUR")),
                kind="scenes",
                ms=ms,
                line=1,
                now=self.now,
            )
            raise AssertionError("time that cannot be was paid")
        except BadInput:
            pass

    @invariant()
    def the_books_hold(self) -> None:
        held = _held()
        sums: dict[str, int] = {}
        for (_, currency), micro in held.items():
            sums[currency] = sums.get(currency, 0) + micro
        assert not any(sums.values())  # I1, I15: each currency by itself
        for who in PEOPLE:
            for currency in ("EUR", "AUD", "USD"):
                stages = {stage: held.get((f"performer:{who}:{stage}", currency), 0) for stage in STAGES}
                assert min(stages.values()) >= 0  # I11
                assert sum(stages.values()) == self.earned.get((who, currency), 0)  # I12
                assert stages["residue"] < MICRO

    def _earn(self, who: str, currency: str, micro: int) -> None:
        self.earned[who, currency] = self.earned.get((who, currency), 0) + micro

    def _stages(self, who: str, currency: str) -> dict[str, int]:
        names = [f"performer:{who}:{stage}" for stage in STAGES]
        with connection.cursor() as cursor:
            cursor.execute(_OF_ONE, [currency, *names])
            held = {account: int(micro) for account, _, micro in cursor.fetchall()}
        return {stage: held.get(name, 0) for stage, name in zip(STAGES, names, strict=True)}


def _held() -> dict[tuple[str, str], int]:
    """What every account holds, summed anew from every posting."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD)
        return {(account, currency): int(micro) for account, currency, micro in cursor.fetchall() if micro}
