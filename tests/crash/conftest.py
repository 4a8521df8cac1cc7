"""What the crash tests stand on: an OpenSSH server, a PostgreSQL server, an s3rver, and a world for each test.

`./dev crash` runs the whole of them: every point with every destination and database. Otherwise it is a selection."""
import collections
import itertools

import pytest

from support.crash_gateway import GatewayWorld
from support.crash_ledger import PostgreSqlLedger, SqliteLedger
from support.crash_places import BucketPlace, LocalPlace, S3rverPlace
from support.crash_world import CrashWorld
from support.managed import OwnOpenSsh
from support.postgresql import PostgreSql
from support.s3rver import S3rver

_numbers = itertools.count()


@pytest.fixture(scope='session')
def postgresql():
    with PostgreSql() as running:
        yield running


@pytest.fixture(scope='session')
def s3rver(tmp_path_factory):
    with S3rver(tmp_path_factory.mktemp('s3rver') / 'data') as running:
        yield running


@pytest.fixture(scope='session')
def keyed_sshd(keys, workspace):
    """Lets in the keys that gateways make."""
    with OwnOpenSsh(keys, workspace / 'crash') as server:
        server.lines = []
        yield server


@pytest.fixture
def parts(tmp_path, request, record_property):
    """Gives a test what a world is made of: a folder of its own, a ledger and a maker of its place. Destinations: local,
    local_lazy (whose reader comes last), s3, s3_blind (which knows no conditional writes) and s3rver; databases: sqlite
    and postgresql. `pulled` and `kept` are other paths of the destination and the database."""
    made = []

    def make(destination, database, pulled=None, kept=None):
        number = next(_numbers)
        folder = tmp_path / f'world{number}'
        folder.mkdir(mode=0o700)
        if database == 'postgresql':
            ledger = PostgreSqlLedger(request.getfixturevalue('postgresql'), f'w{number}')
        else:
            ledger = SqliteLedger(kept or folder / 'gangway.db')
        server = request.getfixturevalue('s3rver') if destination == 's3rver' else None

        def place(whole):
            if destination.startswith('local'):
                return LocalPlace(pulled or folder / 'pulled', whole, lazy=destination == 'local_lazy')
            if destination == 's3rver':
                return S3rverPlace(server, f'w{number}', whole)
            return BucketPlace(whole, conditions=destination == 's3')
        # The large file of a bucket is one that is put in parts.
        return folder, ledger, place, 3_000_000 if destination.startswith('local') else 17 * 1024 * 1024

    make.made = made
    yield make
    for one in made:
        one.place.close()
        record_property('crash', dict(one.counts))


@pytest.fixture
def world(openssh, parts):
    """Makes a world whose folder is pulled by a program of its own."""
    def make(destination, database, large=None, **elsewhere):
        folder, ledger, place, size = parts(destination, database, **elsewhere)
        parts.made.append(CrashWorld(openssh, folder, ledger, place, large or size))
        return parts.made[-1]
    return make


@pytest.fixture
def whole_gateway(keyed_sshd, parts):
    """Makes a world whose folder is pulled by a gateway, on schedule and on request."""
    def make(destination, database, **more):
        parts.made.append(GatewayWorld(keyed_sshd, *parts(destination, database), **more))
        parts.made[-1].set_up()
        return parts.made[-1]
    yield make
    for one in parts.made:
        one.stop()


def pytest_terminal_summary(terminalreporter):
    """What all tests together have killed, and what became of the files."""
    total = collections.Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, 'when', None) == 'teardown':
                for name, counts in report.user_properties:
                    if name == 'crash':
                        total.update(counts)
    if total:
        terminalreporter.section('crash')
        terminalreporter.line(', '.join(f'{name} {total[name]}' for name in (
            'rounds', 'died', 'at_any_moment', 'files', 'lost', 'repeated', 'partial')))
