"""The sink for buckets against a real server of the S3 protocol, which knows no conditional writes."""
import shutil
import subprocess

import pytest

from support.child import Child
from support.ports import free_port, listens
from support.sink_program import ROOT, Sink
from support.waiting import PATIENCE, until

pytestmark = pytest.mark.xdist_group('s3rver')     # whose first test installs it


@pytest.fixture(scope='session')
def s3rver():
    """The program of the package that package-lock.json names, installed once into build/s3rver."""
    folder, here = ROOT / 'build/s3rver', ROOT / 'tests/s3'
    program = folder / 'node_modules/s3rver/bin/s3rver.js'
    lock = folder / 'package-lock.json'
    if not program.exists() or lock.read_bytes() != (here / 'package-lock.json').read_bytes():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(here / 'package.json', folder)
        shutil.copy(here / 'package-lock.json', folder)
        subprocess.run(['npm', 'ci', '--no-audit', '--no-fund', '--ignore-scripts'], cwd=folder, check=True,
                       timeout=300 * PATIENCE)
    return program


@pytest.fixture
def server(s3rver, tmp_path):
    port = free_port()
    data = tmp_path / 'data'
    (data / 'files').mkdir(parents=True)
    command = ['node', s3rver, '--directory', data, '--address', '127.0.0.1', '--port', port, '--no-vhost-buckets',
               '--configure-bucket', 'files']
    with Child(command) as running:
        until(lambda: not running.alive or listens(port), 20, 's3rver')
        running.endpoint = f'http://127.0.0.1:{port}'
        running.object = lambda key: (data / 'files' / f'{key}._S3rver_object').read_bytes()
        yield running


@pytest.fixture
def bucket(server):
    return Sink(f's3={server.endpoint},files,in/', access_key='S3RVER', secret_key='S3RVER')


def test_small_file_is_published_once(server, bucket, small):
    assert bucket('put', '7-1', 'sub/a b+c~2.csv', small) == 'published'
    assert server.object('in/sub/a b+c~2.csv') == b'hello'
    assert bucket('put', '8-1', 'sub/a b+c~2.csv', small) == 'already_there'
    assert bucket('recover', 'sub/a b+c~2.csv', small, '7-1') == 'published'


def test_looking_first_keeps_what_is_there(server, bucket, small, large):
    assert bucket('put', '1-1', 'a', small) == 'published'
    assert bucket('put', '2-1', 'a', large).startswith('something else is there')
    assert server.object('in/a') == b'hello'


def test_large_file_goes_in_parts(server, bucket, large):
    assert bucket('put', '7-1', 'big', large) == 'published'
    assert server.object('in/big') == large.read_bytes()


def test_unknown_key_is_permission_denied(server, small):
    sink = Sink(f's3={server.endpoint},files,in/', access_key='NOBODY', secret_key='S3RVER')
    assert sink('put', '1-1', 'a', small).startswith('permission denied: ')


def test_missing_bucket_is_told(server, small):
    sink = Sink(f's3={server.endpoint},nowhere,', access_key='S3RVER', secret_key='S3RVER')
    assert sink('put', '1-1', 'a', small).startswith('the destination is missing')
