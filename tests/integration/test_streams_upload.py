"""PUT and DELETE of files and folders: all or nothing, under conditions, at the server's pace."""
import concurrent.futures
import hashlib
import os
import socket
import stat
import time

import pytest

from support import sftp_wire as wire
from support.checks import error
from support.http import parse, read_to_close
from support.scripted_sftp import MIB, Script, ScriptedSftp, pattern
from support.streams import Session
from support.waiting import PATIENCE, until

NAME = 'streams-up'


@pytest.fixture
def folder(openssh):
    return openssh.fresh(NAME)


@pytest.fixture
def session(gateway, openssh):
    return Session(gateway, openssh.login())


@pytest.fixture
def path(openssh, folder):
    return openssh.path(f'{NAME}/x.bin')


def test_new_file_is_created_and_an_old_one_replaced(session, folder, path):
    first, second = os.urandom(3 * MIB + 1), os.urandom(MIB)
    created = session.put(path, first)
    assert created.status == 201 and created.json == {'success': True, 'path': path, 'bytesWritten': len(first)}
    assert (folder / 'x.bin').read_bytes() == first
    assert created.headers['etag'] == session.head(path).headers['etag']
    replaced = session.put(path, second)
    assert (replaced.status, replaced.body) == (204, b'')
    assert (folder / 'x.bin').read_bytes() == second
    assert replaced.headers['etag'] != created.headers['etag']
    assert os.listdir(folder) == ['x.bin'], 'nothing temporary is left'


def test_empty_file(session, folder, path):
    assert session.put(path, b'').status == 201
    assert (folder / 'x.bin').read_bytes() == b''


def chunked(session, path, pieces, more='', end=b'0\r\n\r\n'):
    """What comes back for a body in chunks."""
    head = f'PUT {session.file_url(path)} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n' \
           f'Connection: close\r\n{more}\r\n'.encode()
    with session.gateway.connect(30) as line:
        line.sendall(head)
        for piece in pieces:
            line.sendall(b'%x\r\n%s\r\n' % (len(piece), piece))
        line.sendall(end)
        return parse(read_to_close(line)[0])[0]


def test_body_in_chunks(session, folder, path):
    pieces = [os.urandom(size) for size in (1, 100_000, 17, 700_000)]
    assert chunked(session, path, pieces).status == 201
    assert (folder / 'x.bin').read_bytes() == b''.join(pieces)


def test_client_that_waits_is_asked_only_when_nothing_stands_in_the_way(session, folder, path):
    def ask(target, more=''):
        line = session.gateway.connect(30)
        line.sendall(f'PUT {session.file_url(target)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n'
                     f'Expect: 100-continue\r\n{more}\r\n'.encode())
        return line, line.recv(4096)

    line, first = ask(path)
    assert first == b'HTTP/1.1 100 Continue\r\n\r\n'
    line.sendall(b'hello')
    assert line.recv(4096).startswith(b'HTTP/1.1 201')
    assert (folder / 'x.bin').read_bytes() == b'hello'
    for target, more, status in ((path, 'If-None-Match: *\r\n', b'412'), (path, 'If-Match: "other"\r\n', b'412'),
                                 (os.path.dirname(path), '', b'409'), (path + '/y', '', b'404'),
                                 (path + '%', 'Content-Encoding: gzip\r\n', b'415')):
        line, first = ask(target, more)
        assert first.startswith(b'HTTP/1.1 ' + status), (target, first)
        line.close()
    assert (folder / 'x.bin').read_bytes() == b'hello' and os.listdir(folder) == ['x.bin']


def test_conditions(session, folder, path):
    error(session.put(path, b'a', if_match='*'), 'precondition_failed')
    created = session.put(path, b'a', if_none_match='*')
    assert created.status == 201
    error(session.put(path, b'b', if_none_match='*'), 'precondition_failed')
    error(session.put(path, b'b', if_match='"other"'), 'precondition_failed')
    assert session.put(path, b'bb', if_match=created.headers['etag']).status == 204
    error(session.put(path, b'c', if_match=created.headers['etag']), 'precondition_failed')
    assert (folder / 'x.bin').read_bytes() == b'bb' and os.listdir(folder) == ['x.bin']


