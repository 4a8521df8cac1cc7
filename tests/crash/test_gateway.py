"""The whole gateway is killed while clients, schedule and runs are at work; it starts again, and nobody asks."""
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from support.crash_world import ROUNDS, WHOLE, chance, labels
from support.managed import call
from support.pulls import everything
from support.waiting import PATIENCE, until

BUCKETS = ('s3', 's3rver')
ONLY = {'linked': (), 'folder_made': ('local',), 'renamed': ('local',), 'put_sent': BUCKETS, 'put_answered': BUCKETS,
        'sweeping': ('local',),     # uploads of nobody stay for a day, and no clock is set here
        'entries_staged': (), 'entries_publishing': (), 'entries_published': ()}    # those of archives: test_archives
SELECTED = {('local', 'sqlite'): {'claimed', 'staged', 'renamed', 'published', 'finishing'},
            ('s3', 'postgresql'): {'fetched', 'put_sent'}}
RULES = {'looks_kept': {'stable': {'by': 'looks', 'apart': '2s'}}}


def cases():
    for pair in (('local', 'sqlite'), ('s3', 'postgresql'), ('local', 'postgresql'), ('s3rver', 'sqlite')):
        for label in labels():
            if pair[0] in ONLY.get(label, (pair[0],)) and (WHOLE or label in SELECTED.get(pair, ())):
                yield *pair, label


@pytest.mark.parametrize('destination,database,label', cases())
def test_gateway_killed_at(whole_gateway, destination, database, label):
    here = whole_gateway(destination, database, rules=RULES.get(label))
    if label == 'sweeping':
        here.add(1)
        here.killed_at('staged')
    here.add(11)
    if label == 'discarding':
        here.place.obstruct('f101')
    here.killed_at(label)
    if label == 'discarding':
        here.place.clear('f101')
    here.finish()


PLACES = [(destination, database) for destination in ('local', 's3') for database in ('sqlite', 'postgresql')
          if WHOLE or (destination, database) == ('local', 'sqlite')]


@pytest.mark.parametrize('destination,database', PLACES)
def test_gateway_killed_at_any_moment(whole_gateway, destination, database):
    here, drawn = whole_gateway(destination, database), chance()
    wanted = max(ROUNDS // 4 // len(PLACES), 2)
    for _ in range(10 * wanted):
        if here.counts.get('at_any_moment', 0) == wanted:
            break
        here.add(drawn.randrange(1, 12))
        here.counts.add(at_any_moment=int(here.killed_after(drawn.uniform(0, 0.15))))
    assert here.counts['at_any_moment'] == wanted, 'too few died in the middle of a run'
    here.finish()


@pytest.mark.long
@pytest.mark.parametrize('database', ['postgresql', 'sqlite'])
def test_gateway_that_slept_for_two_leases_publishes_nothing_more(whole_gateway, database):
    """Those of a gateway are 60 seconds long."""
    here = whole_gateway('local', database)
    here.add(5, first=101)
    sleeper = here.start('staged', by='stop')
    asked = threading.Thread(target=here.ask_for_a_run, args=(sleeper,), daemon=True)   # answered when it wakes up
    asked.start()
    until(lambda: os.waitpid(sleeper.pid, os.WNOHANG | os.WUNTRACED)[0], 30, 'the sleeper')
    asleep = time.monotonic()
    other = here.start(node='second')
    call(other, 'POST', f'/folders/{here.pulled.id}/run', {})
    until(lambda: len(here.place.seen) == 5, 120, 'what the second one pulls')
    assert time.monotonic() - asleep > 30, 'it did not wait for the lease'
    published = list(here.place.seen)
    until(lambda: time.monotonic() > asleep + 120, 125, 'two leases')
    sleeper.child.signal(signal.SIGCONT)
    ended = sleeper.wait_event('run_ended', 30)
    assert ended['pulled'] == 0 and ended['outcome'] != 'succeeded', ended
    assert here.place.seen == published, 'the one that slept has published'
    runs = everything(other, f'/runs?folder={here.pulled.id}', 'runs')
    assert sum(run['pulled'] for run in runs) == 5
    asked.join()
    for gateway in (sleeper, other):
        gateway.stop()
    here.finish()


HOLD = """
import sqlite3, sys
sqlite3.connect(sys.argv[1], isolation_level=None).execute('BEGIN IMMEDIATE')
print('held', flush=True)
sys.stdin.read()
"""


@pytest.mark.long
def test_database_that_is_locked_for_a_minute_refuses_changes_and_loses_none(whole_gateway):
    """A run that is wanted meanwhile is made afterwards, though nobody asks again."""
    here = whole_gateway('local', 'sqlite')
    gateway = here.start()
    here.add(5, first=101)

    def change(name):
        return call(gateway, 'POST', '/connections', {'name': name, 'host': 'server.example', 'username': 'someone'})
    assert change('before').status == 201
    with subprocess.Popen([sys.executable, '-c', HOLD, here.ledger.address], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b'held\n'
        held, refused = time.monotonic(), 0
        here.ask_for_a_run(gateway)
        while time.monotonic() < held + 60:
            answer = change(f'while {refused}')
            assert (answer.status, answer.code) == (503, 'storage_unavailable') and answer.seconds < 15 * PATIENCE
            assert [one['name'] for one in call(gateway, 'GET', '/connections').json['connections']] == ['before', 'partner']
            refused += 1
        assert refused > 3 and here.place.seen == []
        holder.stdin.close()
    until(lambda: change('after').status == 201, 20, 'a change')
    here.acknowledged += ['before', 'after']
    until(lambda: len(here.place.seen) == 5, 90, 'the files')
    gateway.stop()
    here.finish()
