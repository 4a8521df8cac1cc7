"""The command line with a person at a terminal: questions, hidden answers, progress."""
import os
import signal

import pytest

from support.cli import HOST_KEY, INTERRUPTED, OK, REFUSED
from support.keys import PASSPHRASE
from support.terminal import Terminal


@pytest.fixture
def at_terminal(cli):
    return lambda server, command, *arguments: Terminal(
        cli, command, f'sftp://{server.username}@{server.host}:{server.port}/', '--known-hosts', cli.known_hosts, *arguments)


def test_person_decides_about_an_unknown_key(at_terminal, cli, openssh):
    first = at_terminal(openssh, 'ls', '-i', openssh.key.path)
    first.wait_for(rb'yes/no')
    assert openssh.host_key.fingerprint.encode() in first.text
    first.answer(b'perhaps\n')
    first.wait_for(rb'Please write yes or no.*yes/no')
    first.answer(b'no\n')
    assert first.status() == HOST_KEY
    assert not cli.known_hosts.exists()
    second = at_terminal(openssh, 'ls', '-i', openssh.key.path)
    second.wait_for(rb'yes/no')
    second.answer(b'yes\n')
    assert second.status() == OK
    assert openssh.host_key.public_line.split()[1] in cli.known_hosts.read_text()
    assert at_terminal(openssh, 'ls', '-i', openssh.key.path).status() == OK


def test_passphrase_is_asked_for_and_not_shown(at_terminal, openssh, keys):
    command = at_terminal(openssh, 'ls', '--accept-new', '-i', keys.encrypted().path)
    command.wait_for(rb'Passphrase')
    command.answer(b'wrong-canary\n')
    command.wait_for(rb'Passphrase.*Passphrase')
    command.answer(PASSPHRASE.encode() + b'\n')
    assert command.status() == OK
    assert b'wrong-canary' not in command.text and PASSPHRASE.encode() not in command.text


def test_password_is_asked_for_after_the_host_key_and_not_shown(at_terminal, start_server):
    server = start_server('password')
    command = at_terminal(server, 'ls')
    command.wait_for(rb'yes/no')
    assert b'Password' not in command.text
    command.answer(b'yes\n')
    command.wait_for(rb'Password')
    command.answer(b'wrong-canary\n')
    command.wait_for(rb'Password.*Password')
    command.answer(server.password.encode() + b'\n')
    assert command.status() == OK
    assert b'wrong-canary' not in command.text and server.password.encode() not in command.text


@pytest.mark.parametrize('end, status', [(b'\x04', REFUSED), (b'\x03', INTERRUPTED), (signal.SIGTERM, INTERRUPTED)],
                         ids=['end of input', 'ctrl-c', 'sigterm'])
def test_person_who_does_not_answer_ends_it(at_terminal, start_server, end, status):
    command = at_terminal(start_server('password'), 'ls', '--accept-new')
    command.wait_for(rb'Password')
    if isinstance(end, bytes):
        command.answer(end)
    else:
        os.kill(command.pid, end)
    assert command.status() == status


def test_progress_is_shown_and_ctrl_c_leaves_no_half_file(cli, openssh):
    folder = openssh.fresh('terminal-progress')
    with open(folder / 'big', 'wb') as big:
        big.truncate(4 << 30)
    url = f'sftp://{openssh.username}@{openssh.host}:{openssh.port}{openssh.path("terminal-progress")}/big'
    command = Terminal(cli, 'get', url, 'out', '-i', openssh.key.path, '--known-hosts', cli.known_hosts, '--accept-new')
    command.wait_for(rb'\d %.*MiB/s.*left')
    command.answer(b'\x03')
    assert command.status() == INTERRUPTED
    assert [name for name in os.listdir(cli.home) if not name.startswith('known_hosts')] == []
