"""SFTP servers that begin a session wrongly (attacks.md, B15 to B19)."""
import base64

import pytest

from support import sftp_wire as wire
from support.attacks import HELLO, refuses
from support.checks import error, good
from support.scripted_sftp import HOME, MIB, ScriptedSftp, lying, pattern

pytestmark = pytest.mark.usefixtures('watched')


@pytest.mark.parametrize('number', [0, 1, 2, 4, 5, 6, 0xffffffff])
def test_b15_b16_other_version_than_asked_is_refused(ask, number):
    answer = ask(lying(init=lambda self, request: wire.version(number)), 'stat', **HELLO)
    found = error(answer, 'bad_message', 'op_unsupported', 'subsystem_unavailable', phase=('sftp', 'subsystem'))
    assert str(number) in found['error'] or 'version' in found['error'].lower()


LIMITS = b'limits@openssh.com'


@pytest.mark.parametrize('octets', [
    wire.version(3, (b'n' * MIB, b'')),
    wire.frame(bytes([wire.VERSION]) + wire.u32(3) + wire.string(b'odd')),
    wire.frame(bytes([wire.VERSION]) + wire.u32(3) + wire.string(b'posix-rename@openssh.com') + wire.u32(100) + b'1'),
    wire.frame(bytes([wire.VERSION])),
], ids=['name_of_1_mib', 'odd_number_of_strings', 'cut_in_a_string', 'no_number'])
def test_b17_broken_version_is_refused(ask, octets):
    refuses(ask(lying(init=lambda self, request: octets), 'stat', **HELLO))


@pytest.mark.parametrize('extensions', [
    [(b'x%d@example.com' % number, b'1') for number in range(9000)],
    [(LIMITS, b'1'), (LIMITS, b'1'), (LIMITS, b'2')],
    [(b'', b''), (b'\0\xff', b'\x1b[2J')],
], ids=['9000_extensions', 'the_same_three_times', 'names_that_are_none'])
def test_b17_strange_extensions_do_no_harm(ask, extensions):
    answer = ask(lying(extensions=extensions), 'stat', **HELLO)
    good(answer, size=12) if answer.status == 200 else refuses(answer)


@pytest.mark.parametrize('limits', [(0, 0, 0, 0), (2**64 - 1,) * 4, (262144, 262144, 262144, 1), (1, 1, 1, 1)],
                         ids=['zero', 'max', 'one_handle', 'one_octet'])
def test_b18_strange_limits_are_clamped(keys, impatient, limits):
    size = 700 if limits[1] == 1 else MIB
    with ScriptedSftp(keys, lying(limits=limits)) as server:
        server.tree[HOME + b'/file'] = content = pattern(size)
        assert good(impatient.post('download', **server.login(path='file')))['content'].encode() == content
        good(impatient.post('upload', **server.login(path='copy', content=base64.b64encode(content).decode())))
        assert server.tree[HOME + b'/copy'] == content
        assert max(request.length for request in server.asked('read')) <= 256 * 1024
        assert max(len(request.data) for request in server.asked('write')) <= 256 * 1024


@pytest.mark.parametrize('octets', [b'', b'\0', wire.u64(1) * 3, wire.u64(1) * 4 + b'x'],
                         ids=['nothing', 'one_octet', 'three_numbers', 'too_much'])
def test_b18_limits_that_are_none_do_no_harm(ask, octets):
    def extended(self, request):
        return wire.reply(wire.EXTENDED_REPLY, request.id, octets)
    answer = ask(lying(extended=extended), 'stat', **HELLO)
    good(answer, size=12) if answer.status == 200 else refuses(answer)


@pytest.mark.parametrize('text', [b'Welcome to our server!\n', b'hello from .bashrc\n' * 300, b'\x1b[31mred\x1b[0m\n'],
                         ids=['welcome', 'long', 'coloured'])
def test_b19_text_before_the_session_is_explained(ask, text):
    answer = ask(lying(greeting=text), 'stat', **HELLO)
    found = error(answer, 'bad_message', 'subsystem_unavailable', phase=('sftp', 'subsystem'))
    shown = text.decode()[:7] if text[0] != 0x1b else 'red'
    assert shown in found['error'], 'the text helps to find who wrote it'
