"""Resumable uploads by tus-js-client, the reference client of the protocol, from the packages of npm."""
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.fault_proxy import CLIENT_TO_SERVER, FINISH, RESET, SERVER_TO_CLIENT, Fault, FaultProxy
from support.streams import Session
from support.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.xdist_group('tus-js-client')       # whose first test installs it


@pytest.fixture(scope='session')
def modules():
    """The folder of the packages that package-lock.json names, installed once into build/tus."""
    folder, here = ROOT / 'build/tus', ROOT / 'tests/tus'
    lock = folder / 'package-lock.json'
    if not (folder / 'installed').exists() or lock.read_bytes() != (here / 'package-lock.json').read_bytes():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ('package.json', 'package-lock.json'):
            shutil.copy(here / name, folder)
        subprocess.run(['npm', 'ci', '--no-audit', '--no-fund', '--ignore-scripts'], cwd=folder, check=True,
                       timeout=300 * PATIENCE)
        (folder / 'installed').touch()
    return folder


class Client:
    """Uploads random octets into a fresh folder, through `line` if there is one."""

    def __init__(self, modules, gateway, server, name, tmp_path):
        self.modules, self.gateway, self.server, self.name = modules, gateway, server, name
        self.folder = server.fresh(name)
        self.session = Session(gateway, server.login())
        self.file = tmp_path / 'source'

    def upload(self, size, line=None, metadata=None, **wishes):
        self.file.write_bytes(os.urandom(size))
        host, port = (line.host, line.port) if line else self.gateway.address
        wish = {'endpoint': f'http://{host}:{port}{self.session.url}/uploads', 'file': str(self.file),
                'metadata': {'path': self.server.path(f'{self.name}/target'), **(metadata or {})}, **wishes}
        done = subprocess.run(['node', ROOT / 'tests/tus/upload.mjs', json.dumps(wish)], check=False,
                              capture_output=True, text=True, timeout=60 * PATIENCE,
                              env={**os.environ, 'TUS_MODULES': str(self.modules)})
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    def expect_arrived(self):
        with open(self.file, 'rb') as source, open(self.folder / 'target', 'rb') as target:
            assert hashlib.file_digest(source, 'sha256').digest() == hashlib.file_digest(target, 'sha256').digest()
        assert [path.name for path in self.folder.iterdir()] == ['target']


@pytest.fixture
def client(request, modules, gateway, openssh, tmp_path):
    return Client(modules, gateway, openssh, 'tus-js-' + request.node.name.split('[')[0], tmp_path)


@pytest.mark.parametrize('size', [0, 1, 1_000_000, 20_000_000])
def test_a_file_arrives(client, size):
    client.upload(size)
    client.expect_arrived()


def test_a_file_arrives_in_chunks_and_with_its_creation(client):
    assert client.upload(1_000_000, chunkSize=150_000)['requests'].count('PATCH') == 7
    client.expect_arrived()
    again = {'overwrite': 'true', 'mode': '0640'}
    assert client.upload(400_000, withCreation=True, metadata=again)['requests'] == ['POST']
    client.expect_arrived()
    assert (client.folder / 'target').stat().st_mode & 0o777 == 0o640


def test_a_client_that_breaks_off_begins_again_where_it_was(client):
    told = client.upload(8_000_000, chunkSize=500_000, abortAt=[1, 700_000, 2_500_000, 7_900_000])
    assert len(told['aborted']) == 4 and told['requests'].count('HEAD') >= 3
    client.expect_arrived()


# Offsets on the line, heads included: in the first head, behind it, in the middle, near the end.
@pytest.mark.parametrize('kind', [RESET, FINISH])
@pytest.mark.parametrize('offset', [700, 1500, 100_000, 777_777, 1_000_300])
def test_a_line_that_breaks_while_octets_go_up_is_survived(client, gateway, kind, offset):
    with FaultProxy(gateway.address, fault=Fault(kind, CLIENT_TO_SERVER, offset)) as line:
        whole_after(line, 3)
        told = client.upload(1_000_000, line)
    assert len(line.counts) > 1 and told['retries'] >= 1
    client.expect_arrived()


@pytest.mark.parametrize('offset', [10, 300, 700])
def test_a_line_that_breaks_while_the_answer_comes_is_survived(client, gateway, offset):
    with FaultProxy(gateway.address, fault=Fault(RESET, SERVER_TO_CLIENT, offset)) as line:
        whole_after(line, 3)
        client.upload(1_000_000, line, chunkSize=300_000)
    assert len(line.counts) > 1
    # Uploads whose creation nobody heard of end with their session.
    client.session.close()
    until(lambda: len(list(client.folder.iterdir())) == 1, 15, 'the removal')
    client.expect_arrived()


def whole_after(line, connections):
    """The line breaks on its first connections only."""
    class Counts(list):
        def append(self, pair):
            super().append(pair)
            if len(self) >= connections:
                line.fault = None
    line.counts = Counts()


def test_an_upload_that_is_ended_leaves_nothing(client):
    client.upload(1_000_000, chunkSize=100_000, abortAt=[300_000], terminate=True)
    assert list(client.folder.iterdir()) == []
