"""What the gateway does when its database and its master key are in trouble: it says so, loses nothing, and goes on by
itself where the cause goes away."""
import contextlib
import signal
import sqlite3
import time

import pytest

from support.checks import error, good
from support.child import ChildFailed
from support.cli import OK
from support.gateway import Gateway
from support.managed import Connection, call
from support.small_disk import fill, remount, small_disk
from support.waiting import PATIENCE, until


def names(gateway):
    return [one['name'] for one in call(gateway, 'GET', '/connections').json['connections']]


def post(gateway, name):
    return call(gateway, 'POST', '/connections',
                {'name': name, 'host': 'server.example', 'username': 'someone', 'description': 'x' * 500})


def refused_start(data, *words):
    """Starts a gateway that must not start, and looks for `words` in what it says."""
    with pytest.raises(ChildFailed) as failed:
        Gateway(data).stop()
    said = str(failed.value)
    assert '"event":"refused"' in said
    for word in words:
        assert word in said
    return said


def test_full_disk_refuses_changes_answers_questions_and_recovers_by_itself(tmp_path, openssh):
    with small_disk(tmp_path / 'disk', 'size=4m') as disk, Gateway(disk / 'data') as gateway:
        connection = Connection(gateway, 'first', openssh, openssh.username)
        connection.new_key()
        filler = fill(disk / 'filler')
        refused = until(lambda: (answer := post(gateway, f'more {time.monotonic_ns()}')).status != 201 and answer, 20,
                        'a refusal')
        error(refused, 'storage_unavailable')
        known = names(gateway)
        assert 'first' in known
        # A first contact that could not be pinned ends before the login.
        failed = connection.operate('list')
        assert failed.status >= 500 and 'No credential was sent' in failed.json['error'], failed.body
        assert connection.shown().get('hostKey') is None

        filler.unlink()
        until(lambda: post(gateway, f'again {time.monotonic_ns()}').status == 201, 20, 'room')
        assert set(known) < set(names(gateway)), 'what was acknowledged is still there'
        openssh_says = connection.operate('list')
        assert openssh_says.code == 'auth_failed'       # its key is known to nobody, but the login was tried
        good(call(gateway, 'POST', '/audit/verify'), intact=True)


def test_database_that_others_lock_refuses_changes_in_time_and_takes_them_afterwards(own_gateway, tmp_path):
    gateway = own_gateway(data_dir=tmp_path / 'data')
    assert post(gateway, 'before').status == 201
    other = sqlite3.connect(tmp_path / 'data' / 'gangway.db')
    other.isolation_level = None
    other.execute('BEGIN IMMEDIATE')
    with contextlib.closing(other):
        begun = time.monotonic()
        error(post(gateway, 'while'), 'storage_unavailable')
        assert time.monotonic() - begun < 15 * PATIENCE
        assert names(gateway) == ['before']             # questions go on meanwhile
        other.execute('ROLLBACK')
    assert post(gateway, 'after').status == 201
    assert names(gateway) == ['after', 'before']


def test_command_on_the_data_folder_of_a_running_gateway_costs_it_no_commit(own_gateway, cli, tmp_path):
    """A second process that opens the database and ends takes neither locks nor log away from the first."""
    data = tmp_path / 'data'
    gateway = own_gateway(data_dir=data)
    written = []
    for round_ in range(3):
        assert post(gateway, f'round {round_}').status == 201
        written.append(f'round {round_}')
        assert cli('audit', 'verify', '--data-dir', data).status == OK
    gateway.child.signal(signal.SIGKILL)
    gateway.child.wait(10)
    with Gateway(data) as again:
        assert names(again) == written
        good(call(again, 'POST', '/audit/verify'), intact=True)


def test_log_that_was_taken_away_after_a_crash_ends_the_start_until_it_is_back(own_gateway, tmp_path):
    data = tmp_path / 'data'
    gateway = own_gateway(data_dir=data)
    assert post(gateway, 'kept').status == 201
    gateway.child.signal(signal.SIGKILL)
    gateway.child.wait(10)
    (data / 'gangway.db-wal').rename(tmp_path / 'log')
    refused_start(data, 'log of changes', '-wal')
    (tmp_path / 'log').rename(data / 'gangway.db-wal')
    with Gateway(data) as again:
        assert names(again) == ['kept']


@pytest.mark.parametrize('where', ['first page', 'inner page', 'shortened'])
def test_damaged_database_ends_the_start_and_is_left_as_it_is(tmp_path, where):
    data = tmp_path / 'data'
    with Gateway(data) as gateway:
        for number in range(20):
            assert post(gateway, f'connection {number}').status == 201
    database = data / 'gangway.db'
    with contextlib.closing(sqlite3.connect(database)) as other:
        other.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    whole = database.read_bytes()
    damaged = bytearray(whole)
    if where == 'first page':
        damaged[:64] = b'\xff' * 64
    elif where == 'inner page':
        damaged[4096:8192] = b'\xa5' * 4096
    else:
        del damaged[len(damaged) // 2:]
    database.write_bytes(damaged)
    refused_start(data)
    assert database.read_bytes() == damaged
    database.write_bytes(whole)
    with Gateway(data) as gateway:
        assert len(names(gateway)) == 20


def test_data_folder_that_takes_no_writes_ends_the_start_until_it_does(tmp_path):
    with small_disk(tmp_path / 'disk', 'size=8m') as disk:
        with Gateway(disk / 'data') as gateway:
            assert post(gateway, 'kept').status == 201
        remount(disk, 'ro')
        refused_start(disk / 'data')
        remount(disk, 'rw')
        with Gateway(disk / 'data') as gateway:
            assert names(gateway) == ['kept']


def test_wrong_master_key_ends_the_start_and_the_right_one_opens_everything(tmp_path, openssh):
    data = tmp_path / 'data'
    with Gateway(data) as gateway:
        connection = Connection(gateway, 'first', openssh, openssh.username)
        connection.new_key()
    Gateway(tmp_path / 'other').stop()
    right, stored = (data / 'master-key').read_bytes(), (data / 'gangway.db').read_bytes()
    (data / 'master-key').write_bytes((tmp_path / 'other' / 'master-key').read_bytes())
    refused_start(data, 'master key')
    assert (data / 'gangway.db').read_bytes() == stored
    (data / 'master-key').write_bytes(right)
    with Gateway(data) as gateway:
        connection.gateway = gateway
        # The sealed key opens: the server is asked about it, and does not know it.
        assert connection.operate('list').code == 'auth_failed'
