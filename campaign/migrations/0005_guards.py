"""Version 0.3.0: when each channel's connection ends, whether it was compared with its service; where a worker runs.

The tables are written out here, apart from campaign/models.py: a migration must go on meaning what it meant.
"""

from peewee import BigIntegerField, BooleanField, TextField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column('channel', 'login_ends_at', BigIntegerField(null=True)),
        migrator.add_column('channel', 'look_at', BigIntegerField(null=True)),
        migrator.add_column('channel', 'unread', BooleanField(default=False)),
        migrator.add_column('worker', 'machine', TextField(default='')),
        migrator.add_column('worker', 'version', TextField(default='')),
    )
