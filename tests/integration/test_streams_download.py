"""GET and HEAD of files: whole, in part, conditionally; and what the server does meanwhile."""
import hashlib
import os

import pytest

from support.checks import error
from support.fault_proxy import FaultProxy
from support.scripted_sftp import MIB, Script, ScriptedSftp, pattern
from support.streams import Session
from support.waiting import PATIENCE, settled, until
from support import sftp_wire as wire

WHEN = 1767225600
NAME = 'streams'


@pytest.fixture
def session(gateway, openssh):
    return Session(gateway, openssh.login())


@pytest.fixture
def folder(openssh):
    return openssh.fresh(NAME)


def place(folder, name, content):
    (folder / name).write_bytes(content)
    os.utime(folder / name, (WHEN, WHEN))
    return f'/{NAME}/{name}'


@pytest.fixture
def mebibytes(openssh, folder):
    content = os.urandom(5 * MIB + 17)
    return openssh.path() + place(folder, 'five.bin', content), content


def test_whole_file_comes_with_everything_a_client_wants_to_know(session, mebibytes):
    path, content = mebibytes
    answer = session.get(path)
    assert answer.status == 200 and hashlib.sha256(answer.body).digest() == hashlib.sha256(content).digest()
    wanted = {'content-length': str(len(content)), 'content-type': 'application/octet-stream',
              'etag': f'"{len(content):x}-{WHEN:x}"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
              'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff', 'cache-control': 'private, no-cache',
              'content-security-policy': "default-src 'none'; sandbox",
              'content-disposition': 'attachment; filename="five.bin"; filename*=UTF-8\'\'five.bin'}
    for name, value in wanted.items():
        assert answer.headers.get(name) == value, name
    assert answer.headers['gangway-host-key'].startswith('SHA256:')
    head = session.head(path)
    assert head.status == 200 and head.body == b''
    different = {'date'}
    assert {n: v for n, v in head.headers.items() if n not in different} == \
           {n: v for n, v in answer.headers.items() if n not in different}


def test_each_server_gives_the_same_octets(gateway, each_server):
    content = os.urandom(3 * MIB + 5)
    each_server.fresh(NAME)
    (each_server.local(NAME) / 'x').write_bytes(content)
    session = Session(gateway, each_server.login())
    assert session.get(each_server.path(f'{NAME}/x')).body == content
    part = session.get(each_server.path(f'{NAME}/x'), range='bytes=1048570-2097160')
    assert (part.status, part.body) == (206, content[1048570:2097161])
    put = session.put(each_server.path(f'{NAME}/y'), content)
    assert put.status == 201, put.json
    assert (each_server.local(NAME) / 'y').read_bytes() == content
    assert sorted(os.listdir(each_server.local(NAME))) == ['x', 'y']


def test_empty_file_has_a_length_of_zero(session, openssh, folder):
    answer = session.get(openssh.path() + place(folder, 'empty', b''))
    assert (answer.status, answer.body, answer.headers['content-length']) == (200, b'', '0')


def test_file_that_the_system_makes_up_is_read_to_its_end(session):
    answer = session.get('/proc/version')
    assert answer.status == 200 and answer.body.startswith(b'Linux version')
    assert answer.headers['transfer-encoding'] == 'chunked' and 'content-length' not in answer.headers


@pytest.mark.parametrize('asked, first, last', [
    ('bytes=0-0', 0, 0), ('bytes=100-199', 100, 199), ('bytes=4000-', 4000, 4095), ('bytes=-96', 4000, 4095),
    ('bytes=-9999', 0, 4095), ('bytes=4095-99999999999999999999', 4095, 4095), ('BYTES=1-2', 1, 2)])
def test_one_range(session, openssh, folder, asked, first, last):
    content = pattern(4096)
    answer = session.get(openssh.path() + place(folder, 'page', content), range=asked)
    assert (answer.status, answer.body) == (206, content[first:last + 1])
    assert answer.headers['content-range'] == f'bytes {first}-{last}/4096'
    assert answer.headers['content-length'] == str(last + 1 - first)


