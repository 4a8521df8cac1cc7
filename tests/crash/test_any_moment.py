"""A process is killed at any moment of a run, again and again, and the last one finishes its work."""
import time

import pytest

from support.crash_world import ROUNDS, WHOLE, chance

PLACES = [(destination, database) for destination in ('local', 's3', 's3rver') for database in ('sqlite', 'postgresql')
          if WHOLE or (destination, database) in (('local', 'sqlite'), ('s3', 'postgresql'))]


@pytest.mark.parametrize('destination,database', PLACES)
def test_killed_at_any_moment(world, destination, database):
    here, drawn = world(destination, database), chance()
    wanted = -(-ROUNDS // len(PLACES))
    here.add(5, first=100 if WHOLE or destination == 'local' else 101)      # a large one takes its time
    started = time.monotonic()
    here.run()
    length = time.monotonic() - started
    for _ in range(20 * wanted):
        if here.counts.get('at_any_moment', 0) == wanted:
            break
        here.add(drawn.randrange(1, 12))
        here.counts.add(at_any_moment=int(here.killed_after(drawn.uniform(0, length))))
    assert here.counts['at_any_moment'] == wanted, 'too few died in the middle of a run'
    here.finish()
