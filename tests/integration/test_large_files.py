"""Files beyond 4 GiB, and transfers long enough for the keys to change on the way."""
import base64
import hashlib
import os
import random
import shutil
import tempfile
from pathlib import Path

import pytest

from support.checks import good
from support.cli import OK
from support.scripted_sftp import MIB

GIB = 1024 * MIB
MARKER = b'here, beyond every 32-bit offset'


@pytest.fixture
def roomy():
    """A folder with 6 GiB to spare, in memory where there is enough of it."""
    shm = Path('/dev/shm')
    memory = shm.is_dir() and shutil.disk_usage(shm).free > 12 * GIB
    folder = Path(tempfile.mkdtemp(prefix='gangway-large-', dir=shm if memory else None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def sparse(openssh):
    """5 GiB of nothing, but for a marker at three places around the borders of 32 bits and at the end."""
    path = openssh.fresh('large') / 'sparse.bin'
    places = [2 * GIB - 7, 4 * GIB - 7, 5 * GIB - len(MARKER)]
    with open(path, 'wb') as file:
        file.truncate(5 * GIB)
        for place in places:
            file.seek(place)
            file.write(MARKER)
    yield path, places
    path.unlink()


def digest(path):
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def test_size_of_5_gib_is_told_exactly(gateway, openssh, sparse):
    entry = good(gateway.post('list', **openssh.login(path=openssh.path('large'))))['entries'][0]
    assert entry['size'] == 5368709120
    good(gateway.post('stat', **openssh.login(path=openssh.path('large/sparse.bin'))), size=5368709120)


def test_5_gib_are_read_back_right(openssh, sparse, cli, roomy):
    path, places = sparse
    outcome = cli.to(openssh, 'get', f':{openssh.path("large/sparse.bin")}', roomy / 'copy.bin')
    assert outcome.status == OK, outcome.stderr
    with open(path, 'rb') as original, open(roomy / 'copy.bin', 'rb') as copy:
        assert os.fstat(copy.fileno()).st_size == 5 * GIB
        for place in places:
            assert os.pread(copy.fileno(), len(MARKER), place) == MARKER
        while block := original.read(8 * MIB):
            assert copy.read(8 * MIB) == block
        assert not copy.read(1)


def test_append_beyond_4_gib_lands_at_the_end(gateway, openssh, sparse):
    path, _ = sparse
    good(gateway.post('upload', **openssh.login(path=openssh.path('large/sparse.bin'), append=True,
                                                content=base64.b64encode(b'tail').decode())), bytesWritten=4)
    assert path.stat().st_size == 5 * GIB + 4
    with open(path, 'rb') as file:
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
