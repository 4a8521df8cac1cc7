"""The administering commands with a person at a terminal: questions, and a password that is not shown."""
import pytest

from support.cli import INTERRUPTED, OK
from support.terminal import Terminal


@pytest.fixture
def admin(admin):
    admin.text('connections', 'create', 'acme', 'sftp://ada@192.0.2.1', '--authentication', 'password')
    return admin


@pytest.fixture
def at_terminal(cli, admin):
    return lambda *arguments: Terminal(cli, *arguments, '--gateway', admin.gateway.url)


def test_password_is_asked_for_and_not_shown(at_terminal, admin):
    command = at_terminal('password', 'set', 'acme')
    command.wait_for(rb'the password.*: ')
    command.answer(b'Pa55word\n')
    assert command.status() == OK
    assert b'Pa55word' not in command.text and b'key is safer' in command.text
    assert [entry['action'] for entry in admin.json('audit', 'list')['entries']][0] == 'password.set'


def test_nothing_typed_changes_nothing(at_terminal, admin):
    command = at_terminal('password', 'set', 'acme')
    command.wait_for(rb': ')
    command.answer(b'\n')
    assert command.status() == INTERRUPTED and b'nothing was changed' in command.text
    assert [entry['action'] for entry in admin.json('audit', 'list')['entries']] == ['connection.create']


def test_deleting_asks_and_a_no_keeps_the_connection(at_terminal, admin):
    command = at_terminal('connections', 'delete', 'acme')
    command.wait_for(rb'acme.*yes/no')
    command.answer(b'no\n')
    assert command.status() == INTERRUPTED
    assert len(admin.json('connections', 'list')['connections']) == 1
    command = at_terminal('connections', 'delete', 'acme')
    command.wait_for(rb'yes/no')
    command.answer(b'yes\n')
    assert command.status() == OK
    assert admin.json('connections', 'list')['connections'] == []


def test_interrupted_question_gives_the_terminal_back(at_terminal):
    command = at_terminal('password', 'set', 'acme')
    command.wait_for(rb': ')
    command.answer(b'\x03')
    assert command.status() == INTERRUPTED
