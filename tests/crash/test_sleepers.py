"""A process is stopped, replaced, and goes on: what it does then changes nothing."""
import os
import re
import signal
import time

import pytest

from support.crash_world import WHOLE
from support.waiting import PATIENCE, until


def falls_asleep(sleeper, label):
    until(lambda: os.waitpid(sleeper.pid, os.WNOHANG | os.WUNTRACED)[0], 20, f'somebody who sleeps at {label}')


@pytest.mark.parametrize('label', ['claimed', 'staged', 'fetched', 'renamed', 'publishing'])
@pytest.mark.parametrize('database', ['sqlite', 'postgresql'])
def test_sleeper_that_was_replaced_changes_nothing(world, database, label):
    here = world('local', database)
    here.add(11)
    sleeper = here.start(label, by='stop')
    try:
        falls_asleep(sleeper, label)
        status, output = here.run()
        # Whoever falls asleep in the middle of a commit keeps the others out of the database until it wakes up.
        assert status == 0 or ('the database' in output and 'try again' in output), output
    finally:
        sleeper.send_signal(signal.SIGCONT)
        sleeper.communicate(timeout=60 * PATIENCE)
    here.finish()


LEASE = 1.0     # seconds
NAPS = [(destination, database, label) for destination in ('local', 's3') for database in ('sqlite', 'postgresql')
        for label in ('claimed', 'staged', 'fetching', 'fetched')
        if WHOLE or label == ('staged' if database == 'sqlite' else 'fetched')]


@pytest.mark.parametrize('destination,database,label', NAPS)
def test_node_that_slept_for_two_leases_publishes_nothing_more(world, destination, database, label):
    """One batch alone is on its way, so nobody falls asleep within a transaction: the other node must come through."""
    here = world(destination, database)
    here.add(5 if destination == 'local' else 1, first=101)
    lease = {'lease': int(LEASE * PATIENCE * 1000)}
    sleeper = here.start(label, by='stop', node='first', **lease)
    try:
        falls_asleep(sleeper, label)
        asleep = time.monotonic()
        assert here.place.seen == []
        status, output = here.run(node='second', **lease)
        assert status == 0 and 'succeeded' in output, output
        assert time.monotonic() - asleep > LEASE * PATIENCE / 2, 'the second one did not wait for the lease'
        here.wait_for_all(5)
        published = list(here.place.seen)
        assert sorted(published) == sorted(here.names)
        until(lambda: time.monotonic() > asleep + 2 * LEASE * PATIENCE, 2 * LEASE + 1, 'two leases')
    finally:
        sleeper.send_signal(signal.SIGCONT)
        output, _ = sleeper.communicate(timeout=60 * PATIENCE)
    assert re.search(r'^(partial|failed) 0 ', output, re.M), f'it believes that it has pulled something:\n{output}'
    assert here.place.seen == published, 'the one that slept has published'
    here.finish(node='second', **lease)
