"""Folders that are pulled from real OpenSSH: on schedule and on request, once, complete, and after every trouble."""
import contextlib
import os
import shutil
import sqlite3
import threading

import pytest

from support.authority import Authority
from support.checks import error, good
from support.fault_proxy import SERVER_TO_CLIENT, STALL, Fault, FaultProxy
from support.gateway import Gateway
from support.managed import Connection, call
from support.privilege import IS_ROOT, PREFIX
from support.child import run as run_program
from support.pulls import Folder, everything
from support.s3_stub import ACCESS_KEY, REGION, SECRET_KEY, S3Stub
from support.scripted_sftp import ScriptedSftp
from support.waiting import until

LOOKS = {'stable': {'by': 'looks', 'apart': '5s'}}


@pytest.fixture
def sshd(sshd):
    out(sshd).mkdir()
    return sshd


def out(sshd):
    return sshd.folder / 'tree' / 'out'


def ready(gateway, sshd, server=None):
    """A connection whose generated key the server accepts, tested."""
    connection = Connection(gateway, 'partner', server or sshd, sshd.username)
    sshd.authorize(connection.new_key()['publicKey'])
    good(connection.ask('POST', '/test'))
    return connection


def at(server):
    return server.host, server.port


def fill(folder, count, size=1000):
    """Files with a content of their own, name to content."""
    made = {f'file-{number:04}.csv': os.urandom(8).hex().encode() * (size // 16) for number in range(count)}
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return made


@pytest.mark.early
def test_a_thousand_files_that_come_while_it_runs_arrive_once_and_whole(managed, sshd):
    connection = ready(managed, sshd)
    assert connection.shown()['hostKey']['fingerprint'] == sshd.host_key.fingerprint
    folder = Folder(connection, 'orders', out(sshd), {'every': '1m'}, LOOKS)
    first = folder.run_to_its_end()
    assert first['outcome'] == 'succeeded' and first['pulled'] == 0

    slow = {f'slow-{number:03}.csv': b'' for number in range(500)}
    quick_is_there = threading.Event()

    def write_slowly():
        """Some octets to each file in turn, never silent for long, until all quick files have arrived."""
        rounds = 0
        while rounds < 2 or not quick_is_there.is_set():
            rounds += 1
            for name in slow:
                piece = f'{name} round {rounds}\n'.encode()
                with open(out(sshd) / name, 'ab') as file:
                    file.write(piece)
                slow[name] += piece
            quick_is_there.wait(0.2)

    folder.run()
    writer = threading.Thread(target=write_slowly)
    writer.start()
    try:
        quick = fill(out(sshd), 500)
        until(lambda: len(folder.arrived()) >= 500, 120, 'the files that are written at once')
        assert folder.arrived() == quick, 'a file that is still written has arrived'
    finally:
        quick_is_there.set()
        writer.join()
    until(lambda: len(folder.arrived()) == 1000, 120, 'the files that were written slowly')
    assert folder.arrived() == quick | slow
    until(lambda: sum(run['pulled'] for run in folder.runs()) == 1000, 30, 'the end of the last run')
    ledger = folder.ledger()
    assert len(ledger) == len({row['path'] for row in ledger if 'version' in row}) + sum('version' not in r for r in ledger)
    assert sorted(row['path'] for row in ledger if row['state'] == 'finalised') == sorted(quick | slow)
    assert {row['version'] for row in ledger if row['state'] == 'finalised'} == {1}
    assert connection.health() == 'healthy'


def test_a_second_run_transfers_nothing(managed, sshd):
    folder = Folder(ready(managed, sshd), 'orders', out(sshd))
    files = fill(out(sshd), 20)
    assert folder.run_to_its_end()['pulled'] == 20
    again = folder.run_to_its_end()
    assert again['outcome'] == 'succeeded' and again['pulled'] == 0 and again['octets'] == 0 and again['listed'] == 20
    assert folder.arrived() == files


@pytest.mark.early
def test_a_schedule_pulls_by_itself(managed, sshd):
    folder = Folder(ready(managed, sshd), 'orders', out(sshd), {'every': '1m'})
    files = fill(out(sshd), 3)
    until(lambda: folder.arrived() == files, 80, 'the run of the schedule')
    newest = until(lambda: [run for run in folder.runs() if run['pulled'] == 3], 10, 'its end')[0]
    assert newest['cause'] == 'schedule'
    assert managed.events('run_started', cause='schedule') and managed.events('run_ended', pulled=3)
    text = managed.request('GET', '/metrics').body.decode()
    assert 'gangway_pull_files_total 3' in text and 'gangway_pull_runs_total{outcome="succeeded"}' in text
    assert f'gangway_pull_seconds_since_success{{connection="{folder.connection.id}"}}' in text


def test_another_host_key_ends_runs_before_any_credential_until_it_is_locked(managed, sshd, keys):
    with FaultProxy(at(sshd)) as line, ScriptedSftp(keys, host_keys=[keys.host('ed25519', '_other')]) as impostor:
        connection = ready(managed, sshd, line)
        folder = Folder(connection, 'orders', out(sshd), {'every': '1m'})
        files = fill(out(sshd), 3)
        assert folder.run_to_its_end()['pulled'] == 3
        line.lead_to(at(impostor))
        line.cut()
        files |= {'late.csv': b'late'}
        (out(sshd) / 'late.csv').write_bytes(b'late')
        refused = folder.run_to_its_end()
        assert refused['outcome'] == 'failed' and refused['pulled'] == 0
        assert not impostor.saw_authentication
        assert connection.health() == 'host_key_mismatch'
        line.lead_to(at(sshd))
        good(connection.ask('PUT', '/host-key', {'fingerprint': sshd.host_key.fingerprint}))
        # At once: neither after the pause that a failure earns, nor with the next look at all folders.
        until(lambda: folder.arrived() == files, 10, 'the run after the lock')
        until(lambda: connection.health() == 'healthy', 10, 'its health')


def test_a_test_that_goes_well_ends_the_pause_after_runs_that_were_refused(managed, sshd):
    """After two refusals of one key the gateway tries it no more for a while: a test shows that it may."""
    connection = Connection(managed, 'partner', sshd, sshd.username)
    key = connection.new_key()
    folder = Folder(connection, 'orders', out(sshd), {'every': '1h'})
    files = fill(out(sshd), 3)
    for _ in range(5):
        assert folder.run_to_its_end()['code'] in ('auth_failed', 'too_many_requests')
    sshd.authorize(key['publicKey'])
    error(connection.operate('list', path='.'), 'too_many_requests')
    assert connection.ask('POST', '/test').json['healthy']
    until(lambda: folder.arrived() == files, 10, 'the run after the test')
    until(lambda: folder.runs()[0]['outcome'] == 'succeeded', 10, 'its end')
    good(connection.operate('list', path='.'))


def test_a_folder_that_is_set_right_is_pulled_at_once(managed, sshd):
    folder = Folder(ready(managed, sshd), 'orders', out(sshd) / 'nowhere', {'every': '1h'})
    files = fill(out(sshd), 3)
    for _ in range(5):
        assert folder.run_to_its_end()['code'] == 'no_such_file'
    good(folder.ask('PATCH', value={'remoteFolder': str(out(sshd))}))
    until(lambda: folder.arrived() == files, 10, 'the run after the change')


def test_rotation_shows_which_key_each_run_has_used(managed, sshd):
    with FaultProxy(at(sshd)) as line:
        connection = Connection(managed, 'partner', line, sshd.username)
        old, new = connection.new_key(), None
        sshd.authorize(old['publicKey'])
        folder = Folder(connection, 'orders', out(sshd))
        first = fill(out(sshd), 2)
        assert folder.run_to_its_end()['key'] == old['id']
        new = connection.new_key()
        line.cut()
        (out(sshd) / 'between.csv').write_bytes(b'between')
        between = until(lambda: rerun(folder), 60, 'a run while the server does not know the new key yet')
        assert between['key'] == old['id']
        sshd.authorize(old['publicKey'], new['publicKey'])
        sshd.authorize(new['publicKey'])        # and without the old one again
        line.cut()
        (out(sshd) / 'late.csv').write_bytes(b'late')
        after = until(lambda: rerun(folder), 60, 'a run with the new key')
        assert after['outcome'] == 'succeeded' and after['key'] == new['id']
        assert after['hostKey'] == sshd.host_key.fingerprint
        assert folder.arrived() == first | {'between.csv': b'between', 'late.csv': b'late'}
        assert [run['key'] for run in reversed(folder.runs()) if run['pulled']] == [old['id'], old['id'], new['id']]
        assert all('lastAcceptedAt' in key for key in connection.keys().values())


def rerun(folder):
    """A run that worked; the one that meets the cut line may fail."""
    ended = folder.run_to_its_end()
    return ended if ended['outcome'] == 'succeeded' else None


def stalled(line):
    """The server's answers stop after a while, in the middle of a file."""
    line.fault = Fault(STALL, SERVER_TO_CLIENT, 300_000)


def test_a_cancelled_run_ends_and_the_next_one_goes_on(managed, sshd):
    with FaultProxy(at(sshd)) as line:
        connection = ready(managed, sshd, line)
        folder = Folder(connection, 'orders', out(sshd))
        files = fill(out(sshd), 3, 2_000_000)
        stalled(line)
        line.cut()
        run = folder.run()
        until(lambda: call(managed, 'GET', f'/runs/{run}').json.get('progress', {}).get('planned'), 30, 'a plan')
        assert folder.ask('POST', '/run', {}).status == 409
        assert call(managed, 'POST', f'/runs/{run}/cancel', {}).status == 202
        assert folder.ended(run)['outcome'] == 'interrupted'
        assert folder.arrived().keys() <= files.keys()
        line.fault = None
        line.cut()
        until(lambda: rerun(folder), 60, 'a run that goes through')
        assert folder.arrived() == files
        actions = [entry['action'] for entry in call(managed, 'GET', '/audit?limit=100').json['entries']]
        assert 'folder.run' in actions and any('cancel' in action for action in actions)


@pytest.mark.parametrize('what', ['folder', 'connection'])
def test_what_is_removed_has_its_run_ended_and_leaves_nothing_half_done(managed, sshd, what):
    with FaultProxy(at(sshd)) as line:
        connection = ready(managed, sshd, line)
        folder = Folder(connection, 'orders', out(sshd))
        files = fill(out(sshd), 3, 2_000_000)
        stalled(line)
        line.cut()
        run = folder.run()
        until(lambda: list(folder.place.rglob('*.part')), 30, 'a file on its way')
        assert (folder if what == 'folder' else connection).ask('DELETE').status == 204
        assert folder.ended(run, 10)['outcome'] == 'interrupted'
        until(lambda: not list(folder.place.rglob('*.part')), 10, 'nothing on its way')
        assert folder.arrived().items() <= files.items()
        states = {row['state'] for row in everything(managed, f'/files?connection={connection.id}', 'files')}
        assert not states & {'claimed', 'fetched', 'published'}, states


def test_a_gateway_that_is_stopped_in_a_run_goes_on_with_it_after_its_start(own_gateway, sshd, tmp_path):
    data = tmp_path / 'data'
    with FaultProxy(at(sshd)) as line:
        gateway = own_gateway(data_dir=data)
        folder = Folder(ready(gateway, sshd, line), 'orders', out(sshd))
        files = fill(out(sshd), 3, 2_000_000)
        stalled(line)
        line.cut()
        run = folder.run()
        until(lambda: call(gateway, 'GET', f'/runs/{run}').json.get('progress', {}).get('planned'), 30, 'a plan')
        gateway.ask_to_stop()
        assert gateway.child.wait(20) == 0
        line.fault = None
        with Gateway(data) as again:
            folder.gateway = folder.connection.gateway = again
            assert folder.ended(run)['outcome'] == 'interrupted'
            until(lambda: folder.arrived() == files, 60, 'the files, though nobody asks')
            until(lambda: folder.runs()[0]['outcome'] == 'succeeded', 30, 'the end of the run')
            assert [row['version'] for row in folder.ledger() if row['state'] == 'finalised'] == [1, 1, 1]


def bucket_at(stub):
    return {'to': 's3', 'endpoint': stub.endpoint, 'region': REGION, 'bucket': 'files', 'prefix': 'in/',
            'accessKeyId': ACCESS_KEY, 'secretAccessKey': SECRET_KEY}


def test_a_bucket_behind_https_wants_a_certificate_of_a_trusted_authority_for_the_right_name(own_gateway, sshd, tmp_path):
    """Of `ca_file`, or else of the system. Whoever has none is sent no request, and so no file and no signature."""
    ours, theirs, other = (Authority(tmp_path / name) for name in ('ours', 'theirs', 'other'))
    authorities = tmp_path / 'authorities.pem'
    authorities.write_bytes(ours.certificate.read_bytes() + other.certificate.read_bytes())
    trusting, usual = own_gateway('--ca-file', authorities), own_gateway()
    connections = {gateway: Connection(gateway, 'partner', sshd, sshd.username) for gateway in (trusting, usual)}
    sshd.authorize(*(connection.new_key()['publicKey'] for connection in connections.values()))
    files = fill(out(sshd), 3) | {'large.csv': os.urandom(17 << 20)}
    (out(sshd) / 'large.csv').write_bytes(files['large.csv'])       # in parts
    with S3Stub('files', tls=ours.issue('IP:127.0.0.1')) as good_one, \
            S3Stub('files', tls=theirs.issue('IP:127.0.0.1')) as stranger, \
            S3Stub('files', tls=other.issue('DNS:other.example')) as misnamed:
        for name, stub, gateway in (('stranger', stranger, trusting), ('misnamed', misnamed, trusting),
                                    ('system', good_one, usual)):
            folder = Folder(connections[gateway], name, out(sshd), destination=bucket_at(stub))
            refused = folder.run_to_its_end(60)
            assert refused['outcome'] in ('partial', 'failed') and refused['pulled'] == 0, refused
            assert 'certificate' in refused['error'] and not stub.log, refused
        folder = Folder(connections[trusting], 'orders', out(sshd), destination=bucket_at(good_one))
        assert folder.run_to_its_end(60)['pulled'] == 4
        stored = {key.removeprefix('in/'): content for key, (content, _) in good_one.buckets['files'].items()}
        assert stored == files


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one MiB."""
    assert IS_ROOT or PREFIX, 'mounting needs root'
    place = tmp_path / 'small'
    place.mkdir()
    run_program([*PREFIX, 'mount', '-t', 'tmpfs', '-o', 'mode=777,size=1m', 'tmpfs', place])
    yield place
    run_program([*PREFIX, 'umount', '--lazy', place])


def into(place, gateway, sshd):
    """A folder that is pulled into this place."""
    folder = Folder(ready(gateway, sshd), 'orders', out(sshd), {'every': '1m'},
                    destination={'to': 'local', 'folder': str(place / 'orders')})
    folder.place = place / 'orders'
    return folder


@pytest.mark.early
def test_a_full_disk_is_told_and_got_over(own_gateway, sshd, small_disk):
    folder = into(small_disk, own_gateway('--pull-root', small_disk), sshd)
    ballast = small_disk / 'ballast'
    ballast.write_bytes(bytes(900_000))
    files = fill(out(sshd), 1, 500_000)
    full = folder.run_to_its_end()
    assert full['outcome'] in ('partial', 'failed') and full['pulled'] == 0
    assert folder.arrived() == {}
    good(folder.connection.operate('list', path='.'))   # the rest of the gateway lives
    ballast.unlink()
    until(lambda: folder.arrived() == files, 120, 'the file, once there is room')


@pytest.mark.early
def test_a_read_only_disk_is_told_and_got_over(own_gateway, sshd, small_disk):
    folder = into(small_disk, own_gateway('--pull-root', small_disk), sshd)
    files = fill(out(sshd), 1, 1_000)
    assert folder.run_to_its_end()['pulled'] == 1
    run_program([*PREFIX, 'mount', '-o', 'remount,ro', small_disk])
    (out(sshd) / 'late.csv').write_bytes(b'late')
    until(lambda: [run for run in runs_after_request(folder) if run['outcome'] in ('partial', 'failed')], 30, 'a failure')
    assert 'late.csv' not in folder.arrived()
    run_program([*PREFIX, 'mount', '-o', 'remount,rw', small_disk])
    until(lambda: folder.arrived() == files | {'late.csv': b'late'}, 150, 'the file, once it may be written')


def runs_after_request(folder):
    folder.ask('POST', '/run', {})
    return folder.runs()[:1]


def test_a_paused_connection_is_left_alone(managed, sshd):
    connection = ready(managed, sshd)
    folder = Folder(connection, 'orders', out(sshd))
    good(connection.ask('POST', '/pause', {}))
    error(folder.ask('POST', '/run', {}), 'conflict')
    good(connection.ask('POST', '/resume', {}))
    assert folder.run_to_its_end()['outcome'] == 'succeeded'


def test_a_resumed_connection_is_pulled_from_at_once_if_that_was_due_meanwhile(managed, sshd):
    connection = ready(managed, sshd)
    folder = Folder(connection, 'orders', out(sshd), {'every': '1h'})
    until(lambda: folder.ask('GET').json.get('nextRunAt'), 10, 'the first time of the schedule')
    good(connection.ask('POST', '/pause', {}))
    files = fill(out(sshd), 3)
    with contextlib.closing(sqlite3.connect(managed.data_dir / 'gangway.db', timeout=10)) as database, database:
        database.execute('UPDATE schedules SET next_due = 0')
    good(connection.ask('POST', '/resume', {}))
    until(lambda: folder.arrived() == files, 10, 'the run')
    assert [run['cause'] for run in folder.runs()] == ['schedule']


def test_a_pull_again_gives_the_file_a_second_version(managed, sshd):
    folder = Folder(ready(managed, sshd), 'orders', out(sshd))
    files = fill(out(sshd), 1)
    name, content = next(iter(files.items()))
    folder.run_to_its_end()
    row = folder.ledger()[0]['id']
    again = call(managed, 'POST', f'/files/{row}/pull-again', {})
    assert again.status in (200, 201, 202), again.body[:300]
    until(lambda: sorted(folder.arrived().values()) == [content, content], 30, 'the second copy')
    assert {run['cause'] for run in folder.runs()} == {'manual', 'repull'}


def test_an_older_database_that_is_restored_publishes_nothing_twice_and_loses_nothing(own_gateway, sshd, tmp_path):
    """What the database has forgotten is pulled once more, found where it goes, and left as it is."""
    data = tmp_path / 'data'
    gateway = own_gateway(data_dir=data)
    folder = Folder(ready(gateway, sshd), 'orders', out(sshd))
    files = fill(out(sshd), 3)
    assert folder.run_to_its_end()['pulled'] == 3
    with contextlib.closing(sqlite3.connect(data / 'gangway.db')) as now:
        with contextlib.closing(sqlite3.connect(tmp_path / 'backup.db')) as kept:
            now.backup(kept)
    for name in ('late-1.csv', 'late-2.csv'):
        files[name] = name.encode() * 100
        (out(sshd) / name).write_bytes(files[name])
    assert folder.run_to_its_end()['pulled'] == 2
    gateway.stop()
    there = {path: path.stat().st_ino for path in folder.place.rglob('*.csv')}
    assert len(there) == 5
    for path in data.glob('gangway.db*'):
        path.unlink()
    shutil.copy(tmp_path / 'backup.db', data / 'gangway.db')

    (out(sshd) / 'new.csv').write_bytes(b'new')
    with Gateway(data) as again:
        folder.gateway = folder.connection.gateway = again
        assert folder.run_to_its_end()['outcome'] == 'succeeded'
        assert folder.arrived() == files | {'new.csv': b'new'}
        assert {path: path.stat().st_ino for path in there} == there, 'a file that was there has been replaced'
        assert [(row['state'], row['version']) for row in folder.ledger()] == [('finalised', 1)] * 6
        good(call(again, 'POST', '/audit/verify'), intact=True)
