"""Fixtures of the tests that attack, and of those with managed connections."""
import os

import pytest

from support.admin import Administration
from support.gateway import ONE_TIMER
from support.managed import OwnOpenSsh
from support.oracle import Oracle
from support.scripted_sftp import ScriptedSftp
from support.waiting import PATIENCE


@pytest.fixture(scope='session')
def oracle(impatient, start_server):
    return Oracle(impatient, start_server('default'))


@pytest.fixture
def watched(oracle):
    """Around every test that asks for it: the gateway must come out of it unharmed."""
    with oracle.watching():
        yield


@pytest.fixture(params=['default', 'proftpd', 'asyncssh', 'paramiko'])
def each_server(request, start_server):
    """Servers of other people, one after the other: they differ, the gateway must not."""
    return start_server(request.param)


@pytest.fixture
def ask(impatient, keys):
    """ask(script, operation, **fields): one call to a server that follows the script; it must answer in time."""
    def call(script, operation, **fields):
        with ScriptedSftp(keys, script) as server:
            answer = impatient.post(operation, **server.login(**fields))
        assert answer.seconds < ONE_TIMER * PATIENCE, f'answered after {answer.seconds:.1f} s'
        return answer
    return call


@pytest.fixture
def managed(own_gateway):
    return own_gateway()


@pytest.fixture
def admin(cli, own_gateway):
    return Administration(cli, own_gateway())


@pytest.fixture
def sshd(keys, workspace, request):
    """OpenSSH of one test alone, which writes its authorized_keys."""
    with OwnOpenSsh(keys, workspace / f'own-{os.getpid()}-{abs(hash(request.node.nodeid))}') as server:
        yield server
