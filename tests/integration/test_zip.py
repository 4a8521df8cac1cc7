"""Folders as zip archives: read back by other programs, whatever the folder has in it."""
import io
import json
import os
import subprocess
import time
import zipfile
import zlib
from urllib.parse import unquote_to_bytes

import pytest

from support.checks import error
from support.scripted_sftp import Script, ScriptedSftp, lying, wire
from support.streams import Session
from support.waiting import until

MANIFEST = 'gangway-manifest.json'


@pytest.fixture
def place(request, gateway, openssh):
    name = 'zip-' + request.node.name.split('[')[0]
    return Session(gateway, openssh.login()), openssh.path(name), openssh.fresh(name)


def fetched(session, path, query='', tmp_path=None):
    """The archive, checked by unzip; and its manifest, which is the last entry."""
    answer = session.get(path + '/', query='?archive=zip' + query)
    assert answer.status == 200, f'{answer.status} {answer.body[:300]}'
    assert answer.headers['content-type'] == 'application/zip'
    assert answer.headers['content-disposition'].startswith('attachment')
    if tmp_path is not None:
        (tmp_path / 'archive.zip').write_bytes(answer.body)
        subprocess.run(['unzip', '-tq', tmp_path / 'archive.zip'], check=True, stdout=subprocess.DEVNULL)
    archive = zipfile.ZipFile(io.BytesIO(answer.body))
    assert archive.testzip() is None
    assert archive.namelist()[-1] == MANIFEST
    return archive, json.loads(archive.read(MANIFEST))


@pytest.mark.parametrize('query', ['', '&compression=deflate', '&compression=store'])
def test_a_folder_comes_as_it_is(place, query, tmp_path):
    session, path, folder = place
    content = {f'f{number:03}': os.urandom(number) for number in range(100)}
    content |= {'sub/text': b'all alike\n' * 1000, 'sub/deep/large': os.urandom(3_000_001), 'empty': b'',
                'sub/long text': b'line\n' * 500_000, 'Müller & Söhne.pdf': b'%PDF'}
    for name, octets in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(octets)
        os.utime(folder / name, (1768478400, 1768478400))
    (folder / 'nothing').mkdir()
    (folder / 'f001').chmod(0o751)
    archive, manifest = fetched(session, path, query, tmp_path)
    files = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    del files[MANIFEST]
    assert files == content
    assert {info.filename for info in archive.infolist() if info.is_dir()} == {'sub/', 'sub/deep/', 'nothing/'}
    assert archive.getinfo('f001').external_attr >> 16 == 0o100751
    assert archive.getinfo('f001').date_time == (2026, 1, 15, 12, 0, 0)
    assert archive.getinfo('sub/deep/large').date_time == (2026, 1, 15, 12, 0, 0)
    assert manifest == {'path': path, 'complete': True, 'files': len(content), 'folders': 3,
                        'bytes': sum(map(len, content.values())), 'failed': [], 'failedCount': 0, 'skipped': [],
                        'skippedCount': 0}
    stored = archive.getinfo('sub/long text')
    assert (stored.compress_size == stored.file_size) is ('store' in query)


def test_links_are_listed_and_not_followed(place, openssh):
    session, path, folder = place
    outside = openssh.fresh('zip-outside')
    (outside / 'secret').write_bytes(b'secret')
    (folder / 'link').symlink_to(outside / 'secret')
    (folder / 'folder').symlink_to(outside)
    (folder / 'round').symlink_to('.')
    os.mkfifo(folder / 'pipe')
    archive, manifest = fetched(session, path)
    assert archive.namelist() == [MANIFEST]
    assert manifest['complete'] is True and manifest['skippedCount'] == 4
    assert {each['path']: each['isSymlink'] for each in manifest['skipped']} == {
        'link': True, 'folder': True, 'round': True, 'pipe': False}


def test_names_are_safe_to_unpack(place, tmp_path):
    session, path, folder = place
    names = [b'back\\slash', b'new\nline', b'caf\xe9', b'con', b'C:', b'esc\x1b[2J', b'dot.', b'%41', b'100%',
             'inv\u202efdp.exe'.encode(), MANIFEST.encode()]
    for name in names:
        (folder / os.fsdecode(name)).write_bytes(name)
    archive, manifest = fetched(session, path, tmp_path=tmp_path)
    found = {info.filename: archive.read(info) for info in archive.infolist()}
    del found[MANIFEST]
    assert manifest['files'] == len(names) == len(found)
    for name, content in found.items():
        assert not any(character in name for character in '\\:\n\x1b\u202e') and not name.startswith('/')
        assert unquote_to_bytes(name) == content
    assert '%67angway-manifest.json' in found


def test_names_that_lead_elsewhere_are_told_and_left_out(gateway, keys):
    def readdir(self, request):
        self.given = getattr(self, 'given', 0) + 1
        if self.given > 1:
            return self.end(request.id)
        names = (b'../up', b'/etc/passwd', b'..', b'a/b', b'', b'good')
        return wire.name(request.id, *[wire.entry(name, wire.attributes(4, mode=0o100644))
                                       for name in names])
    tree = {b'/': None, b'/t': None, b'/t/good': b'fine'}
    with ScriptedSftp(keys, lying(readdir=readdir), tree=tree) as server:
        archive, manifest = fetched(Session(gateway, server.login()), '/t')
    assert archive.namelist() == ['good', MANIFEST] and archive.read('good') == b'fine'
    assert manifest['complete'] is False and manifest['failedCount'] == 4


