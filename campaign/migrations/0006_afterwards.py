"""Version 0.3.0: what people want done with posts that have left this machine, and the texts that were public before.

The tables are written out here, apart from campaign/models.py: a migration must go on meaning what it meant.
"""

from peewee import BigIntegerField, BooleanField, ForeignKeyField, IntegerField, Model, TextField


def up(migrator, db):
    def known(table):
        class Known(Model):
            class Meta:
                database = db
                table_name = table
        return Known

    User, Post, Revision = map(known, ('user', 'post', 'revision'))

    class Amendment(Model):
        post = ForeignKeyField(Post, on_delete='CASCADE')
        kind = TextField()
        reason = TextField(default='')
        user = ForeignKeyField(User)
        at = BigIntegerField()
        revision = ForeignKeyField(Revision, null=True)
        payload = TextField(null=True)
        payload_hash = TextField(null=True)
        due_at = BigIntegerField(null=True)
        act_at = BigIntegerField()
        tries = IntegerField(default=0)
        fence = IntegerField(default=0)
        lease_until = BigIntegerField(null=True)
        by_hand = BooleanField(default=False)
        error = TextField(default='')
        outcome = TextField(default='')
        ended_at = BigIntegerField(null=True)
        class Meta:
            database = db
            table_name = 'amendment'

    class Edition(Model):
        post = ForeignKeyField(Post, on_delete='CASCADE')
        revision = ForeignKeyField(Revision)
        content_hash = TextField()
        payload = TextField()
        payload_hash = TextField()
        public_from = BigIntegerField()
        public_until = BigIntegerField()
        class Meta:
            database = db
            table_name = 'edition'

    Amendment.add_index(
        Amendment.index(Amendment.post, Amendment.kind, unique=True, name='amendment_open').where(
            Amendment.ended_at.is_null()
        )
    )
    db.create_tables([Amendment, Edition])
