"""Django's SQLite backend, in which a transaction waits its turn before it begins (`turns` says why)."""

from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from yesif.site.sqlite.turns import Turns, turns_at

PATIENCE_S = 30.0
"""Longer than any transaction of ours by far: nothing is computed inside one."""


def _entered(name: str) -> Turns:
    try:
        turns = turns_at(name)
        came = turns.enter(patience_s=PATIENCE_S)
    except OSError as wrong:
        raise OperationalError(_broken(name, wrong)) from wrong
    if not came:
        raise OperationalError(f"other transactions went on for {PATIENCE_S:.0f} s; this one did not begin")
    return turns


def _broken(name: str, wrong: OSError) -> str:
    return f"transactions wait their turn at {name}-turn, which cannot be used: {wrong.strerror or wrong}"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection. `_turn` is held from BEGIN to COMMIT or ROLLBACK."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._turn: Turns | None = None

    def _start_transaction_under_autocommit(self) -> None:
        name = str(self.settings_dict["NAME"])
        if self._turn is None and not self.is_in_memory_db():
            self._turn = _entered(name)
        begun = False
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
            begun = True
        finally:
            if not begun:
                self._leave()

    def _commit(self) -> None:
        # Where that fails a rollback follows, and leaves.
        super()._commit()  # type: ignore[misc]
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()

    def _leave(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            try:
                turn.leave()
            except OSError as wrong:
                raise OperationalError(_broken(str(self.settings_dict["NAME"]), wrong)) from wrong