@pytest.mark.parametrize('asked', ['bytes=4096-', 'bytes=-0', 'bytes=5-4', 'bytes=a-b', 'bytes=', 'bytes=-', 'bytes=1',
                                   'bytes=0-0,1-1', 'bytes=' + '0-0,' * 1000 + '0-0', 'bytes=+1-2', 'bytes=1--2'])
def test_range_that_cannot_be_had(session, openssh, folder, asked):
    answer = session.get(openssh.path() + place(folder, 'page', pattern(4096)), range=asked)
    assert error(answer, 'range_not_satisfiable')['size'] == 4096
    assert answer.headers['content-range'] == 'bytes */4096'


def test_other_units_and_old_versions_get_the_whole_file(session, openssh, folder):
    path = openssh.path() + place(folder, 'page', pattern(4096))
    tag = session.head(path).headers['etag']
    date = 'Thu, 01 Jan 2026 00:00:00 GMT'
    for headers in ({'range': 'lines=1-2'}, {'range': 'bytes=1-2', 'if_range': '"other"'},
                    {'range': 'bytes=1-2', 'if_range': 'W/' + tag},
                    {'range': 'bytes=1-2', 'if_range': 'Thu, 01 Jan 2026 00:00:01 GMT'}):
        assert session.get(path, **headers).status == 200, headers
    for condition in (tag, date):
        assert session.get(path, range='bytes=1-2', if_range=condition).status == 206


def test_conditions(session, openssh, folder):
    path = openssh.path() + place(folder, 'page', pattern(4096))
    tag = session.head(path).headers['etag']
    date, before = 'Thu, 01 Jan 2026 00:00:00 GMT', 'Wed, 31 Dec 2025 23:59:59 GMT'
    for method in ('GET', 'HEAD'):
        for headers in ({'if_none_match': tag}, {'if_none_match': '"a", W/' + tag}, {'if_none_match': '*'},
                        {'if_modified_since': date}):
            answer = session.ask(method, path, **headers)
            assert (answer.status, answer.body, answer.headers.get('etag')) == (304, b'', tag), headers
            assert 'content-length' not in answer.headers
        for headers in ({'if_none_match': '"other"'}, {'if_modified_since': before}, {'if_match': tag},
                        {'if_match': '*'}, {'if_unmodified_since': date}, {'if_modified_since': 'yesterday'},
                        {'if_none_match': '"other"', 'if_modified_since': date}):
            assert session.ask(method, path, **headers).status == 200, headers
    for headers in ({'if_match': '"other"'}, {'if_match': 'W/' + tag}, {'if_unmodified_since': before}):
        error(session.get(path, **headers), 'precondition_failed')


@pytest.mark.parametrize('name, ascii_name, encoded', [
    (b'a"b\\c;d%0d%0a.txt', 'a_b_c_d_0d_0a.txt', 'a%22b_c%3Bd%250d%250a.txt'),
    (b'line\r\nSet-Cookie: x=1', 'line__Set-Cookie: x=1', 'line__Set-Cookie%3A%20x%3D1'),
    ('Müller & Söhne 📄.pdf'.encode(), 'M_ller & S_hne _.pdf', 'M%C3%BCller%20&%20S%C3%B6hne%20%F0%9F%93%84.pdf'),
    ('inv\u202efdp.exe'.encode(), 'inv_fdp.exe', 'inv_fdp.exe'),
    (b'..\\..\\x', '.._.._x', '.._.._x'),
    (b'caf\xe9', 'caf_', 'caf_'),
    (b'<img src=x onerror=alert(1)>.html', '<img src=x onerror=alert(1)>.html',
     '%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E.html')])
