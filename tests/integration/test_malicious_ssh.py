"""Servers that misbehave before SFTP begins: in their identification, while keys are exchanged, at the login.

Host keys that change, lie or race (A1 to A4) are in test_host_keys.py."""
import asyncio
import itertools

import pytest

from support.checks import error, good
from support.gateway import ONE_TIMER
from support.scripted_sftp import ScriptedSftp
from support.scripted_ssh import Login, RawServer, ScriptedSsh
from support.waiting import PATIENCE

OPERATIONS = [('connect', {}), ('list', {'path': '.'})]


pytestmark = pytest.mark.usefixtures('watched')


@pytest.fixture(params=OPERATIONS, ids=lambda row: row[0])
def meet(request, impatient):
    """meet(octets): one operation with a server that says these octets; the answer, in time, and the server."""
    operation, fields = request.param

    def call(octets, close=False):
        with RawServer(octets, close) as server:
            who = {} if operation == 'connect' else {'username': 'someone', 'password': 'pw'}
            answer = impatient.post(operation, **server.where(), **who, **fields)
        assert answer.seconds < ONE_TIMER * PATIENCE, f'answered after {answer.seconds:.1f} s'
        return answer, server
    return call


NOT_SSH = {
    'http': b'HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n',
    'smtp': b'220 mail.example.com ESMTP\r\n',
    'ssh_1_5': b'SSH-1.5-OldServer\r\n',
    'ssh_3': b'SSH-3.0-Future\r\n',
    'no_software': b'SSH-2.0\r\n',
    'zero_in_the_line': b'SSH-2.0-Open\0SSH\r\n',
    'escape_in_the_line': b'SSH-2.0-\x1b[2J\r\n',
    'line_of_256': b'SSH-2.0-' + b'x' * 246 + b'\r\n',
    'line_of_1_mib': b'SSH-2.0-' + b'x' * 1024 * 1024 + b'\r\n',
    'line_without_end': b'x' * 100_000,
    'binary': bytes(range(256)) * 64,
    'tls_alert': b'\x15\x03\x01\x00\x02\x02\x46',
}


@pytest.mark.parametrize('row', NOT_SSH)
def test_what_is_not_ssh_is_named_so(meet, row):
    answer, _ = meet(NOT_SSH[row], close=True)
    error(answer, 'not_ssh', phase='ssh')


def test_lines_before_the_identification_are_passed_over(impatient):
    """RFC 4253 section 4.2 allows them."""
    lines = b'Welcome\r\nto this\r\nserver\r\n' + b'SSH-2.0-Polite_1.0 with comment\r\n'
    with RawServer(lines) as server:
        good(impatient.post('connect', **server.where()), banner='SSH-2.0-Polite_1.0 with comment', sshVersion='2.0',
             software='Polite_1.0 with comment')


def test_identification_ended_by_line_feed_alone_is_read(impatient):
    with RawServer(b'SSH-1.99-Old_but_fine\n') as server:
        good(impatient.post('connect', **server.where()), banner='SSH-1.99-Old_but_fine', sshVersion='1.99')


def test_lines_for_ever_are_read_within_a_budget(meet):
    """A18: the socket's buffers take some more than we read."""
    answer, _ = meet(lambda: itertools.repeat(b'not yet\r\n' * 100), close=True)
    error(answer, 'not_ssh', phase='ssh')


def test_octets_for_ever_without_a_line_are_read_within_a_budget(meet):
    answer, _ = meet(lambda: itertools.repeat(b'x' * 1000), close=True)
    error(answer, 'not_ssh', phase='ssh')


def test_server_that_closes_at_once_is_lost(meet):
    answer, _ = meet(b'', close=True)
    error(answer, 'connection_lost', 'not_ssh', phase='ssh')


def test_part_of_an_identification_is_not_one(meet):
    answer, _ = meet(b'SSH-2.0-Open', close=True)
    error(answer, 'connection_lost', 'not_ssh', phase='ssh')


AFTER_IDENTIFICATION = {
    'nothing': b'',
    'text': b'and now for something completely different, that is no packet at all\r\n' * 20,
    'packet_of_4_gib': b'\xff\xff\xff\xff' + bytes(100),
    'packet_of_2_gib': b'\x7f\xff\xff\xff' + bytes(100),
    'packet_of_zero': bytes(100),
    'padding_longer_than_packet': b'\0\0\0\x0c\xff\x14' + bytes(100),
    'disconnect': b'\0\0\0\x0c\x06\x01' + b'\0\0\0\x02' + bytes(6),
    'newkeys_first': b'\0\0\0\x0c\x0a\x15' + bytes(10),
    'userauth_success_first': b'\0\0\0\x0c\x0a\x34' + bytes(10),
}


@pytest.mark.parametrize('close', [True, False], ids=['then_closes', 'then_stays'])
@pytest.mark.parametrize('row', AFTER_IDENTIFICATION)
def test_broken_key_exchange_ends_without_credentials(impatient, row, close):
    with RawServer(b'SSH-2.0-Liar\r\n' + AFTER_IDENTIFICATION[row], close) as server:
        answer = impatient.post('list', **server.login(path='.'))
        heard = b''.join(server.heard)
    assert answer.seconds < ONE_TIMER * PATIENCE
    error(answer, 'handshake_failed', 'connection_lost', 'timeout', phase='ssh')
    assert b'someone' not in heard


def test_login_that_is_never_decided_times_out(impatient, keys):
    class Undecided(Login):
        async def validate_password(self, username, password):
            await asyncio.Event().wait()

    with ScriptedSftp(keys, login=Undecided) as server:
        error(impatient.post('list', **server.login(path='.')), 'timeout', phase='auth')


def test_subsystem_that_is_refused_is_unavailable(impatient, keys):
    with ScriptedSsh([str(keys.host().path)]) as server:
        error(impatient.post('list', **server.login(path='.')), 'subsystem_unavailable', phase='subsystem')
