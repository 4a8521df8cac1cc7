"""Every limit of the design's table that can be seen from outside, from both sides of its edge.

Elsewhere: handles (test_malicious_replies), DATA of length zero (test_malicious_transfers), folders
(test_malicious_listings), refused logins (test_authentication)."""
import asyncio
import base64
import concurrent.futures
import json
import socket
import threading
import time

import pytest

from support import sftp_wire as wire
from support.checks import error, good
from support.gateway import SHORT
from support.http import parse, read_to_close
from support.keys import PASSPHRASE
from support.scripted_sftp import HOME, MIB, Script, ScriptedSftp, lying, pattern
from support.scripted_ssh import Login, RawServer
from support.waiting import PATIENCE

KIB = 1024
IDENTIFICATION = b'SSH-2.0-Server\r\n'


# The identification. --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('octets, fits', [
    (b'SSH-2.0-' + b'x' * 245 + b'\r\n', True), (b'SSH-2.0-' + b'x' * 246 + b'\r\n', False),
    (b'hi\r\n' * 64 + IDENTIFICATION, True), (b'hi\r\n' * 65 + IDENTIFICATION, False),
    ((b'x' * 254 + b'\r\n') * 32 + IDENTIFICATION, True),
    ((b'x' * 254 + b'\r\n') * 32 + b'\r\n' + IDENTIFICATION, False),
], ids=['line_of_255', 'line_of_256', '64_lines', '65_lines', '8_kib', 'more_than_8_kib'])
def test_identification_has_its_limits(gateway, octets, fits):
    with RawServer(octets) as server:
        answer = gateway.post('connect', **server.where())
    good(answer) if fits else error(answer, 'not_ssh', phase='ssh')


# SFTP. ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('size, fits', [(262144, True), (262145, False)])
def test_message_is_at_most_256_kib(gateway, keys, size, fits):
    def remove(self, request):
        text = b'x' * (size - 1 - 4 - 4 - 4 - 4)
        octets = wire.status(request.id, wire.FAILURE, text)
        assert len(octets) == 4 + size
        return octets
    with ScriptedSftp(keys, lying(remove=remove)) as server:
        answer = gateway.post('delete', **server.login(path='hello.txt'))
    error(answer, 'failure' if fits else 'bad_message', phase='sftp')


def test_server_text_is_shown_up_to_256_characters(gateway, keys):
    for length, shown in ((256, 256), (300, 256)):
        script = lying(remove=lambda self, request: wire.status(request.id, wire.FAILURE, 'é'.encode() * length))
        with ScriptedSftp(keys, script) as server:
            found = error(gateway.post('delete', **server.login(path='hello.txt')), 'failure')
        assert found['error'].count('é') == shown


@pytest.mark.parametrize('operation, fields', [('stat', {}), ('list', {}), ('download', {}), ('mkdir', {}),
                                               ('upload', {'content': ''}), ('delete', {}), ('rmdir', {})])
def test_path_is_at_most_4096_octets(gateway, keys, operation, fields):
    with ScriptedSftp(keys) as server:
        longest = '/' + 'é' * 2047 + 'x'
        assert len(longest.encode()) == 4096
        answer = gateway.post(operation, **server.login(path=longest, **fields))
        assert answer.code != 'bad_request', answer.json
        assert any(getattr(request, 'path', b'') == longest.encode() for request in server.requests
                   if 'path' in request.fields)
        asked = len(server.requests)
        error(gateway.post(operation, **server.login(path=longest + 'x', **fields)), 'bad_request', phase='request',
              field='path')
        assert len(server.requests) == asked


def test_both_paths_of_a_rename_have_the_limit(gateway, keys):
    with ScriptedSftp(keys) as server:
        for fields, field in (({'oldPath': 'x' * 4097, 'newPath': 'y'}, 'oldPath'),
                              ({'oldPath': 'x', 'newPath': 'y' * 4097}, 'newPath')):
            error(gateway.post('rename', **server.login(**fields)), 'bad_request', phase='request', field=field)
        assert not server.requests


# Timers. --------------------------------------------------------------------------------------------------------------

@pytest.fixture
def deaf_port():
    """A port whose queue of connections is full: a further SYN gets no answer."""
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(0)
    waiting = []
    for _ in range(8):
        caller = socket.socket()
        caller.setblocking(False)
        caller.connect_ex(listener.getsockname())
        waiting.append(caller)
    yield listener.getsockname()[1]
    for caller in waiting:
        caller.close()
    listener.close()


def in_time(answer, phase, seconds=SHORT):
    error(answer, 'timeout', phase=phase)
    assert 0.9 * seconds * PATIENCE < answer.seconds < 2 * seconds * PATIENCE


def test_connect_timer(impatient, deaf_port):
    in_time(impatient.post('connect', host='127.0.0.1', port=deaf_port), 'tcp')


def test_identification_timer(impatient):
    with RawServer() as server:
        in_time(impatient.post('list', **server.login(path='.')), 'ssh')


