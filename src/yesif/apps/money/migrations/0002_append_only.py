"""Triggers that keep the books append-only and balanced, on SQLite and PostgreSQL.

An UPDATE or DELETE of an entry, a posting or a close is refused by the database itself, whoever asks. On PostgreSQL a
deferred constraint trigger also refuses, at commit, an entry whose postings do not sum to zero. SQLite has no deferred
triggers; there the sum is kept by `Entry` (which cannot be made unbalanced) and proven at every close.
"""

from django.db import migrations

TABLES = ("money_entryrow", "money_postingrow", "money_close")

SQLITE = [
    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
    for table in TABLES
    for verb in ("UPDATE", "DELETE")
]

POSTGRES = [
    """CREATE FUNCTION money_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'the books are append-only' USING ERRCODE = 'restrict_violation'; END $$""",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION money_append_only()"
        for table in TABLES
    ),
    """CREATE FUNCTION money_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF (SELECT COALESCE(SUM(micro), 0) FROM money_postingrow WHERE entry_id = NEW.seq) <> 0
            OR (SELECT COUNT(*) FROM money_postingrow WHERE entry_id = NEW.seq) < 2 THEN
           RAISE EXCEPTION 'an entry does not balance' USING ERRCODE = 'check_violation';
         END IF;
         RETURN NULL;
       END $$""",
    """CREATE CONSTRAINT TRIGGER money_entryrow_balanced AFTER INSERT ON money_entryrow
       DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION money_balanced()""",
]


def lock_the_books(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("money", "0001_initial")]
    operations = [migrations.RunPython(lock_the_books, migrations.RunPython.noop)]
