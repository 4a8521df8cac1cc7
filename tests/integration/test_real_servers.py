"""Every operation against servers of other people: they differ, the gateway must not."""
import base64
import os
import random
import stat

import pytest

from support.checks import error, good
from support.scripted_sftp import MIB, pattern

IMPLEMENTATIONS = ['default', 'internal_sftp', 'proftpd', 'asyncssh', 'paramiko']
ALGORITHMS = ['rsa_host_key', 'ecdsa_host_key', 'etm_macs', 'plain_macs', 'gcm', 'chacha', 'no_curve25519',
              'finite_field', 'rekey_1m']
BINARY = random.Random(7).randbytes(300_000)


def b64(octets):
    return base64.b64encode(octets).decode()


class Place:
    """A fresh folder on a server, and calls on what is in it."""

    def __init__(self, gateway, server, name):
        self.gateway, self.server, self.name = gateway, server, name
        self.folder = server.fresh(name)

    def path(self, name=''):
        return self.server.path(f'{self.name}/{name}'.rstrip('/'))

    def post(self, operation, name=None, **fields):
        if name is not None:
            fields['path'] = self.path(name)
        return self.gateway.post(operation, **self.server.login(**fields))

    def put(self, name, octets, mode=0o644):
        (self.folder / name).write_bytes(octets)
        (self.folder / name).chmod(mode)

    def octets(self, name):
        return (self.folder / name).read_bytes()


@pytest.fixture(params=IMPLEMENTATIONS)
def place(request, gateway, start_server):
    place = Place(gateway, start_server(request.param), request.node.name.split('[')[0])
    place.product = request.param
    return place


def names(answer):
    return [entry['name'] for entry in good(answer)['entries']]


@pytest.mark.parametrize('variant', ALGORITHMS)
def test_round_trip_works_with_algorithms(gateway, start_server, variant):
    server = start_server(variant)
    here = Place(gateway, server, 'round-trip')
    uploaded = here.post('upload', 'a.bin', content=b64(BINARY))
    good(uploaded, bytesWritten=len(BINARY), path=here.path('a.bin'))
    assert uploaded.headers['gangway-host-key'] == server.host_key.fingerprint
    assert here.octets('a.bin') == BINARY
    assert base64.b64decode(good(here.post('download', 'a.bin'), isBinary=True, size=len(BINARY))['content']) == BINARY
    assert names(here.post('list', '')) == ['a.bin']
    good(here.post('delete', 'a.bin'))
    assert os.listdir(here.folder) == []


def test_connect_tells_the_identification_without_login(place):
    found = good(place.gateway.post('connect', **place.server.where()), sshVersion='2.0', **place.server.where())
    assert found['banner'] == 'SSH-2.0-' + found['software']
    assert found['sftpAvailable'] is True


def test_list_puts_folders_first_and_sorts_by_collation(place):
    for name in ('b.txt', 'A.txt', 'é.txt', 'f.txt', '10', '9', '.hidden'):
        place.put(name, b'12345')
    for name in ('zdir', 'Bdir'):
        (place.folder / name).mkdir(mode=0o755)
    os.symlink('b.txt', place.folder / 'link')
    os.utime(place.folder / 'b.txt', (1767225600, 1767225600))
    listing = good(place.post('list', ''), path=place.path(), count=10)
    assert [entry['name'] for entry in listing['entries']] == \
        ['Bdir', 'zdir', '.hidden', '10', '9', 'A.txt', 'b.txt', 'é.txt', 'f.txt', 'link']
    entries = {entry['name']: entry for entry in listing['entries']}
    assert entries['b.txt'] == {**entries['b.txt'], 'isDirectory': False, 'isSymlink': False, 'size': 5,
                                'permissions': '-rw-r--r--', 'mtime': '2026-01-01T00:00:00.000Z'}
    assert entries['zdir']['isDirectory'] is True and entries['zdir']['permissions'] == 'drwxr-xr-x'
    assert entries['link']['isSymlink'] is True and entries['link']['isDirectory'] is False


def test_list_of_an_empty_folder_is_empty(place):
    assert good(place.post('list', ''), count=0)['entries'] == []


def test_list_of_1000_entries_is_complete(place):
    expected = [f'file-{number:05d}' for number in range(1000)]
    for name in expected:
        place.put(name, b'')
    assert names(place.post('list', '')) == expected