def test_conditions_hold_when_the_file_gets_its_name(session, folder, path):
    """Somebody else was faster, while our body was on its way."""
    def meanwhile(condition, change):
        head = f'PUT {session.file_url(path)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nConnection: close\r\n' \
               f'{condition}\r\n\r\nab'.encode()
        with session.gateway.connect(30) as line:
            line.sendall(head)
            until(lambda: any(name.endswith('.part') for name in os.listdir(folder)), 10, 'the temporary file')
            change()
            line.sendall(b'cd')
            return parse(read_to_close(line)[0])[0]

    error(meanwhile('If-None-Match: *', lambda: (folder / 'x.bin').write_bytes(b'theirs')), 'precondition_failed')
    tag = session.head(path).headers['etag']
    error(meanwhile(f'If-Match: {tag}', lambda: (folder / 'x.bin').write_bytes(b'theirs again')), 'precondition_failed')
    assert (folder / 'x.bin').read_bytes() == b'theirs again' and os.listdir(folder) == ['x.bin']


def test_modes(session, folder, path):
    assert session.put(path, b'x', '?mode=0640').status == 201
    assert stat.S_IMODE((folder / 'x.bin').stat().st_mode) == 0o640
    assert session.put(path, b'y').status == 204
    assert stat.S_IMODE((folder / 'x.bin').stat().st_mode) == 0o640, 'a replaced file stays as closed as it was'
    assert session.put(path, b'y', '?mode=600').status == 204
    assert stat.S_IMODE((folder / 'x.bin').stat().st_mode) == 0o600


def test_parents_are_made_when_asked_for(session, openssh, folder):
    path = openssh.path(f'{NAME}/a/b/c.txt')
    error(session.put(path, b'x'), 'no_such_file')
    assert session.put(path, b'x', '?parents=true').status == 201
    assert (folder / 'a/b/c.txt').read_bytes() == b'x'
    assert os.listdir(folder / 'a/b') == ['c.txt']


@pytest.mark.parametrize('query, field', [('?mode=9', 'mode'), ('?mode=10000', 'mode'), ('?parents=yes', 'parents'),
                                          ('?atomic=', 'atomic'), ('?mode', None), ('?mode=1&mode=1', None)])
def test_options_are_strict(session, folder, path, query, field):
    error(session.put(path, b'x', query), 'bad_request', field=field)
    assert os.listdir(folder) == []


def test_bodies_that_are_not_the_file_itself_are_refused(session, folder, path):
    error(session.put(path, b'x', content_encoding='gzip'), 'unsupported_media_type')
    error(session.put(path, b'x', content_range='bytes 0-0/5'), 'bad_request')
    assert os.listdir(folder) == []


def test_in_place_the_file_keeps_its_identity(session, folder, path):
    (folder / 'x.bin').write_bytes(b'a longer content than the new one')
    os.link(folder / 'x.bin', folder / 'other name')
    assert session.put(path, b'new', '?atomic=false').status == 204
    assert (folder / 'other name').read_bytes() == b'new'


def test_link_is_replaced_and_its_target_stays(session, folder, path):
    (folder / 'target').write_bytes(b'target')
    (folder / 'x.bin').symlink_to('target')
    assert session.put(path, b'new').status == 204
    assert (folder / 'target').read_bytes() == b'target' and not (folder / 'x.bin').is_symlink()


def cut_upload(session, path, sent, query='', reset=False):
    line = session.gateway.connect(30)
    line.sendall(f'PUT {session.file_url(path)}{query} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {8 * MIB}\r\n\r\n'
                 .encode() + bytes(sent))
    if reset:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
    line.close()


@pytest.mark.parametrize('sent', [0, 1, 1000, MIB, 5 * MIB, 8 * MIB - 1])
@pytest.mark.parametrize('reset', [False, True])
def test_client_that_goes_leaves_nothing_behind(session, folder, path, sent, reset):
    """C13, D26: the whole file or nothing."""
    (folder / 'x.bin').write_bytes(b'before')
    cut_upload(session, path, sent, reset=reset)
    until(lambda: session.gateway.events('request', path=f'/api/v1/sessions/-/files{path}', code='client_gone'),
          2 * PATIENCE, 'the end of the request')
    until(lambda: os.listdir(folder) == ['x.bin'], 1 * PATIENCE, 'the removal of the temporary file')
    assert (folder / 'x.bin').read_bytes() == b'before'


def test_body_that_stops_is_given_up(own_gateway, openssh, folder, path):
    """A malformed end and trailers are no end."""
    session = Session(own_gateway(), openssh.login())
    for end in (b'x\r\n', b'0\r\nTrailer: x\r\n\r\n', b'-1\r\n\r\n'):
        error(chunked(session, path, [b'a' * 1000], end=end), 'bad_request')
        until(lambda: os.listdir(folder) == [], 1 * PATIENCE, 'the removal of the temporary file')


class Refusing(Script):
    """The fifth WRITE fails, and the others are fine."""
    writes = 0

    def write(self, request):
        self.server.writes = getattr(self.server, 'writes', 0) + 1
        if self.server.writes == 5:
            return wire.status(request.id, wire.FAILURE, b'No space left on device')
        return super().write(request)


