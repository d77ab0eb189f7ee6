"""Version 0.3.0: aims of posts or minutes, of one channel or several; peaks, floors, exposures; sessions; applied plans.

The tables are written out here, apart from campaign/models.py: a migration must go on meaning what it meant.
What a campaign aimed at is kept: each channel's posts a week becomes an aim of its own. What a station's windows were
become its sessions, each with room for two items of a campaign and at most fifteen minutes.
"""

import json

from peewee import (
    BigIntegerField, BooleanField, DateField, DoubleField, ForeignKeyField, IntegerField, Model, TextField,
)

STATIONS = 'loudspeaker'
ITEMS, LONGEST = 2, 15 * 60  # of a session: items of a campaign, and seconds that they take together at most
DAY = 24 * 60  # minutes


def up(migrator, db):
    def known(table):
        class Known(Model):
            class Meta:
                database = db
                table_name = table
        return Known

    User, Campaign, Channel = map(known, ('user', 'campaign', 'channel'))
    migrator.migrate(
        migrator.add_column('channel', 'closures', TextField(default='[]')),
        migrator.add_column('channel', 'holidays', BooleanField(default=False)),
        migrator.add_column('channel', 'audiences', TextField(default='[]')),
        migrator.add_column('channel', 'priority', IntegerField(default=1)),
        migrator.add_column('campaign', 'floors', TextField(default='{}')),
        migrator.add_column('campaign', 'peaks', TextField(default='[]')),
        migrator.add_column('campaign', 'least_exposures', IntegerField(default=3)),
        migrator.add_column('campaign', 'most_exposures', IntegerField(default=10)),
        migrator.drop_not_null('campaign', 'min_repeat_days'),
        migrator.add_column('campaign_message', 'weight', IntegerField(default=1)),
    )

    class CampaignAim(Model):
        campaign = ForeignKeyField(Campaign, on_delete='CASCADE')
        name = TextField(default='')
        measure = TextField(default='posts')
        per_week = DoubleField(default=0)
        raise_percent = DoubleField(null=True)
        baseline = DoubleField(null=True)
        baseline_from = DateField(null=True)
        baseline_until = DateField(null=True)
        class Meta:
            database = db
            table_name = 'campaign_aim'

    class CampaignChannel(Model):
        campaign = ForeignKeyField(Campaign, on_delete='CASCADE')
        channel = ForeignKeyField(Channel, on_delete='CASCADE')
        aim = ForeignKeyField(CampaignAim, on_delete='CASCADE')
        class Meta:
            database = db
            table_name = 'campaign_channel'
            indexes = ((('campaign', 'channel'), True),)

    class AppliedPlan(Model):
        campaign = ForeignKeyField(Campaign, on_delete='CASCADE')
        user = ForeignKeyField(User)
        at = BigIntegerField()
        fingerprint = TextField()
        mode = TextField()
        changes = TextField()
        undone_at = BigIntegerField(null=True)
        undone_by = ForeignKeyField(User, null=True)
        class Meta:
            database = db
            table_name = 'applied_plan'

    aims = db.execute_sql(
        'SELECT campaign_id, channel_id, posts_per_week FROM campaign_channel ORDER BY id'
    ).fetchall()
    db.execute_sql('DROP TABLE campaign_channel')
    db.create_tables([CampaignAim, CampaignChannel, AppliedPlan])
    for campaign, channel, posts in aims:
        aim = CampaignAim.create(campaign=campaign, per_week=posts)
        CampaignChannel.create(campaign=campaign, channel=channel, aim=aim)
    _make_sessions(db)


def _make_sessions(db):
    mark = db.param
    rows = db.execute_sql(
        f'SELECT id, windows, quiet, max_per_day FROM channel WHERE kind = {mark}', (STATIONS,)
    ).fetchall()
    for channel, windows, quiet, most in rows:
        sessions = [_session(window, json.loads(quiet)) for window in json.loads(windows)]
        busiest = max((_items_on(day, sessions) for day in range(7)), default=0)
        db.execute_sql(
            f'UPDATE channel SET windows = {mark}, max_per_day = {mark}, holidays = {mark} WHERE id = {mark}',
            (json.dumps(sessions, ensure_ascii=False, sort_keys=True), max(most, busiest), True, channel),
        )


def _session(window, quiet):
    """A window that began in the quiet hours becomes a session that begins when they end."""
    start, end = _minutes(window['start']), _minutes(window['end'])
    end += DAY if end <= start else 0
    silent_from, silent_until = map(_minutes, quiet)
    if _is_quiet(start, silent_from, silent_until) and start < silent_until < end:
        start = silent_until
    seconds = min(LONGEST, (end - start) * 60)
    return {**window, 'start': f'{start // 60:02}:{start % 60:02}', 'items': ITEMS, 'seconds': seconds}


def _items_on(day, sessions):
    return sum(session['items'] for session in sessions if day in session['weekdays'])


def _is_quiet(moment, start, end):
    return start <= moment < end if start <= end else moment >= start or moment < end


def _minutes(moment):
    hours, minutes = moment.split(':')
    return int(hours) * 60 + int(minutes)
