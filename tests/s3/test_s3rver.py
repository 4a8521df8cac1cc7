"""The sink for buckets against a real server of the S3 protocol, which knows no conditional writes."""
import pytest

from support.s3rver import KEY, S3rver
from support.sink_program import Sink


@pytest.fixture
def server(tmp_path):
    with S3rver(tmp_path / 'data') as running:
        yield running


@pytest.fixture
def bucket(server):
    return Sink(f's3={server.endpoint},files,in/', access_key=KEY, secret_key=KEY)


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
    sink = Sink(f's3={server.endpoint},files,in/', access_key='NOBODY', secret_key=KEY)
    assert sink('put', '1-1', 'a', small).startswith('permission denied: ')


def test_missing_bucket_is_told(server, small):
    sink = Sink(f's3={server.endpoint},nowhere,', access_key=KEY, secret_key=KEY)
    assert sink('put', '1-1', 'a', small).startswith('the destination is missing')