class FullAtClose(Script):
    def close(self, request):
        path = self._handles.get(request.handle)
        answer = super().close(request)
        return wire.status(request.id, wire.FAILURE, b'Quota exceeded') if path and path.endswith(b'.part') else answer


class Forgetful(Script):
    """Says OK and keeps only half of it."""
    def write(self, request):
        return self.done(request.id) if request.offset else super().write(request)


class Unwilling(Script):
    def _move(self, number, old, new):
        return wire.status(number, wire.PERMISSION_DENIED, b'Permission denied')


@pytest.mark.parametrize('script, code', [(Refusing, 'failure'), (FullAtClose, 'failure'), (Forgetful, 'failure'),
                                          (Unwilling, 'permission_denied')])
def test_file_that_the_server_did_not_take_is_not_there(impatient, keys, script, code):
    """B27, B28: what was promised is checked, and the temporary file goes again."""
    with ScriptedSftp(keys, script) as server:
        before = set(server.tree)
        session = Session(impatient, server.login(username=f'up-{script.__name__}'))
        error(session.put('/home/someone/new.bin', pattern(3 * MIB)), code, phase='sftp')
        assert set(server.tree) == before, 'neither the file nor a temporary one'
        error(session.get('/home/someone/new.bin'), 'no_such_file')


class Silent(Script):
    """Takes WRITEs and never says so."""
    def write(self, request):
        return b''


def test_server_that_stops_is_given_up_after_its_time(impatient, keys):
    with ScriptedSftp(keys, Silent) as server:
        session = Session(impatient, server.login(username='up-silent'))
        error(session.put('/home/someone/new.bin', pattern(MIB)), 'timeout', phase='sftp')


def test_slow_client_is_served_while_it_moves(impatient, keys):
    """No limit in total: only silence is too long."""
    with ScriptedSftp(keys) as server:
        session = Session(impatient, server.login(username='up-slow'))
        pieces = [pattern(1000)] * 12

        def slowly():
            for piece in pieces:
                time.sleep(0.2)     # 2.4 s in all: longer than any timer of this gateway
                yield piece
        assert chunked(session, '/home/someone/slow.bin', slowly()).status == 201
        assert server.tree[b'/home/someone/slow.bin'] == b''.join(pieces)


def test_folders_are_made_with_a_slash(session, openssh, folder):
    path = openssh.path(f'{NAME}/new/')
    made = session.put(path, query='?mode=0700')
    assert made.status == 201 and made.json['path'] == path.rstrip('/')
    assert stat.S_IMODE((folder / 'new').stat().st_mode) == 0o700
    error(session.put(path), 'already_exists')
    assert session.put(path, query='?parents=true').status == 201
    error(session.put(openssh.path(f'{NAME}/p/q/')), 'no_such_file')
    assert session.put(openssh.path(f'{NAME}/p/q/'), query='?parents=true').status == 201
    error(session.put(openssh.path(f'{NAME}/with-content/'), b'x'), 'bad_request')


def test_delete_takes_files_and_empty_folders(session, openssh, folder):
    (folder / 'file').write_bytes(b'x')
    (folder / 'empty').mkdir()
    (folder / 'full').mkdir()
    (folder / 'full/x').write_bytes(b'x')
    (folder / 'link').symlink_to('full')
    assert session.delete(openssh.path(f'{NAME}/file')).status == 204
    assert session.delete(openssh.path(f'{NAME}/empty')).status == 204
    assert session.delete(openssh.path(f'{NAME}/link')).status == 204
    error(session.delete(openssh.path(f'{NAME}/full')), 'not_empty')
    error(session.delete(openssh.path(f'{NAME}/full/')), 'not_empty')
    error(session.delete(openssh.path(f'{NAME}/full/x/')), 'conflict', 'no_such_file')
    error(session.delete(openssh.path(f'{NAME}/file')), 'no_such_file')
    assert os.listdir(folder) == ['full'] and os.listdir(folder / 'full') == ['x']


def test_delete_under_conditions(session, folder, path):
    created = session.put(path, b'x')
    error(session.delete(path, if_match='"other"'), 'precondition_failed')
    assert session.delete(path, if_match=created.headers['etag']).status == 204


def test_many_uploads_at_once_are_told_apart(session, openssh, folder):
    contents = {f'f{i}': os.urandom(200_000 + i) for i in range(24)}
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda item: session.put(openssh.path(f'{NAME}/{item[0]}'), item[1]), contents.items()))
    assert [answer.status for answer in answers] == [201] * 24
    for name, content in contents.items():
        assert hashlib.sha256((folder / name).read_bytes()).digest() == hashlib.sha256(content).digest()
