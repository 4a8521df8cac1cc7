"""A gateway is killed between fetching files and publishing them, and its folder gets no run before it starts again."""
import contextlib
import sqlite3

import pytest

from support.checks import good
from support.crash_world import WHOLE
from support.waiting import until

UNDER_WAY = {'claimed', 'fetched', 'published'}


def pairs(one, other):
    """Of both with both destinations, or of each with one."""
    chosen = [(one, 'local'), (other, 's3')]
    return [*chosen, (one, 's3'), (other, 'local')] if WHOLE else chosen


def change(here, sql):
    """What somebody did just before the gateway died."""
    with contextlib.closing(sqlite3.connect(here.ledger.address)) as database, database:
        database.execute(sql)


def staged(whole_gateway, destination):
    """A world whose large file, one in parts in a bucket, is known to be staged and not visible."""
    here = whole_gateway(destination, 'sqlite')
    here.add(1)
    here.killed_at('fetched')
    assert here.ledger.ask('SELECT state FROM files') == [['fetched']]
    assert here.place.seen == [] and len(here.place.left_over()) == 1
    return here


def states(here, gateway):
    return {row[1] for row in here.rows(gateway)}


def use(here, gateway):
    """Asks `gateway` from now on."""
    here.pulled.gateway = here.connection.gateway = gateway


@pytest.mark.parametrize('rest,destination', pairs('disabled', 'paused'))
def test_at_rest_what_is_staged_is_published_and_nothing_else(whole_gateway, destination, rest):
    here = staged(whole_gateway, destination)
    change(here, 'UPDATE folders SET enabled = 0' if rest == 'disabled' else 'UPDATE connections SET paused = 1')
    here.add(3)
    with here.start() as gateway:
        until(lambda: here.place.seen == here.names[:1], 30, 'the file that was staged')
        until(lambda: not states(here, gateway) & UNDER_WAY, 10, 'its row')
        assert here.place.left_over() == [] and len(here.rows(gateway)) == 1
        use(here, gateway)
        good(here.pulled.ask('PATCH', value={'enabled': True}) if rest == 'disabled'
             else here.connection.ask('POST', '/resume', {}))
    here.finish()


@pytest.mark.parametrize('what,destination', pairs('folder', 'connection'))
def test_with_its_folder_what_is_staged_goes(whole_gateway, destination, what):
    here = staged(whole_gateway, destination)
    # So that nobody publishes it before it is removed.
    change(here, 'UPDATE folders SET enabled = 0')
    change(here, 'UPDATE files SET next_try = 9000000000000000')
    with here.start() as gateway:
        use(here, gateway)
        assert (here.pulled if what == 'folder' else here.connection).ask('DELETE').status == 204
        until(lambda: here.place.left_over() == [], 10, 'the staged file to go')
        assert here.place.seen == [] and states(here, gateway) == {'abandoned'}
        assert not gateway.events('trouble')


@pytest.mark.parametrize('destination', ['local', 's3'] if WHOLE else ['local'])
def test_with_another_destination_what_is_staged_is_pulled_into_that(whole_gateway, destination):
    """In a local folder a staged file that is not there counts as published and taken: it must not be asked for there."""
    here = staged(whole_gateway, destination)
    change(here, 'UPDATE folders SET enabled = 0')
    change(here, 'UPDATE files SET next_try = 9000000000000000')
    with here.start() as gateway:
        use(here, gateway)
        good(here.pulled.ask('PATCH', value={'destination': {'to': 'local', 'folder': str(here.folder / 'elsewhere')},
                                             'enabled': True}))
        arrived = here.folder / 'elsewhere' / 'sub' / here.names[0]
        here.ask_for_a_run(gateway)
        until(arrived.exists, 30, 'the file in the new place')
        assert arrived.read_bytes() == here.content(here.names[0])
        until(lambda: states(here, gateway) == {'finalised'}, 10, 'its end')
    assert here.place.seen == []
