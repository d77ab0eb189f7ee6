"""Version 0.3.0: a channel that rests and paces itself; indexes for a ledger of millions of posts.

The tables are written out here, apart from campaign/models.py: a migration must go on meaning what it meant.
"""

from peewee import BigIntegerField, PostgresqlDatabase, TextField

INDEXES = (
    "CREATE INDEX post_awaiting ON post (act_at, id) WHERE state IN "
    "('scheduled', 'processing', 'scheduled_remotely', 'unsure') AND hold = ''",
    'CREATE INDEX post_leased ON post (channel_id) WHERE lease_until IS NOT NULL',
    "CREATE INDEX post_kept ON post (due_at) WHERE state = 'scheduled_remotely'",
    "CREATE INDEX post_shown ON post (published_at) WHERE state = 'published'",
    'CREATE INDEX attempt_remote ON attempt (remote_id) WHERE remote_id IS NOT NULL',
)
# Others begin with the same column, or nobody asks by it: a claim writes every index of a row in PostgreSQL.
REPLACED = ('post_awaiting', 'post_sending', 'post_campaign_id', 'post_channel_id', 'post_created_by_id')
# Dead entries at the head of an index make a claim many times slower: a fifth of a table of millions is too many of
# them. Room on each page lets a row change without touching the indexes.
STORAGE = (
    'ALTER TABLE post SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.01)',
    'ALTER TABLE attempt SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 80)',
    'ALTER TABLE channel SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 50)',
)


def up(migrator, db):
    migrator.migrate(
        migrator.add_column('channel', 'paced_at', BigIntegerField(null=True)),
        migrator.add_column('channel', 'parked_until', BigIntegerField(null=True)),
        migrator.add_column('channel', 'parked_why', TextField(default='')),
    )
    for name in REPLACED:
        db.execute_sql(f'DROP INDEX {name}')
    for statement in INDEXES:
        db.execute_sql(statement)
    if isinstance(db, PostgresqlDatabase):
        for statement in STORAGE:
            db.execute_sql(statement)