def test_names_of_downloads_are_safe_in_one_header_line(session, openssh, folder, name, ascii_name, encoded):
    """H2, H3: what a server calls its files never breaks the head and never is a page of the gateway's."""
    with open(os.fsencode(folder) + b'/' + name, 'wb') as file:
        file.write(b'<script>alert(1)</script>')
    answer = session.get(openssh.path(f'{NAME}/').encode() + name)
    assert answer.status == 200 and 'set-cookie' not in answer.headers
    assert answer.headers['content-disposition'] == f'attachment; filename="{ascii_name}"; filename*=UTF-8\'\'{encoded}'
    assert answer.headers['content-type'] == 'application/octet-stream'
    assert 'sandbox' in answer.headers['content-security-policy']


@pytest.mark.parametrize('tail', ['a//b', './x', 'a/./b', 'a/../b', '..', '%2e%2e/x', 'a/%2E%2e', 'a%2fb', '%2Fetc', '%00',
                                  'a%00b', '%', 'a%2', 'a%zz', '/', '//', '/etc/passwd', 'x' * 4097])
def test_each_path_has_one_spelling(session, tail):
    """D16: what could mean two things is refused, before any server is asked."""
    error(session.gateway.request('GET', f'{session.url}/files/{tail}'), 'bad_request', phase='request', field='path')


def test_home_is_where_the_login_lands(session, openssh, gateway):
    """`~` is the login's folder, and an encoded one is the same."""
    home = gateway.post('realpath', **openssh.login(path='.')).json['realPath']
    for spelling in ('~/', '%7e/', '%7E/'):
        answer = session.gateway.request('GET', f'{session.url}/files/{spelling}')
        assert answer.status == 200 and answer.json['path'] == '.', answer.json
    assert sorted(entry['name'] for entry in answer.json['entries']) == sorted(os.listdir(home))


def test_odd_names_are_found_by_their_octets(session, openssh, folder):
    for name in (b'~', b'a+b', b'%41', b' ', b'..;', b'a\\b', b'\xff', 'ü'.encode(), b'x?y#z'):
        with open(os.fsencode(folder) + b'/' + name, 'wb') as file:
            file.write(name)
        answer = session.get(openssh.path(f'{NAME}/').encode() + name)
        assert (answer.status, answer.body) == (200, name)


def test_what_is_no_file_is_said(session, openssh, folder):
    os.mkfifo(folder / 'pipe')
    error(session.get(openssh.path(f'{NAME}/missing')), 'no_such_file')
    error(session.get(openssh.path(NAME)), 'is_a_directory')
    error(session.get(openssh.path(f'{NAME}/pipe')), 'failure')
    assert session.get('/proc/version').status == 200, 'the pipe did not block the session'


class Counting(Script):
    """A server that tells a test how many handles are open."""
    tree_size = 64 * MIB

    def open(self, request):
        if request.path.endswith(b'big') and not request.flags & wire.FLAG_WRITE:
            return wire.handle(request.id, self.new_handle(b'big'))
        return super().open(request)

    def compound(self, path):
        if path and path.endswith(b'big'):
            return wire.attributes(self.tree_size, (1000, 1000), wire.S_IFREG | 0o644, (WHEN, WHEN))
        return super().compound(path)

    def read(self, request):
        if self._handles[request.handle] == b'big':
            return wire.data(request.id, bytes(min(request.length, self.tree_size - request.offset)))
        return super().read(request)


def raw_get(session, path):
    request = f'GET {session.file_url(path)} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode()
    line = session.gateway.connect(30, buffers=65536)
    line.sendall(request)
    return line


def closes(server):
    return sum(request.kind == 'close' for request in server.requests)


def test_client_that_hangs_up_ends_the_reading_within_a_second(impatient, keys):
    """C13."""
    with ScriptedSftp(keys, Counting) as server:
        session = Session(impatient, server.login())
        line = raw_get(session, '/big')
        assert line.recv(1000).startswith(b'HTTP/1.1 200')
        line.close()
        until(lambda: closes(server) == 1, 1 * PATIENCE, 'the CLOSE')
        reads = len(server.requests)
        assert settled(lambda: len(server.requests), 2, 'the reading') <= reads + 1, 'nothing more is read'
        assert session.get('/home/someone/hello.txt').body == b'hello world\n'