@pytest.mark.parametrize('content, wanted', [
    (b'hello\n', {'encoding': 'utf-8', 'content': 'hello\n', 'isBinary': False, 'size': 6}),
    (b'', {'encoding': 'utf-8', 'content': '', 'isBinary': False, 'size': 0}),
    (b'\xff\x00\xfe', {'encoding': 'base64', 'content': '/wD+', 'isBinary': True, 'size': 3}),
    (b'\xef\xbb\xbfbom', {'encoding': 'utf-8', 'content': '\ufeffbom', 'isBinary': False, 'size': 6}),
], ids=['text', 'empty', 'binary', 'byte_order_mark'])
def test_download_tells_text_from_binary(place, content, wanted):
    place.put('file', content)
    good(place.post('download', 'file'), truncated=False, path=place.path('file'), **wanted)


def test_download_stops_at_4_mib(place):
    content = pattern(5 * MIB)
    place.put('big.txt', content)
    found = good(place.post('download', 'big.txt'), truncated=True, size=4 * MIB)
    assert found['content'].encode() == content[:4 * MIB]


def test_upload_writes_exactly_what_was_sent(place):
    good(place.post('upload', 'text', content='grüße\n', encoding='utf-8'), bytesWritten=8)
    assert place.octets('text') == 'grüße\n'.encode()
    good(place.post('upload', 'binary', content=b64(BINARY)), bytesWritten=len(BINARY))
    assert place.octets('binary') == BINARY
    good(place.post('upload', 'empty', content=''), bytesWritten=0)
    assert place.octets('empty') == b''


def test_upload_over_a_longer_file_leaves_no_rest(place):
    place.put('file', BINARY)
    good(place.post('upload', 'file', content='short', encoding='utf-8'), bytesWritten=5)
    assert place.octets('file') == b'short'


def test_upload_append_adds_at_the_end(place):
    place.put('log', b'one\n')
    good(place.post('upload', 'log', content='two\n', encoding='utf-8', append=True), bytesWritten=4)
    assert place.octets('log') == b'one\ntwo\n'
    good(place.post('upload', 'new', content='first\n', encoding='utf-8', append=True), bytesWritten=6)
    assert place.octets('new') == b'first\n'


def test_upload_with_mode_sets_it_for_new_and_old_files(place):
    good(place.post('upload', 'new', content='x', encoding='utf-8', mode=0o640))
    assert stat.S_IMODE((place.folder / 'new').stat().st_mode) == 0o640
    place.put('old', b'', mode=0o644)
    good(place.post('upload', 'old', content='x', encoding='utf-8', mode=0o600))
    assert stat.S_IMODE((place.folder / 'old').stat().st_mode) == 0o600


def test_upload_into_a_missing_folder_needs_parents(place):
    error(place.post('upload', 'a/b/file', content='x', encoding='utf-8'), 'no_such_file', phase='sftp')
    good(place.post('upload', 'a/b/file', content='x', encoding='utf-8', parents=True))
    assert place.octets('a/b/file') == b'x'


def test_mkdir_makes_one_folder_with_its_mode(place):
    good(place.post('mkdir', 'made', mode=0o750), path=place.path('made'))
    assert stat.S_IMODE((place.folder / 'made').stat().st_mode) == 0o750
    error(place.post('mkdir', 'made'), 'already_exists', phase='sftp')
    error(place.post('mkdir', 'not/there'), 'no_such_file', phase='sftp')
    good(place.post('mkdir', 'not/there', parents=True))
    good(place.post('mkdir', 'not/there', parents=True))
    assert (place.folder / 'not/there').is_dir()


def test_stat_follows_links_and_lstat_does_not(place):
    place.put('file', b'12345', mode=0o640)
    os.symlink('file', place.folder / 'link')
    followed = good(place.post('stat', 'link'), size=5, isSymlink=False, isDirectory=False)
    assert followed['permissionString'] == '-rw-r-----'
    assert stat.S_IMODE(followed['permissions']) == 0o640
    if place.product != 'proftpd':  # whose LSTAT follows links
        good(place.post('lstat', 'link'), isSymlink=True, isDirectory=False)
    good(place.post('stat', ''), isDirectory=True)


def test_rename_never_replaces_unless_told(place):
    place.put('old', b'old')
    place.put('other', b'other')
    both = {'oldPath': place.path('old'), 'newPath': place.path('other')}
    error(place.post('rename', **both), 'already_exists', 'failure', phase='sftp')
    assert place.octets('old') == b'old' and place.octets('other') == b'other'
    good(place.post('rename', oldPath=place.path('old'), newPath=place.path('new')), newPath=place.path('new'))
    assert sorted(os.listdir(place.folder)) == ['new', 'other']
    error(place.post('rename', oldPath=place.path('gone'), newPath=place.path('x')), 'no_such_file', phase='sftp')


