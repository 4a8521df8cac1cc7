"""Fixtures shared by the integration and conformance tests. Servers start when a test first asks for one."""
import tempfile
from pathlib import Path

import pytest

from support.asyncssh_server import start_asyncssh
from support.cli import CommandLine
from support.gateway import Gateway, short_timers
from support.keys import KeyRing
from support.openssh import PASSWORD_VARIANTS, start_openssh
from support.paramiko_server import start_paramiko
from support.privilege import remove_folder, throwaway_account
from support.proftpd import start_proftpd


def pytest_collection_modifyitems(items):
    """Nobody waits in the end for what waits longest."""
    items.sort(key=lambda item: item.get_closest_marker('early') is None)


@pytest.fixture(scope='session')
def workspace():
    """A folder of this worker that servers of other users can look into (pytest's own are closed to them)."""
    folder = Path(tempfile.mkdtemp(prefix='gangway-tests-', dir='/tmp'))
    folder.chmod(0o755)
    yield folder
    remove_folder(folder)


@pytest.fixture(scope='session')
def keys(workspace):
    folder = workspace / 'keys'
    folder.mkdir()
    return KeyRing(folder)


@pytest.fixture(scope='session')
def gateway(workspace):
    """A gateway with the timers that it has by default."""
    with Gateway(workspace / 'gateway') as running:
        yield running


@pytest.fixture(scope='session')
def impatient(workspace):
    """A gateway all of whose timers are SHORT: the one that is attacked."""
    with Gateway(workspace / 'impatient', *short_timers()) as running:
        yield running


@pytest.fixture
def own_gateway(tmp_path):
    """Starts gateways with flags of the test's own."""
    running = []

    def start(*flags, data_dir=None, **options):
        running.append(Gateway(data_dir or tmp_path / f'gateway{len(running)}', *flags, **options))
        return running[-1]
    yield start
    for one in running:
        one.stop()


@pytest.fixture
def cli(tmp_path):
    """The command line, with a home folder of the test's own."""
    return CommandLine(tmp_path)


@pytest.fixture(scope='session')
def account():
    """A system account with a password, for the servers that ask for one."""
    with throwaway_account() as made:
        yield made


@pytest.fixture(scope='session')
def start_server(workspace, keys, request):
    """Gives the running server of a name, starting it the first time: an OpenSSH variant, or another product."""
    running = {}

    def start(name):
        if name not in running:
            folder, tree = workspace / name, workspace / name / 'tree'
            tree.mkdir(parents=True, exist_ok=True)
            if name == 'proftpd':
                running[name] = start_proftpd(keys, folder, tree)
            elif name == 'asyncssh':
                running[name] = start_asyncssh(keys, tree)
            elif name == 'paramiko':
                running[name] = start_paramiko(keys, tree)
            elif name in PASSWORD_VARIANTS:
                account = request.getfixturevalue('account')
                running[name] = start_openssh(name, keys, folder, account.home, account)
            else:
                running[name] = start_openssh(name, keys, folder, tree)
        return running[name]
    yield start
    for server in running.values():
        server.process.stop()


@pytest.fixture
def openssh(start_server):
    return start_server('default')
