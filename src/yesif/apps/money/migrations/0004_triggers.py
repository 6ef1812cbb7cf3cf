"""The database refuses an entry that does not balance, on SQLite too: its postings come first, then the entry.

When the entry's row arrives its postings are counted and summed; a posting that comes after its entry is refused. On
PostgreSQL both look at a whole statement at once.
"""

from django.db import migrations

ONCE = ("money_publishedterms", "money_royaltyshare")

SQLITE = [
    """CREATE TRIGGER money_entryrow_balanced AFTER INSERT ON money_entryrow
       WHEN (SELECT COUNT(*) < 2 OR SUM(micro) <> 0 FROM money_postingrow WHERE entry_id = NEW.seq)
       BEGIN SELECT RAISE(ABORT, 'an entry does not balance'); END""",
    """CREATE TRIGGER money_postingrow_in_time BEFORE INSERT ON money_postingrow
       WHEN EXISTS (SELECT 1 FROM money_entryrow WHERE seq = NEW.entry_id)
       BEGIN SELECT RAISE(ABORT, 'an entry takes no more postings'); END""",
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
        for table in ONCE
        for verb in ("UPDATE", "DELETE")
    ),
]

POSTGRES = [
    "DROP TRIGGER money_entryrow_balanced ON money_entryrow",
    "DROP FUNCTION money_balanced()",
    """CREATE FUNCTION money_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         -- A subquery for each row, so that the planner takes the index whatever it believes of the tables' sizes.
         IF EXISTS (SELECT 1 FROM added WHERE (SELECT COUNT(*) < 2 OR SUM(p.micro) <> 0
                    FROM money_postingrow p WHERE p.entry_id = added.seq)) THEN
           RAISE EXCEPTION 'an entry does not balance' USING ERRCODE = 'check_violation';
         END IF;
         RETURN NULL;
       END $$""",
    """CREATE TRIGGER money_entryrow_balanced AFTER INSERT ON money_entryrow
       REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION money_balanced()""",
    """CREATE FUNCTION money_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF EXISTS (SELECT 1 FROM added
                    WHERE (SELECT e.seq FROM money_entryrow e WHERE e.seq = added.entry_id) IS NOT NULL) THEN
           RAISE EXCEPTION 'an entry takes no more postings' USING ERRCODE = 'check_violation';
         END IF;
         RETURN NULL;
       END $$""",
    """CREATE TRIGGER money_postingrow_in_time AFTER INSERT ON money_postingrow
       REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION money_in_time()""",
    # All that posting asks of the server, in one question: which keys are known, numbers for the rest, postings, entries.
    """CREATE FUNCTION money_post(keys text[], currencies text[], memos text[], reversed text[], digests text[],
                                  moment timestamptz, owners int[], accounts text[], micros bigint[], lines bigint[])
       RETURNS TABLE (found_key text, found_seq bigint, found_digest text) LANGUAGE plpgsql AS $$
       DECLARE numbers bigint[];
       BEGIN
         RETURN QUERY SELECT e.key::text, e.seq, e.digest::text FROM money_entryrow e WHERE e.key = ANY(keys);
         SELECT array_agg(CASE WHEN EXISTS (SELECT 1 FROM money_entryrow e WHERE e.key = k.key) THEN 0
                          ELSE nextval('money_entryrow_seq_seq') END ORDER BY k.i)
           INTO numbers FROM unnest(keys) WITH ORDINALITY AS k(key, i);
         INSERT INTO money_postingrow (entry_id, account, micro, line)
           SELECT numbers[p.owner], p.account, p.micro, p.line
           FROM unnest(owners, accounts, micros, lines) AS p(owner, account, micro, line) WHERE numbers[p.owner] > 0;
         INSERT INTO money_entryrow (seq, key, currency, memo, reverses, digest, at)
           SELECT numbers[e.i], e.key, e.currency, e.memo, e.reversed, e.digest, moment
           FROM unnest(keys, currencies, memos, reversed, digests) WITH ORDINALITY
                AS e(key, currency, memo, reversed, digest, i) WHERE numbers[e.i] > 0;
         RETURN QUERY SELECT keys[i], numbers[i], digests[i] FROM generate_subscripts(keys, 1) i WHERE numbers[i] > 0;
       END $$""",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION money_append_only()"
        for table in ONCE
    ),
]


def lock_the_books(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("money", "0003_fees_royalties_pay_runs")]
    operations = [migrations.RunPython(lock_the_books, migrations.RunPython.noop)]