def test_identification_timer_is_not_wound_up_by_dribble(impatient):
    def dribble():
        while True:
            yield b'x'
            time.sleep(0.1)
    with RawServer(dribble) as server:
        in_time(impatient.post('connect', **server.where()), 'ssh')


def test_key_exchange_timer(impatient):
    with RawServer(IDENTIFICATION) as server:
        in_time(impatient.post('list', **server.login(path='.')), 'ssh')


def test_authentication_timer(impatient, keys):
    class Undecided(Login):
        async def validate_password(self, username, password):
            await asyncio.Event().wait()
    with ScriptedSftp(keys, login=Undecided) as server:
        in_time(impatient.post('list', **server.login(path='.')), 'auth')


def test_operation_timer(impatient, keys):
    with ScriptedSftp(keys, lying(read=lambda self, request: None)) as server:
        in_time(impatient.post('download', **server.login(path='hello.txt')), 'sftp')


def test_operation_timer_starts_anew_with_progress(impatient, keys):
    """Slow is not stuck: the whole takes longer than the timer, no single step does."""
    pause = SHORT * PATIENCE / 4

    class Slow(Script):
        limits = (34000, 32768, 32768, 0)

        def read(self, request):
            self.kept = [*getattr(self, 'kept', []), Script.read(self, request)]
            if len(self.kept) == 1:
                asyncio.get_event_loop().call_later(pause, self.next_one)

        def next_one(self):
            self.send(self.kept.pop(0))
            if self.kept:
                asyncio.get_event_loop().call_later(pause, self.next_one)

    with ScriptedSftp(keys, Slow) as server:
        server.tree[HOME + b'/file'] = content = pattern(6 * 32768)
        answer = impatient.post('download', **server.login(path='file'))
    assert good(answer)['content'].encode() == content
    assert answer.seconds > SHORT * PATIENCE


def test_timeout_of_the_request_is_obeyed(gateway, keys):
    with ScriptedSftp(keys, lying(stat=lambda self, request: None)) as server:
        answer = gateway.post('stat', **server.login(path='x', timeoutMs=700))
    error(answer, 'timeout')
    assert 0.6 < answer.seconds < 5 * PATIENCE


@pytest.mark.parametrize('value', [0, -1, 1.5, '100', True, 10**12])
def test_timeout_that_is_none_is_a_bad_request(gateway, openssh, value):
    error(gateway.post('stat', **openssh.login(path='.', timeoutMs=value)), 'bad_request', phase='request',
          field='timeoutMs')


class _Pondering(Login):
    async def validate_password(self, username, password):
        await asyncio.sleep(60)


_SILENT = pytest.mark.parametrize('phase, step, server', [
    ('ssh', 'identification', lambda _: RawServer()), ('ssh', 'key exchange', lambda _: RawServer(IDENTIFICATION)),
    ('auth', 'login', lambda keys: ScriptedSftp(keys, login=_Pondering)),
    ('subsystem', 'sftp', lambda keys: ScriptedSftp(keys, lying(stat=lambda self, request: None)))],
    ids=['silent', 'no key exchange', 'login', 'sftp'])


@_SILENT
def test_timeout_of_a_probe_names_the_step_it_was_in(gateway, keys, phase, step, server):
    with server(keys) as silent:
        answer = gateway.post('probe', **silent.login(timeoutMs=int(1000 * PATIENCE)))
    assert f'"{step}"' in error(answer, 'timeout', phase=phase)['error']
    assert answer.seconds < 5 * PATIENCE


@pytest.mark.parametrize('operation', ['probe', 'connect'])
def test_timeout_of_a_connection_that_nobody_accepts_is_that_of_tcp(gateway, deaf_port, operation):
    error(gateway.post(operation, host='127.0.0.1', port=deaf_port, timeoutMs=700), 'timeout', phase='tcp')


@_SILENT
def test_timer_of_a_step_is_that_step_s_failure(impatient, keys, phase, step, server):
    """The whole goes on until a step's own time is up: then the answer has them all."""
    with server(keys) as silent:
        found = good(impatient.post('probe', **silent.login()))
    assert not found['healthy']
    last = found['steps'][-1]
    reached = 'sftp' if step == 'sftp' else phase     # the subsystem is there, and it is a question that hangs
    assert (last['name'], last['phase'], last['code']) == (step, reached, 'timeout'), last


# Connections to one server. -------------------------------------------------------------------------------------------

class _Counting(Login):
    """Takes a moment for each login, and counts those under way: nobody closes such a connection to make room."""
    under_way = most = 0

    async def validate_password(self, username, password):
        counts = type(self)
        counts.under_way += 1
        counts.most = max(counts.most, counts.under_way)
        await asyncio.sleep(0.05)
        counts.under_way -= 1
        return super().validate_password(username, password)