def test_reader_that_stops_holds_little_and_is_not_waited_for_by_others(impatient, keys):
    """Back-pressure: what is asked of the server follows what the client takes."""
    with ScriptedSftp(keys, Counting) as server:
        session = Session(impatient, server.login())
        line = raw_get(session, '/big')
        line.recv(1000)
        asked = settled(lambda: sum(request.length for request in server.requests if request.kind == 'read'),
                        10, 'the reading')
        assert asked < 48 * MIB, 'not the whole file'
        assert session.get('/home/someone/hello.txt').body == b'hello world\n'
        line.close()
        until(lambda: closes(server) == 2, 2 * PATIENCE, 'both CLOSEs')


def cut_off(session, path):
    """The octets of a body whose end is missing."""
    with raw_get(session, path) as line:
        received = bytearray()      # to extend `bytes` would copy all of it each time
        while piece := line.recv(65536):
            received += piece
    head, _, body = received.partition(b'\r\n\r\n')
    assert head.startswith(b'HTTP/1.1 200')
    length = int(dict(l.split(': ', 1) for l in head.decode().split('\r\n')[1:])['Content-Length'])
    assert len(body) < length, 'a client must see that it does not have the whole file'
    return body


class Shrinking(Counting):
    def read(self, request):
        if self._handles[request.handle] == b'big' and request.offset >= 8 * MIB:
            return self.end(request.id)
        return super().read(request)


class Failing(Counting):
    def read(self, request):
        if self._handles[request.handle] == b'big' and request.offset >= 8 * MIB:
            return wire.status(request.id, wire.FAILURE, b'Input/output error')
        return super().read(request)


class Touched(Counting):
    """The file gets another time while it is read."""
    def fstat(self, request):
        seen = sum(r.kind == 'fstat' for r in self.server.requests)
        return wire.attrs(request.id, wire.attributes(self.tree_size, (1000, 1000), wire.S_IFREG | 0o644,
                                                      (WHEN, WHEN + (seen > 1))))


class Vanishing(Counting):
    def read(self, request):
        if self._handles[request.handle] == b'big' and request.offset >= 8 * MIB:
            return self.hang_up()
        return super().read(request)


@pytest.mark.parametrize('script, code', [(Shrinking, 'conflict'), (Failing, 'failure'), (Touched, 'conflict'),
                                          (Vanishing, 'connection_lost')])
def test_failure_on_the_way_is_visible_and_logged(impatient, keys, script, code):
    """B24, B25, B26: never a whole file that is none."""
    with ScriptedSftp(keys, script) as server:
        session = Session(impatient, server.login(username=f'failing-{code}-{script.__name__}'))
        body = cut_off(session, '/big')
        assert body == bytes(len(body))
        impatient.wait_event('request', path='/api/v1/sessions/-/files/big', status=200, code=code)


class Growing(Counting):
    """OPEN finds a longer file than STAT did."""
    def fstat(self, request):
        return wire.attrs(request.id, wire.attributes(self.tree_size + 1, (1000, 1000), wire.S_IFREG | 0o644,
                                                      (WHEN, WHEN)))


def test_file_that_changes_between_look_and_open_is_refused(impatient, keys):
    with ScriptedSftp(keys, Growing) as server:
        error(Session(impatient, server.login(username='growing')).get('/big'), 'conflict')


def test_connection_that_died_while_idle_is_replaced_unnoticed(gateway, openssh, folder):
    """I7: nobody sees it, because looking twice harms nobody."""
    place(folder, 'x', b'still here')
    proxy = FaultProxy(('127.0.0.1', openssh.port))
    try:
        session = Session(gateway, {**openssh.login(), **proxy.where()})
        assert session.get(openssh.path(f'{NAME}/x')).body == b'still here'
        proxy.cut()
        assert session.get(openssh.path(f'{NAME}/x')).body == b'still here'
    finally:
        proxy.stop()
