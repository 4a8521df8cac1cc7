"""Copies and checksums: by the server where it can, else streamed, and the same result either way."""
import hashlib
import os
from pathlib import Path

import pytest

from support.checks import error, good
from support.scripted_sftp import ScriptedSftp


def leftovers(folder):
    return [path.name for path in folder.iterdir() if '.gangway-' in path.name]


def test_a_copy_is_the_same_file_on_every_server(gateway, each_server):
    folder = each_server.fresh('copying')
    content = os.urandom(3_000_001)
    (folder / 'a').write_bytes(content)
    (folder / 'a').chmod(0o640)
    answer = good(gateway.post('copy', **each_server.login(path=each_server.path('copying/a'),
                                                           newPath=each_server.path('copying/b'))))
    assert (folder / 'b').read_bytes() == content
    assert (folder / 'b').stat().st_mode & 0o777 == 0o640
    assert answer['size'] == len(content) and answer['method'] in ('copy-data', 'streamed')
    assert leftovers(folder) == []


def test_openssh_copies_by_itself(gateway, openssh):
    folder = openssh.fresh('copying-itself')
    content = os.urandom(1000)
    (folder / 'a').write_bytes(content)
    offered = b'copy-data' in Path('/usr/lib/openssh/sftp-server').read_bytes()
    answer = good(gateway.post('copy', **openssh.login(path=openssh.path('copying-itself/a'),
                                                       newPath=openssh.path('copying-itself/b'))))
    assert answer['method'] == ('copy-data' if offered else 'streamed')
    assert (folder / 'b').read_bytes() == content


def test_an_existing_target_is_replaced_only_on_demand(gateway, openssh):
    folder = openssh.fresh('copying-over')
    (folder / 'a').write_bytes(b'new')
    (folder / 'b').write_bytes(b'old content')
    names = {'path': openssh.path('copying-over/a'), 'newPath': openssh.path('copying-over/b')}
    error(gateway.post('copy', **openssh.login(**names)), 'already_exists')
    assert (folder / 'b').read_bytes() == b'old content'
    good(gateway.post('copy', **openssh.login(**names, overwrite=True)), size=3)
    assert (folder / 'b').read_bytes() == b'new'
    assert leftovers(folder) == []


def test_folders_and_missing_files_are_errors(gateway, openssh):
    folder = openssh.fresh('copying-wrong')
    (folder / 'a').write_bytes(b'a')
    (folder / 'd').mkdir()
    path = lambda name: openssh.path(f'copying-wrong/{name}')       # noqa: E731
    error(gateway.post('copy', **openssh.login(path=path('d'), newPath=path('b'))), 'is_a_directory')
    error(gateway.post('copy', **openssh.login(path=path('a'), newPath=path('d'))), 'is_a_directory')
    error(gateway.post('copy', **openssh.login(path=path('x'), newPath=path('b'))), 'no_such_file')
    error(gateway.post('copy', **openssh.login(path=path('a'), newPath=path('no/b'))), 'no_such_file')
    error(gateway.post('checksum', **openssh.login(path=path('d'))), 'is_a_directory')
    error(gateway.post('checksum', **openssh.login(path=path('x'))), 'no_such_file')
    assert leftovers(folder) == []


def test_a_sparse_file_of_many_pieces_is_copied_whole(gateway, openssh):
    folder = openssh.fresh('copying-large')
    with open(folder / 'a', 'wb') as file:
        file.write(b'begin')
        file.seek(150_000_000)
        file.write(b'end')
    good(gateway.post('copy', **openssh.login(path=openssh.path('copying-large/a'),
                                              newPath=openssh.path('copying-large/b'))), size=150_000_003)
    with open(folder / 'a', 'rb') as one, open(folder / 'b', 'rb') as other:
        assert hashlib.file_digest(one, 'sha256').digest() == hashlib.file_digest(other, 'sha256').digest()
    for name in ('a', 'b'):
        (folder / name).unlink()


@pytest.mark.parametrize('algorithm', ['sha256', 'sha512', 'sha1', 'md5'])
def test_checksums_are_right_on_every_server(gateway, each_server, algorithm):
    folder = each_server.fresh('checking')
    content = os.urandom(700_001)
    (folder / 'a').write_bytes(content)
    answer = good(gateway.post('checksum', **each_server.login(path=each_server.path('checking/a'),
                                                               algorithm=algorithm)))
    assert answer['checksum'] == hashlib.new(algorithm, content).hexdigest()
    assert answer['algorithm'] == algorithm and answer['size'] == len(content)
    assert answer['method'] in ('check-file', 'streamed')


def test_sha256_is_the_usual_one_and_others_are_refused(gateway, keys):
    with ScriptedSftp(keys) as server:
        answer = good(gateway.post('checksum', **server.login(path='hello.txt')), algorithm='sha256',
                      method='streamed', size=12)
        assert answer['checksum'] == hashlib.sha256(b'hello world\n').hexdigest()
        error(gateway.post('checksum', **server.login(path='hello.txt', algorithm='crc32')), 'bad_request',
              field='algorithm')
