"""Files beyond 4 GiB, and transfers long enough for the keys to change on the way."""
import base64
import fcntl
import hashlib
import os
import random
import subprocess

import pytest

from support.checks import good
from support.cli import OK
from support.scripted_sftp import MIB

GIB = 1024 * MIB
MARKER = b'here, beyond every 32-bit offset'


@pytest.fixture
def server(start_server):
    """One whose cipher costs least."""
    return start_server('gcm')


@pytest.fixture
def sparse(server):
    """5 GiB of nothing, but for a marker at three places: across 2 GiB, across 4 GiB, and at the end."""
    path = server.fresh('large') / 'sparse.bin'
    with open(path, 'wb') as file:
        file.truncate(5 * GIB)
        for place in (2 * GIB - 7, 4 * GIB - 7, 5 * GIB - len(MARKER)):
            file.seek(place)
            file.write(MARKER)
    yield path
    path.unlink()


def digest(path):
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def test_size_of_5_gib_is_told_exactly(gateway, server, sparse):
    entry = good(gateway.post('list', **server.login(path=server.path('large'))))['entries'][0]
    assert entry['size'] == 5368709120
    good(gateway.post('stat', **server.login(path=server.path('large/sparse.bin'))), size=5368709120)


@pytest.mark.early
def test_5_gib_are_read_back_right(server, sparse, cli):
    """Through a pipe, so that nobody's disk is filled."""
    url = f'sftp://{server.username}@127.0.0.1:{server.port}{server.path("large/sparse.bin")}'
    process = subprocess.Popen(
        cli.argv('get', url, '-', '-i', server.key.path, '--known-hosts', cli.known_hosts, '--accept-new'),
        env=cli.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, MIB)
    read, same = 0, True
    with open(sparse, 'rb') as original:
        while block := process.stdout.read(MIB):
            read += len(block)
            same = same and original.read(len(block)) == block
    assert process.wait() == OK, process.stderr.read()
    assert read == 5 * GIB and same


def test_append_beyond_4_gib_lands_at_the_end(gateway, server, sparse):
    good(gateway.post('upload', **server.login(path=server.path('large/sparse.bin'), append=True,
                                               content=base64.b64encode(b'tail').decode())), bytesWritten=4)
    with open(sparse, 'rb') as file:
        assert os.fstat(file.fileno()).st_size == 5 * GIB + 4
        assert os.pread(file.fileno(), 4 + len(MARKER), 5 * GIB - len(MARKER)) == MARKER + b'tail'
        assert os.pread(file.fileno(), 4, GIB) == bytes(4)


@pytest.mark.parametrize('name', ['rekey_1m', 'asyncssh', 'proftpd'])
def test_64_mib_go_up_and_down_unchanged(start_server, cli, name):
    """With RekeyLimit 1M the keys change more than sixty times each way."""
    server = start_server(name)
    server.fresh('rekeyed')
    original, back = cli.home / 'original', cli.home / 'back'
    original.write_bytes(random.Random(1).randbytes(64 * MIB))
    remote = f':{server.path("rekeyed/file")}'
    for step in (('put', original, remote), ('get', remote, back)):
        outcome = cli.to(server, *step)
        assert outcome.status == OK, outcome.stderr
    assert digest(server.local('rekeyed/file')) == digest(original)
    assert digest(back) == digest(original)
