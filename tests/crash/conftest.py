"""What the crash tests stand on: an OpenSSH server, a PostgreSQL server, and a world for each test."""
import itertools

import pytest

from support.crash_world import BucketPlace, CrashWorld, LocalPlace
from support.postgresql import PostgreSql

_numbers = itertools.count()


@pytest.fixture(scope='session')
def postgresql():
    with PostgreSql() as running:
        yield running


@pytest.fixture
def world(openssh, tmp_path, request):
    """Makes a world: destination "local" or "s3" (or "s3_blind", which knows no conditional writes), database "sqlite"
    or "postgresql"."""
    made = []

    def make(destination, database, **more):
        number = next(_numbers)
        folder = tmp_path / f'world{number}'
        folder.mkdir()
        where = request.getfixturevalue('postgresql').database(f'w{number}') if database == 'postgresql' else None

        def place(whole):
            if destination == 'local':
                return LocalPlace(folder / 'pulled', whole)
            return BucketPlace(whole, conditions=destination == 's3')
        # The large file of a bucket is one that is put in parts.
        large = 3_000_000 if destination == 'local' else 17 * 1024 * 1024
        made.append(CrashWorld(openssh, folder, where, place, **{'large': large, **more}))
        return made[-1]
    yield make
    for one in made:
        one.place.close()
