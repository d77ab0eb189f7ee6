"""The first schema, version 0.1.0.

The tables are written out here, apart from campaign/models.py: a migration must go on meaning what it meant.
Instants are microseconds since 1970 UTC; JSON is kept as text, since hashes are taken over it.
"""

from peewee import (
    BigIntegerField, BooleanField, DateField, ForeignKeyField, IntegerField, Model, TextField,
)

PARTIAL_INDEXES = (
    "CREATE UNIQUE INDEX post_slot ON post (channel_id, due_at) WHERE state <> 'cancelled'",
    "CREATE UNIQUE INDEX post_remote ON post (channel_id, remote_id) WHERE remote_id IS NOT NULL",
    "CREATE INDEX post_awaiting ON post (act_at, id)"
    " WHERE state IN ('scheduled', 'processing', 'scheduled_remotely', 'unsure')",
    "CREATE INDEX post_sending ON post (lease_until) WHERE state = 'sending'",
)



def up(migrator, db):
    class Unit(Model):
        parent = ForeignKeyField('self', null=True)
        name = TextField()
        kind = TextField()
        since = DateField(null=True)
        until = DateField(null=True)
        class Meta:
            database = db
            table_name = 'unit'
    db.create_tables([Unit])

    class User(Model):
        login = TextField(unique=True)
        name = TextField()
        password_hash = TextField()
        active = BooleanField(default=True)
        created_at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'user'
    db.create_tables([User])

    class Campaign(Model):
        unit = ForeignKeyField(Unit)
        name = TextField()
        starts_on = DateField()
        ends_on = DateField()
        shares = TextField()
        min_repeat_days = IntegerField(default=4)
        created_by = ForeignKeyField(User, null=True)
        created_at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'campaign'
    db.create_tables([Campaign])

    class Channel(Model):
        unit = ForeignKeyField(Unit)
        kind = TextField()
        name = TextField()
        settings = TextField(default='{}')
        windows = TextField()
        quiet = TextField()
        min_gap_minutes = IntegerField()
        max_per_day = IntegerField()
        grace_minutes = IntegerField()
        ahead = BooleanField(default=False)
        paused = TextField(default='')
        spoke_at = BigIntegerField(null=True)
        spoke_post = IntegerField(null=True)
        created_at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'channel'
    db.create_tables([Channel])

    class Message(Model):
        slug = TextField(unique=True)
        unit = ForeignKeyField(Unit)
        created_by = ForeignKeyField(User, null=True)
        created_at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'message'
    db.create_tables([Message])

    class Revision(Model):
        message = ForeignKeyField(Message, on_delete='CASCADE')
        number = IntegerField()
        title = TextField()
        pillar = TextField()
        document = TextField()
        content_hash = TextField()
        state = TextField(default='draft')
        author = ForeignKeyField(User, null=True)
        submitted_by = ForeignKeyField(User, null=True)
        created_at = BigIntegerField()
        changed_at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'revision'
            indexes = ((('message', 'number'), True), (('state',), False))
    db.create_tables([Revision])

    class Post(Model):
        key = TextField(unique=True)
        campaign = ForeignKeyField(Campaign, null=True)
        channel = ForeignKeyField(Channel)
        revision = ForeignKeyField(Revision)
        content_hash = TextField()
        payload = TextField()
        payload_hash = TextField()
        due_at = BigIntegerField()
        act_at = BigIntegerField()
        state = TextField(default='scheduled')
        hold = TextField(default='')
        reason = TextField(default='')
        fence = IntegerField(default=0)
        lease_until = BigIntegerField(null=True)
        worker = TextField(null=True)
        tries = IntegerField(default=0)
        looks = IntegerField(default=0)
        remote_id = TextField(null=True)
        link = TextField(null=True)
        error = TextField(default='')
        published_at = BigIntegerField(null=True)
        created_by = ForeignKeyField(User, null=True)
        created_at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'post'
            indexes = ((('campaign', 'due_at'), False), (('channel', 'published_at'), False))
    db.create_tables([Post])

    class Attempt(Model):
        post = ForeignKeyField(Post, on_delete='CASCADE')
        fence = IntegerField()
        worker = TextField()
        payload_hash = TextField()
        started_at = BigIntegerField()
        ended_at = BigIntegerField(null=True)
        outcome = TextField(default='')
        remote_id = TextField(null=True)
        link = TextField(null=True)
        remote_state = TextField(null=True)
        error = TextField(default='')
        class Meta:
            database = db
            table_name = 'attempt'
            indexes = ((('post', 'fence'), True),)
    db.create_tables([Attempt])

    class Audit(Model):
        at = BigIntegerField(index=True)
        user = ForeignKeyField(User, null=True)
        unit = ForeignKeyField(Unit, null=True)
        action = TextField()
        subject = TextField()
        content_hash = TextField(null=True)
        detail = TextField(default='{}')
        class Meta:
            database = db
            table_name = 'audit'
            indexes = ((('subject',), False),)
    db.create_tables([Audit])

    class CampaignChannel(Model):
        campaign = ForeignKeyField(Campaign, on_delete='CASCADE')
        channel = ForeignKeyField(Channel, on_delete='CASCADE')
        posts_per_week = IntegerField()
        class Meta:
            database = db
            table_name = 'campaign_channel'
            indexes = ((('campaign', 'channel'), True),)
    db.create_tables([CampaignChannel])

    class CampaignMessage(Model):
        campaign = ForeignKeyField(Campaign, on_delete='CASCADE')
        message = ForeignKeyField(Message, on_delete='CASCADE')
        class Meta:
            database = db
            table_name = 'campaign_message'
            indexes = ((('campaign', 'message'), True),)
    db.create_tables([CampaignMessage])

    class Confirmation(Model):
        post = ForeignKeyField(Post, on_delete='CASCADE')
        aired = BooleanField()
        aired_at = BigIntegerField(null=True)
        times = IntegerField(default=1)
        reason = TextField(default='')
        user = ForeignKeyField(User)
        at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'confirmation'
    db.create_tables([Confirmation])

    class Login(Model):
        token_hash = TextField(primary_key=True)
        user = ForeignKeyField(User, on_delete='CASCADE')
        created_at = BigIntegerField()
        expires_at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'login'
    db.create_tables([Login])

    class MediaFile(Model):
        sha256 = TextField(primary_key=True)
        mime = TextField()
        size = IntegerField()
        alt = TextField()
        unit = ForeignKeyField(Unit, null=True)
        added_by = ForeignKeyField(User, null=True)
        added_at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'media_file'
    db.create_tables([MediaFile])

    class Membership(Model):
        user = ForeignKeyField(User, on_delete='CASCADE')
        unit = ForeignKeyField(Unit, on_delete='CASCADE')
        role = TextField()
        class Meta:
            database = db
            table_name = 'membership'
            indexes = ((('user', 'unit', 'role'), True),)
    db.create_tables([Membership])

    class Note(Model):
        name = TextField(primary_key=True)
        value = TextField()
        at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'note'
    db.create_tables([Note])

    class Reach(Model):
        post = ForeignKeyField(Post, on_delete='CASCADE')
        metric = TextField()
        value = BigIntegerField(null=True)
        measured = BooleanField()
        note = TextField(default='')
        at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'reach'
            indexes = ((('post', 'metric', 'at'), True),)
    db.create_tables([Reach])

    class Secret(Model):
        channel = ForeignKeyField(Channel, primary_key=True, on_delete='CASCADE')
        sealed = TextField()
        version = IntegerField(default=1)
        lock_owner = TextField(null=True)
        lock_until = BigIntegerField(null=True)
        changed_at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'secret'
    db.create_tables([Secret])

    class Step(Model):
        post = ForeignKeyField(Post, on_delete='CASCADE')
        step = TextField()
        handle = TextField()
        saved_at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'step'
            indexes = ((('post', 'step'), True),)
    db.create_tables([Step])

    class Verdict(Model):
        revision = ForeignKeyField(Revision, on_delete='CASCADE')
        content_hash = TextField()
        verdict = TextField()
        user = ForeignKeyField(User)
        comment = TextField(default='')
        at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'verdict'
    db.create_tables([Verdict])

    class Worker(Model):
        name = TextField(primary_key=True)
        started_at = BigIntegerField()
        seen_at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'worker'
    db.create_tables([Worker])

    for statement in PARTIAL_INDEXES:
        db.execute_sql(statement)