def test_what_fails_is_told_and_the_rest_comes(gateway, keys):
    def open_file(self, request):
        if request.path.endswith(b'closed'):
            return wire.status(request.id, 3, b'not this one')
        return Script.open(self, request)
    tree = {b'/': None, b'/t': None, b'/t/open': b'open', b'/t/closed': b'closed', b'/t/sub': None,
            b'/t/sub/closed': b''}
    with ScriptedSftp(keys, lying(open=open_file), tree=tree) as server:
        archive, manifest = fetched(Session(gateway, server.login()), '/t')
    assert archive.read('open') == b'open'
    assert manifest['complete'] is False and manifest['files'] == 1
    assert sorted(each['path'] for each in manifest['failed']) == ['closed', 'sub/closed']
    assert all(each['code'] == 'permission_denied' for each in manifest['failed'])


def test_a_server_that_goes_away_is_seen_by_the_client(gateway, keys):
    def read(self, request):
        self.hang_up()
    tree = {b'/': None, b'/t': None, **{f'/t/{number}'.encode(): os.urandom(200_000) for number in range(20)}}
    tree[b'/t/large'] = os.urandom(3_000_000)
    with ScriptedSftp(keys, lying(read=read), tree=tree) as server:
        session = Session(gateway, server.login())
        octets, closed = gateway.raw((f'GET {session.file_url("/t/")}?archive=zip HTTP/1.1\r\n'
                                      f'Host: {gateway.address[0]}:{gateway.address[1]}\r\n\r\n').encode(), 15)
    assert closed
    assert not octets.endswith(b'0\r\n\r\n') or b' 502 ' in octets.split(b'\r\n')[0]


def test_missing_folders_and_wrong_wishes_are_errors(place):
    session, path, folder = place
    (folder / 'file').write_bytes(b'x')
    error(session.get(path + '/none/', query='?archive=zip'), 'no_such_file')
    error(session.get(path + '/file/', query='?archive=zip'), 'no_such_file')
    error(session.get(path + '/', query='?archive=tar'), 'bad_request', field='archive')
    error(session.get(path + '/', query='?archive=zip&compression=best'), 'bad_request', field='compression')


def test_head_tells_the_type_and_sends_nothing(place):
    session, path, _ = place
    answer = session.head(path + '/', query='?archive=zip')
    assert answer.status == 200 and answer.body == b'' and answer.headers['content-type'] == 'application/zip'


def test_a_client_that_goes_away_ends_it(gateway, openssh, place):
    session, path, folder = place
    with open(folder / 'large', 'wb') as file:
        file.truncate(2_000_000_000)
    with gateway.connect() as wire_:
        wire_.sendall((f'GET {session.file_url(path)}/?archive=zip&compression=store HTTP/1.1\r\n'
                       f'Host: {gateway.address[0]}:{gateway.address[1]}\r\n\r\n').encode())
        assert wire_.recv(1000)
    until(lambda: rests(gateway), 10, 'the end of the work')


def rests(gateway):
    """Whether it computes nearly nothing for a while."""
    before = gateway.cpu_seconds()
    time.sleep(0.3)
    return gateway.cpu_seconds() - before < 0.05


def test_more_than_65535_entries_need_little_memory(own_gateway, openssh):
    gateway = own_gateway()
    folder = openssh.fresh('zip-many')
    for number in range(66_000):
        os.close(os.open(folder / f'{number}', os.O_CREAT | os.O_WRONLY))
    session = Session(gateway, openssh.login())
    session.get(openssh.path('zip-many/1'))
    before = gateway.rss()
    archive, manifest = fetched(session, openssh.path('zip-many'))
    assert len(archive.namelist()) == 66_001 and manifest['files'] == 66_000
    assert gateway.peak_rss() - before < 96 * 1024 * 1024


@pytest.mark.long
def test_more_than_4_gib_is_whole(gateway, openssh):
    folder = openssh.fresh('zip-large')
    size = 4 * 1024**3 + 12_345
    with open(folder / 'large', 'wb') as file:
        file.truncate(size)
    (folder / 'small').write_bytes(b'small')
    session = Session(gateway, openssh.login())
    answer = session.get(openssh.path('zip-large') + '/', query='?archive=zip')
    archive = zipfile.ZipFile(io.BytesIO(answer.body))
    assert archive.getinfo('large').file_size == size
    checksum, piece = 0, bytes(1 << 20)
    for _ in range(4096):
        checksum = zlib.crc32(piece, checksum)
    assert archive.getinfo('large').CRC == zlib.crc32(bytes(12_345), checksum)
    assert archive.read('small') == b'small'
    assert json.loads(archive.read(MANIFEST))['bytes'] == size + 5


def test_a_folder_goes_with_all_that_is_in_it_by_delete(place):
    session, path, folder = place
    (folder / 'sub/deep').mkdir(parents=True)
    (folder / 'sub/deep/file').write_bytes(b'x')
    (folder / 'sub/link').symlink_to('..')
    error(session.delete(path + '/sub'), 'not_empty')
    error(session.delete(path + '/sub', query='?recursive=1'), 'bad_request', field='recursive')
    assert session.delete(path + '/sub', query='?recursive=true').status == 204
    assert folder.exists() and list(folder.iterdir()) == []
    error(session.delete(path + '/sub', query='?recursive=true'), 'no_such_file')
    error(session.delete('/', query='?recursive=true'), 'bad_request')
