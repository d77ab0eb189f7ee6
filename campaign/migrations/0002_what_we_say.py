"""Version 0.2.0: the language check's waivers and reviews, local facts, pronunciations, consents, packs, tasks, search.

The tables are written out here, apart from campaign/models.py: a migration must go on meaning what it meant.
"""

from peewee import (
    BigIntegerField, BooleanField, DateField, ForeignKeyField, IntegerField, Model, PostgresqlDatabase,
    TextField,
)

# What is searched, as written and with its marks taken off, and by what (campaign/search.py); exact tones rank first.
SEARCH_SQLITE = (
    "CREATE VIRTUAL TABLE message_search USING fts5(title, body, bare_title, bare_body, facets, "
    "tokenize = \"unicode61 remove_diacritics 0 tokenchars ':_'\")",
)
SEARCH_POSTGRES = (
    "CREATE TABLE message_search (rowid BIGINT PRIMARY KEY, exact TSVECTOR NOT NULL, bare TSVECTOR NOT NULL, "
    "facets TEXT[] NOT NULL)",
    "CREATE INDEX message_search_exact ON message_search USING gin (exact)",
    "CREATE INDEX message_search_bare ON message_search USING gin (bare)",
    "CREATE INDEX message_search_facets ON message_search USING gin (facets)",
)


def up(migrator, db):
    def known(table):
        class Known(Model):
            class Meta:
                database = db
                table_name = table
        return Known

    Unit, User, Message, Revision, Post, Campaign = map(
        known, ('unit', 'user', 'message', 'revision', 'post', 'campaign')
    )
    migrator.migrate(
        migrator.add_column('unit', 'colour', TextField(default='')),
        migrator.add_column('media_file', 'width', IntegerField(null=True)),
        migrator.add_column('media_file', 'height', IntegerField(null=True)),
        migrator.add_column('media_file', 'origin', TextField(default='upload')),
        migrator.add_column('campaign', 'anchor', TextField(default='')),
        migrator.add_column('campaign', 'rolled_from_id', ForeignKeyField(Campaign, Campaign.id, null=True)),
    )

    class Waiver(Model):
        revision = ForeignKeyField(Revision, on_delete='CASCADE')
        content_hash = TextField()
        rule = TextField()
        reason = TextField()
        user = ForeignKeyField(User)
        at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'waiver'
            indexes = ((('content_hash', 'rule'), True),)

    class RuleReview(Model):
        rule = TextField(primary_key=True)
        values = TextField()
        user = ForeignKeyField(User, null=True)
        at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'rule_review'

    class LocalFact(Model):
        unit = ForeignKeyField(Unit, on_delete='CASCADE')
        name = TextField()
        value = TextField()
        verified_on = DateField()
        user = ForeignKeyField(User, null=True)
        at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'local_fact'
            indexes = ((('unit', 'name'), True),)

    class Pronunciation(Model):
        unit = ForeignKeyField(Unit, on_delete='CASCADE')
        abbreviation = TextField()
        expansion = TextField(default='')
        phonetic = TextField(default='')
        source = TextField(default='')
        user = ForeignKeyField(User, null=True)
        at = BigIntegerField()
        class Meta:
            database = db
            table_name = 'pronunciation'
            indexes = ((('unit', 'abbreviation'), True),)

    class Consent(Model):
        message = ForeignKeyField(Message, on_delete='CASCADE')
        content_hash = TextField()
        alias = TextField()
        identity = TextField()
        purpose = TextField()
        channels = TextField()
        territory = TextField()
        starts_on = DateField()
        ends_on = DateField()
        explained_by = TextField()
        contact = TextField()
        companions = TextField(default='')
        guardian = TextField(default='')
        no_inducement = BooleanField()
        evidence_sha256 = TextField()
        evidence_name = TextField()
        evidence_mime = TextField()
        user = ForeignKeyField(User)
        at = BigIntegerField()
        withdrawn_at = BigIntegerField(null=True)
        withdrawn_by = ForeignKeyField(User, null=True)
        withdrawal_note = TextField(default='')
        class Meta:
            database = db
            table_name = 'consent'

    class Pack(Model):
        digest = TextField(unique=True)
        name = TextField()
        origin = TextField()
        made_at = BigIntegerField()
        unit = ForeignKeyField(Unit)
        imported_by = ForeignKeyField(User, null=True)
        imported_at = BigIntegerField()
        recalled_at = BigIntegerField(null=True)
        recall_note = TextField(default='')
        class Meta:
            database = db
            table_name = 'pack'

    class PackItem(Model):
        pack = ForeignKeyField(Pack, on_delete='CASCADE')
        message = ForeignKeyField(Message, on_delete='CASCADE')
        content_hash = TextField()
        class Meta:
            database = db
            table_name = 'pack_item'
            indexes = ((('pack', 'message'), True),)

    class Task(Model):
        unit = ForeignKeyField(Unit)
        kind = TextField()
        title = TextField()
        post = ForeignKeyField(Post, null=True, on_delete='CASCADE')
        consent = ForeignKeyField(Consent, null=True, on_delete='CASCADE')
        due_on = DateField()
        created_at = BigIntegerField()
        done_at = BigIntegerField(null=True)
        done_by = ForeignKeyField(User, null=True)
        note = TextField(default='')
        class Meta:
            database = db
            table_name = 'task'
            indexes = ((('done_at', 'due_on'), False),)

    db.create_tables([Waiver, RuleReview, LocalFact, Pronunciation, Consent, Pack, PackItem, Task])
    for statement in SEARCH_POSTGRES if isinstance(db, PostgresqlDatabase) else SEARCH_SQLITE:
        db.execute_sql(statement)
