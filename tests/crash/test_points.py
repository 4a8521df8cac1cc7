"""A process is killed at each labelled point of docs/read-once.md, and another one finishes its work: nothing is lost,
nothing comes twice, nothing partial is seen.

`./dev crash` runs every point with every destination and database; without it the combinations beside local and SQLite
are a selection."""
import os
import random
import signal
import subprocess

import pytest

from support.crash_world import labels
from support.waiting import PATIENCE, until

WHOLE = bool(os.environ.get('GANGWAY_CRASH_WHOLE'))
ROUNDS = int(os.environ.get('GANGWAY_CRASH_ROUNDS', '8'))

# `linked` is for file systems without an exclusive rename.
ONLY = {'linked': (), 'folder_made': ('local',), 'renamed': ('local',), 'put_sent': ('s3', 's3_blind'),
        'put_answered': ('s3', 's3_blind')}
SELECTED = {'claimed', 'staged', 'fetched', 'renamed', 'put_sent', 'publishing', 'published', 'finishing'}
# Points that each file passes: also after some of them.
OFTEN = ('begun', 'written', 'compared', 'finished', 'folder_made', 'renamed', 'put_sent', 'put_answered',
         'source_looked', 'finishing')


def cases():
    for destination in ('local', 's3', 's3_blind'):
        for database in ('sqlite', 'postgresql'):
            usual = (destination, database) == ('local', 'sqlite')
            for label in labels():
                if destination not in ONLY.get(label, (destination,)):
                    continue
                # A failed file waits by the clock of the PostgreSQL server, which this test cannot set.
                if label == 'discarding' and database == 'postgresql':
                    continue
                if WHOLE or usual or (label in SELECTED and destination != 's3_blind'):
                    yield destination, database, label, 0
                if WHOLE and label in OFTEN:
                    yield destination, database, label, 5


@pytest.mark.parametrize('destination,database,label,passes', cases())
def test_killed_at(world, destination, database, label, passes):
    here = world(destination, database)
    if label == 'looks_kept':
        here.stable = 'looks'
    if label == 'sweeping':     # There must be something to sweep: a large file that nobody knows to be staged.
        here.add(1)
        here.killed_at('staged')
    here.add(11)
    if label == 'discarding':
        here.place.obstruct('f101')
    here.killed_at(label, passes)
    if label == 'discarding':
        here.place.clear('f101')
    here.finish()


@pytest.mark.parametrize('destination,database', [
    (destination, database) for destination in ('local', 's3') for database in ('sqlite', 'postgresql')
    if WHOLE or (destination, database) in (('local', 'sqlite'), ('s3', 'postgresql'))])
def test_killed_at_any_moment(world, destination, database):
    here = world(destination, database)
    seed = int(os.environ.get('GANGWAY_CRASH_SEED', '0')) or random.SystemRandom().randrange(1, 2**32)
    print('GANGWAY_CRASH_SEED', seed)
    chance = random.Random(seed)
    died = 0
    for _ in range(ROUNDS // (4 if WHOLE else 2)):
        here.add(chance.randrange(1, 12))
        process = here.start()
        try:
            process.wait(chance.uniform(0.005, 0.4))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            died += 1
        process.communicate(timeout=60 * PATIENCE)
    assert died, 'nobody was killed'
    here.finish()


@pytest.mark.parametrize('label', ['claimed', 'staged', 'fetched', 'renamed', 'publishing'])
@pytest.mark.parametrize('database', ['sqlite', 'postgresql'])
def test_sleeper_that_was_replaced_changes_nothing(world, database, label):
    here = world('local', database)
    here.add(11)
    sleeper = here.start(label, by='stop')
    try:
        until(lambda: os.waitpid(sleeper.pid, os.WNOHANG | os.WUNTRACED)[0], 20, f'somebody who sleeps at {label}')
        status, output = here.run()
        # Whoever falls asleep in the middle of a commit keeps the others out of the database until it wakes up.
        assert status == 0 or ('the database' in output and 'try again' in output), output
    finally:
        sleeper.send_signal(signal.SIGCONT)
        sleeper.communicate(timeout=60 * PATIENCE)
    here.finish()
