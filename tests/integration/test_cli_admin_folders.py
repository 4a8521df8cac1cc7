"""Pulling from a folder, set up and watched by commands."""
import json
import os

import pytest

from support.cli import CANNOT_CONNECT, FAILED, HOST_KEY, OK, REFUSED, USAGE
from support.fault_proxy import FaultProxy
from support.scripted_sftp import ScriptedSftp


@pytest.fixture
def out(sshd):
    """The folder on the server, with two files in it."""
    folder = sshd.folder / 'tree' / 'out'
    folder.mkdir()
    (folder / 'orders.csv').write_bytes(b'4711;Grunewald\n')
    (folder / 'half.tmp').write_bytes(b'47')
    return folder


def connect(admin, sshd, server=None):
    server = server or sshd
    admin.text('connections', 'create', 'acme', f'sftp://{sshd.username}@{server.host}:{server.port}')
    sshd.authorize(admin.text('keys', 'create', 'acme').strip())
    admin.text('connections', 'test', 'acme')


def new_folder(admin, out, *more):
    return admin.json('folders', 'create', 'acme', 'orders', str(out), '--exclude', '*.tmp', '--at-once',
                      '--to-folder', 'orders', *more)


def test_file_arrives_by_commands_alone_and_only_once(admin, sshd, out):
    connect(admin, sshd)
    made = new_folder(admin, out)
    assert made['destination']['to'] == 'local' and made['schedule'] is None

    verdicts = {file['path']: file for file in admin.json('folders', 'dry-run', 'orders')['files']}
    assert verdicts['orders.csv']['pulled'] and not verdicts['half.tmp']['pulled']
    table = admin.text('folders', 'dry-run', 'acme/orders')
    assert 'orders.csv' in table and '*.tmp' in table and table.startswith('VERDICT')

    run = admin.json('folders', 'run', made['id'], '--wait', seconds=90)
    assert run['outcome'] == 'succeeded' and run['pulled'] == 1
    arrived = admin.gateway.data_dir / 'pulled' / 'orders' / 'orders.csv'
    assert arrived.read_bytes() == b'4711;Grunewald\n'

    again = admin('folders', 'run', 'orders', '--wait')
    assert again.status == OK and 'succeeded' in again.stdout.decode(), again.stderr
    runs = admin.json('runs', 'list', '--connection', 'acme')['runs']
    assert [each['pulled'] for each in runs] == [0, 1]
    assert run['id'] in admin.text('runs', 'list', '--folder', 'acme/orders')
    assert 'orders.csv' in admin.text('runs', 'files', run['id'])
    assert 'succeeded' in admin.text('runs', 'show', run['id'])
    over = admin('runs', 'cancel', run['id'], '--json')
    assert over.status == FAILED and json.loads(over.stderr)['code'] == 'conflict'

    file = admin.json('files', 'list', '--folder', 'acme/orders', '--name', 'orders.csv')['files'][0]
    shown = admin.text('files', 'show', file['id'])
    assert file['sha256'] in shown and 'orders.csv' in shown


def test_folders_are_listed_changed_and_deleted(admin, sshd, out):
    connect(admin, sshd)
    made = new_folder(admin, out, '--every', '1h', '--max-files', '7')
    row = admin.text('folders', 'list').splitlines()[1]
    assert row.startswith('acme ') and 'every 1h' in row and made['id'] in row
    changed = admin.json('folders', 'change', 'orders', '--include', '*.csv', '--cron', '0 6 * * *',
                         '--zone', 'Europe/Berlin', '--name', 'neu')
    assert changed['rules']['exclude'] == ['*.tmp'] and changed['rules']['include'] == ['*.csv']
    assert changed['rules']['limits']['files'] == 7
    assert changed['schedule'] == {'cron': '0 6 * * *', 'zone': 'Europe/Berlin'}
    assert changed['destination'] == made['destination']
    assert admin.json('folders', 'change', 'neu', '--on-request', '--disable')['schedule'] is None
    assert 'never: disabled' in admin.text('folders', 'list', 'acme')
    wrong = admin('folders', 'change', 'neu', '--age', 'soon', '--json')
    assert wrong.status == USAGE and json.loads(wrong.stderr)['field'].startswith('rules.stable')
    admin.text('folders', 'delete', 'neu', '--yes')
    assert admin.json('folders', 'list')['folders'] == []


def test_run_that_meets_another_host_key_ends_with_its_exit_code(admin, sshd, out, keys):
    other = keys.host('ed25519', '_other')
    with FaultProxy((sshd.host, sshd.port)) as line, ScriptedSftp(keys, host_keys=[other]) as impostor:
        connect(admin, sshd, line)
        new_folder(admin, out)
        line.lead_to((impostor.host, impostor.port))
        line.cut()
        done = admin('folders', 'run', 'orders', '--wait', seconds=90)
        assert done.status == HOST_KEY and 'failed' in done.stdout.decode()
        assert not impostor.saw_authentication


def ended(admin, *more):
    """What a run that is waited for ends with: its exit code, and its code and phase in the history."""
    done = admin('folders', 'run', 'orders', '--wait', '--json', *more, seconds=90)
    told, run = json.loads(done.stderr), json.loads(done.stdout)
    assert (told['code'], told['phase']) == (run['code'], run['phase']) and told['error'] == run['error']
    return done.status, run['outcome'], run['code'], run['phase']


def test_exit_codes_tell_kinds_of_failed_runs_apart(admin, sshd, out):
    with FaultProxy((sshd.host, sshd.port)) as line:
        connect(admin, sshd, line)
        new_folder(admin, out)
        out.chmod(0)
        if not os.access(out, os.R_OK):         # root reads everything
            assert ended(admin) == (FAILED, 'failed', 'permission_denied', 'sftp')
        out.rename(out.parent / 'elsewhere')
        assert ended(admin) == (FAILED, 'failed', 'no_such_file', 'sftp')
        sshd.authorize()
        line.cut()
        assert ended(admin) == (REFUSED, 'failed', 'auth_failed', 'auth')
    assert ended(admin) == (CANNOT_CONNECT, 'failed', 'connection_refused', 'tcp')