def test_rename_with_overwrite_replaces_or_refuses_and_loses_nothing(place):
    place.put('new', b'new')
    place.put('target', b'target')
    answer = place.post('rename', oldPath=place.path('new'), newPath=place.path('target'), overwrite=True)
    if answer.status == 200:
        assert sorted(os.listdir(place.folder)) == ['target'] and place.octets('target') == b'new'
    else:
        error(answer, 'already_exists', 'failure', 'op_unsupported', phase='sftp')
        assert place.octets('new') == b'new' and place.octets('target') == b'target'
        assert place.product not in ('default', 'internal_sftp', 'asyncssh'), 'it offers posix-rename'


def test_delete_removes_files_and_never_folders(place):
    place.put('file', b'x')
    (place.folder / 'folder').mkdir()
    good(place.post('delete', 'file'), path=place.path('file'))
    error(place.post('delete', 'file'), 'no_such_file', phase='sftp')
    error(place.post('delete', 'folder'), 'is_a_directory', phase='sftp')
    assert os.listdir(place.folder) == ['folder']


def test_rmdir_removes_empty_folders_and_never_files(place):
    place.put('file', b'x')
    (place.folder / 'full/inner').mkdir(parents=True)
    error(place.post('rmdir', 'file'), 'conflict', phase='sftp')
    error(place.post('rmdir', 'full'), 'not_empty', phase='sftp')
    good(place.post('rmdir', 'full/inner'))
    good(place.post('rmdir', 'full'))
    error(place.post('rmdir', 'full'), 'no_such_file', phase='sftp')
    assert os.listdir(place.folder) == ['file']


@pytest.mark.parametrize('operation, request_name', [('list', 'OPENDIR'), ('download', 'OPEN'), ('stat', 'STAT'),
                                                     ('delete', 'REMOVE')])
def test_missing_path_says_which_request_failed(place, operation, request_name):
    found = error(place.post(operation, 'gone'), 'no_such_file', phase='sftp')
    assert found['error'].startswith(f'{request_name} failed: NO_SUCH_FILE')


def test_download_of_a_folder_is_refused(place):
    """ProFTPD calls it a matter of permission."""
    error(place.post('download', ''), 'is_a_directory', 'failure', 'permission_denied', phase='sftp')


def test_list_of_a_file_is_refused(place):
    place.put('file', b'x')
    error(place.post('list', 'file'), 'conflict', 'failure', 'no_such_file', phase='sftp')


def test_unicode_names_go_both_ways(place):
    name = 'ünïcödé 日本 \U0001F600 "q" \\ e\u0301'
    good(place.post('upload', name, content='x', encoding='utf-8'))
    assert os.listdir(place.folder) == [name]
    assert names(place.post('list', '')) == [name]
    good(place.post('delete', name))


@pytest.mark.parametrize('server_name', ['default', 'proftpd', 'asyncssh'])
def test_names_that_are_not_utf8_are_addressed_by_their_octets(gateway, start_server, server_name):
    here = Place(gateway, start_server(server_name), 'octets')
    raw = b'bad\xff\xfename'
    full = here.path().encode() + b'/' + raw
    good(here.post('upload', pathBase64=b64(full), content='x', encoding='utf-8'))
    assert os.listdir(os.fsencode(here.folder)) == [raw]
    entry = good(here.post('list', ''), count=1)['entries'][0]
    assert base64.b64decode(entry['nameBase64']) == raw
    assert '\ufffd' in entry['name'] or '\\x' in entry['name']
    good(here.post('stat', pathBase64=b64(full)), size=1)
    good(here.post('rename', oldPathBase64=b64(full), newPath=here.path('fine')))
    assert os.listdir(here.folder) == ['fine']


def test_read_only_server_answers_permission_denied(gateway, start_server):
    here = Place(gateway, start_server('read_only'), 'read-only')
    here.put('file', b'x')
    for operation, fields in (('upload', {'content': 'eA=='}), ('mkdir', {}), ('delete', {})):
        error(here.post(operation, 'file' if operation == 'delete' else 'new', **fields), 'permission_denied',
              phase='sftp')
    assert os.listdir(here.folder) == ['file']


def test_server_without_sftp_is_named_as_such(gateway, start_server):
    server = start_server('no_sftp')
    error(gateway.post('list', **server.login()), 'subsystem_unavailable', phase='subsystem')


def test_another_users_file_is_permission_denied(gateway, start_server):
    """As an ordinary account: root may do everything."""
    login = start_server('password').login()
    error(gateway.post('download', **login, path='/etc/shadow'), 'permission_denied', phase='sftp')
    error(gateway.post('mkdir', **login, path='/etc/gangway'), 'permission_denied', phase='sftp')