def test_one_server_gets_at_most_5_connections_at_a_time(gateway, keys):
    """Thirty users, who cannot share one."""
    with ScriptedSftp(keys, login=_Counting) as server:
        def ask(number):
            return gateway.post('stat', **server.login(path='hello.txt', username=f'user{number}'))
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(ask, range(30)))
    for answer in answers:
        good(answer) if answer.status == 200 else error(answer, 'too_many_requests')
    assert any(answer.status == 200 for answer in answers)
    assert 2 <= _Counting.most <= 5


# Keys. ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('rounds', [0, 513, 0x7fffffff, 0xffffffff])
def test_key_files_that_cost_too_much_are_refused(gateway, openssh, keys, rounds):
    lines = keys.encrypted().private.strip().splitlines()
    octets = base64.b64decode(''.join(lines[1:-1]))
    honest = wire.string(b'bcrypt') + wire.u32(24) + wire.u32(16)
    at = octets.index(honest) + len(honest) + 16
    assert octets[at:at + 4] == wire.u32(16), 'the rounds that ssh-keygen was asked for'
    body = base64.b64encode(octets[:at] + wire.u32(rounds) + octets[at + 4:]).decode()
    text = '\n'.join([lines[0], *(body[start:start + 70] for start in range(0, len(body), 70)), lines[-1]]) + '\n'
    answer = gateway.post('list', **openssh.login(path='.', privateKey=text, passphrase=PASSPHRASE))
    error(answer, 'bad_private_key')
    assert answer.seconds < 3 * PATIENCE


# HTTP. ----------------------------------------------------------------------------------------------------------------

def with_headers(gateway, total):
    """A request whose headers, with the request line and the empty line, are `total` octets."""
    start = b'GET /api/sftp/connect HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Padding: '
    return start + b'x' * (total - len(start) - 4) + b'\r\n\r\n'


def test_headers_are_at_most_16_kib(gateway):
    answer, _ = parse(gateway.raw(with_headers(gateway, 16 * KIB))[0])
    error(answer, 'bad_request', field='host')
    octets, closed = gateway.raw(with_headers(gateway, 16 * KIB + 64))
    answer, rest = parse(octets)
    assert closed and not rest
    assert answer.status in (400, 431) and answer.json['success'] is False


@pytest.mark.early
def test_headers_must_come_within_10_seconds(own_gateway):
    gateway = own_gateway()
    wire_ = gateway.connect(seconds=15)
    started = time.monotonic()
    stop = threading.Event()

    def dribble():
        for octet in b'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ' + b'x' * 1000:
            if stop.wait(0.05):
                return
            try:
                wire_.sendall(bytes([octet]))
            except OSError:
                return
    sender = threading.Thread(target=dribble)
    sender.start()
    octets, closed = read_to_close(wire_)
    stop.set()
    sender.join()
    wire_.close()
    assert closed and 9 < time.monotonic() - started < 12 * PATIENCE
    if octets:
        error(parse(octets)[0], 'request_timeout')


def padded(fields, size):
    """The JSON of `fields`, made `size` octets long by white space."""
    body = json.dumps(fields).encode()
    return b' ' * (size - len(body)) + body


@pytest.mark.parametrize('operation', ['list', 'stat', 'download', 'delete', 'mkdir', 'rename', 'connect', 'rmdir'])
def test_json_body_is_at_most_1_mib(gateway, operation):
    """The body lacks a host, so what fits is a bad request of another kind."""
    headers = {'Content-Type': 'application/json'}
    path = f'/api/sftp/{operation}'
    error(gateway.request('POST', path, padded({}, MIB), headers), 'bad_request', field='host')
    error(gateway.request('POST', path, padded({}, MIB + 1), headers), 'payload_too_large', phase='request')


def test_upload_body_is_at_most_16_mib(gateway, keys):
    headers = {'Content-Type': 'application/json'}
    content = pattern(12_000_000)
    with ScriptedSftp(keys) as server:
        fields = server.login(path='big', content=base64.b64encode(content).decode())
        assert len(json.dumps(fields)) < 16 * MIB
        good(gateway.request('POST', '/api/sftp/upload', padded(fields, 16 * MIB), headers), bytesWritten=len(content))
        assert server.tree[HOME + b'/big'] == content
        error(gateway.request('POST', '/api/sftp/upload', padded(fields, 16 * MIB + 1), headers), 'payload_too_large')


@pytest.mark.parametrize('opening, closing', [('[', ']'), ('{"a":', '}')], ids=['arrays', 'objects'])
def test_json_is_at_most_32_deep(gateway, opening, closing):
    def nested(depth):
        """`depth` levels in all, the object around them counted."""
        inner = opening * (depth - 1) + ('1' if closing == '}' else '') + closing * (depth - 1)
        return ('{"extra":' + inner + '}').encode()
    headers = {'Content-Type': 'application/json'}
    error(gateway.request('POST', '/api/sftp/list', nested(32), headers), 'bad_request', field='host')
    found = error(gateway.request('POST', '/api/sftp/list', nested(33), headers), 'bad_request')
    assert found.get('field') != 'host'
