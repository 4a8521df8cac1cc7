"""What the tests of sinks stand on. They need no gateway: a small program drives the sink."""
import shutil

import pytest

from support.s3_stub import S3Stub
from support.sink_program import Sink

# The real server is an npm package; see README.md.
collect_ignore = [] if shutil.which('npm') else ['test_s3rver.py']


@pytest.fixture
def stub():
    with S3Stub('files') as running:
        yield running


@pytest.fixture
def bucket(stub):
    return Sink(f's3={stub.endpoint},files,in/')


@pytest.fixture(scope='session')
def small(tmp_path_factory):
    file = tmp_path_factory.mktemp('s3') / 'small'
    file.write_bytes(b'hello')
    return file


@pytest.fixture(scope='session')
def large(tmp_path_factory):
    """Two parts and a bit."""
    file = tmp_path_factory.mktemp('s3') / 'large'
    file.write_bytes(bytes(range(256)) * (128 * 1024) + b'bit')
    return file
