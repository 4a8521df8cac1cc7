"""The administering commands against a real gateway and a real OpenSSH server."""
import json

import pytest

from support.admin import Administration
from support.cli import CANNOT_CONNECT, FAILED, HOST_KEY, OK, REFUSED, USAGE
from support.fault_proxy import FaultProxy
from support.scripted_sftp import ScriptedSftp


def url_of(server, username):
    return f'sftp://{username}@{server.host}:{server.port}'


def new_connection(admin, sshd, name='acme', *more, server=None):
    return admin.json('connections', 'create', name, url_of(server or sshd, sshd.username), *more)


def ready(admin, sshd, name='acme', *more, server=None):
    """A connection whose generated key the server accepts."""
    made = new_connection(admin, sshd, name, *more, server=server)
    sshd.authorize(admin.text('keys', 'create', name, '--restrict').strip())
    return made


def test_connection_is_set_up_by_commands_alone(admin, sshd):
    made = new_connection(admin, sshd)
    assert made['health']['state'] == 'unknown'
    key = admin('keys', 'create', 'acme', '--comment', 'of the test')
    line = key.stdout.decode()
    assert line.startswith('ssh-ed25519 ') and line.endswith(' of the test\n') and line.count('\n') == 1
    assert 'SHA256:' in key.stderr

    refused = admin('connections', 'test', 'acme')
    assert refused.status == REFUSED and 'FAILED' in refused.stdout.decode()
    sshd.authorize(line.strip())
    tested = admin.text('connections', 'test', 'acme')
    assert 'FAILED' not in tested and 'ok' in tested
    shown = admin.text('connections', 'show', 'acme')
    assert 'healthy' in shown and sshd.host_key.fingerprint in shown and made['id'] in shown
    assert sshd.host_key.fingerprint in admin.text('connections', 'host-key', 'acme')
    keys_shown = admin.json('keys', 'list', 'acme')['keys']
    assert keys_shown[0]['lastAcceptedAt']


def test_connections_are_listed_changed_paused_and_deleted(admin, sshd):
    made = new_connection(admin, sshd, 'acme', '--description', 'first', '--path-root', '/srv')
    new_connection(admin, sshd, 'bcme')
    table = admin.text('connections', 'list').splitlines()
    assert len(table) == 3 and table[0].startswith('NAME') and table[1].startswith('acme ')
    assert [row['name'] for row in admin.json('connections', 'list')['connections']] == ['acme', 'bcme']

    changed = admin.json('connections', 'change', 'acme', '--name', 'ecma', '--description', 'second')
    assert changed['id'] == made['id'] and changed['description'] == 'second' and changed['pathRoot'] == '/srv'
    stale = admin('connections', 'change', 'ecma', '--description', 'x', '--if-revision', made['revision'], '--json')
    assert stale.status == FAILED and json.loads(stale.stderr)['code'] == 'precondition_failed'

    assert 'paused' in admin.text('connections', 'pause', 'ecma')
    assert admin.json('connections', 'show', 'ecma')['paused']
    admin.text('connections', 'resume', made['id'])

    unasked = admin('connections', 'delete', 'ecma')
    assert unasked.status == USAGE and '--yes' in unasked.stderr
    admin.text('connections', 'delete', 'ecma', '--yes')
    gone = admin('connections', 'show', 'ecma', '--json')
    assert gone.status == FAILED and json.loads(gone.stderr)['code'] == 'not_found'


def test_keys_are_rotated_and_revoked(admin, sshd):
    ready(admin, sshd)
    old = admin.json('keys', 'list', 'acme')['keys'][0]
    sshd.authorize(admin.text('keys', 'create', 'acme', '--algorithm', 'ecdsa-p256').strip())
    admin.text('connections', 'test', 'acme')
    assert admin('keys', 'revoke', 'acme', old['id']).status == USAGE
    admin.text('keys', 'revoke', 'acme', old['id'], '--yes')
    rows = admin.text('keys', 'list', 'acme').splitlines()
    assert len(rows) == 3 and sum('ecdsa' in row for row in rows) == 1
    assert {bool(key.get('revokedAt')) for key in admin.json('keys', 'list', 'acme')['keys']} == {True, False}


def test_password_comes_by_standard_input_and_appears_nowhere(admin, sshd):
    new_connection(admin, sshd, 'acme', '--authentication', 'password', '--expected-host-key',
                   sshd.host_key.fingerprint)
    nobody = admin('password', 'set', 'acme')
    assert nobody.status == USAGE and '--password-stdin' in nobody.stderr
    done = admin('password', 'set', 'acme', '--password-stdin', stdin=b'Pa55"w\\ord\n')
    assert done.status == OK and 'key is safer' in done.stderr
    seen = done.stdout.decode() + done.stderr + '\n'.join(admin.gateway.log_lines)
    assert 'Pa55' not in seen
    assert admin('password', 'set', 'acme', '--password', 'x').status == USAGE
    admin.text('password', 'remove', 'acme')


def test_another_host_key_ends_in_quarantine_until_it_is_locked(admin, sshd, keys):
    other = keys.host('ed25519', '_other')
    with FaultProxy((sshd.host, sshd.port)) as line, ScriptedSftp(keys, host_keys=[other]) as impostor:
        ready(admin, sshd, server=line)
        admin.text('connections', 'test', 'acme')
        line.lead_to((impostor.host, impostor.port))
        line.cut()
        refused = admin('connections', 'test', 'acme')
        assert refused.status == HOST_KEY and other.fingerprint in refused.stderr + refused.stdout.decode()
        assert not impostor.saw_authentication
        shown = admin.text('connections', 'host-key', 'acme')
        assert other.fingerprint in shown and sshd.host_key.fingerprint in shown and 'quarantined' in shown

        wrong = admin('connections', 'lock', 'acme', sshd.host_key.fingerprint)
        assert wrong.status == FAILED
        assert other.fingerprint in admin.text('connections', 'lock', 'acme', '--yes')
        assert admin.json('connections', 'show', 'acme')['hostKey']['fingerprint'] == other.fingerprint


def test_audit_tells_of_every_command_and_is_intact(admin, sshd):
    made = new_connection(admin, sshd)
    admin.text('connections', 'pause', 'acme')
    actions = [entry['action'] for entry in admin.json('audit', 'list', '--subject', made['id'])['entries']]
    assert actions == ['connection.pause', 'connection.create']
    newest = admin('audit', 'list', '--limit', '1')
    assert newest.stdout.decode().count('\n') == 2 and '--after' in newest.stderr
    assert admin.text('audit', 'verify') == 'the audit is intact\n'


def test_tokens_open_the_gateway_and_their_roles_hold(cli, own_gateway, tmp_path):
    gateway = own_gateway(token='first-admin')
    stranger = Administration(cli, gateway)
    refused = stranger('connections', 'list')
    assert refused.status == REFUSED and '--token-file' in refused.stderr

    made = stranger('tokens', 'create', 'watcher', 'viewer', env={'GANGWAY_API_TOKEN': 'first-admin'})
    assert made.status == OK and made.stdout.startswith(b'gwt_') and b'gwt_' not in made.stderr.encode()
    file = tmp_path / 'token'
    file.write_bytes(made.stdout)
    file.chmod(0o644)
    viewer = Administration(cli, gateway, file)
    open_to_all = viewer('connections', 'list')
    assert open_to_all.status == USAGE and 'chmod 600' in open_to_all.stderr
    file.chmod(0o600)
    assert viewer.json('connections', 'list')['connections'] == []
    too_small = viewer('connections', 'create', 'acme', 'sftp://ada@192.0.2.1', '--json')
    assert too_small.status == FAILED and json.loads(too_small.stderr)['code'] == 'permission_denied'

    admin_env = {'GANGWAY_API_TOKEN': 'first-admin'}
    assert 'watcher' in stranger.text('tokens', 'list', env=admin_env)
    stranger.text('tokens', 'revoke', 'watcher', env=admin_env)
    assert viewer('connections', 'list').status == REFUSED


def test_folder_into_a_bucket_is_set_up_changed_and_deleted_and_its_secret_appears_nowhere(admin):
    admin.text('connections', 'create', 'acme', 'sftp://ada@192.0.2.1')
    made = admin.json('folders', 'create', 'acme', 'orders', '/out', '--exclude', '*.tmp', '--max-files', '7',
                      '--to-bucket', 'bucket', '--endpoint', 'https://s3.example.com', '--region', 'eu',
                      '--access-key-id', 'AK', '--every', '1h', '--secret-stdin', stdin=b's3cret-key\n')
    assert made['destination']['bucket'] == 'bucket' and 'secretAccessKey' not in made['destination']
    row = admin.text('folders', 'list').splitlines()[1]
    assert row.startswith('acme ') and 'every 1h' in row and made['id'] in row

    changed = admin.json('folders', 'change', 'acme/orders', '--include', '*.csv', '--prefix', 'in/', '--cron',
                         '0 6 * * *', '--zone', 'Europe/Berlin', '--name', 'neu')
    assert changed['rules']['exclude'] == ['*.tmp'] and changed['rules']['include'] == ['*.csv']
    assert changed['rules']['limits']['files'] == 7
    assert changed['schedule'] == {'cron': '0 6 * * *', 'zone': 'Europe/Berlin'}
    assert changed['destination'] == {**made['destination'], 'prefix': 'in/'}
    assert admin.json('folders', 'change', 'neu', '--on-request', '--disable')['schedule'] is None
    assert 'never: disabled' in admin.text('folders', 'list', 'acme')
    wrong = admin('folders', 'change', 'neu', '--age', 'soon', '--json')
    assert wrong.status == USAGE and json.loads(wrong.stderr)['field'].startswith('rules.stable')
    admin.text('folders', 'delete', 'neu', '--yes')
    assert admin.json('folders', 'list')['folders'] == []
    assert 's3cret' not in '\n'.join(admin.gateway.log_lines) + json.dumps(admin.json('audit', 'list'))


def test_webhooks_are_made_and_deleted_by_commands(admin):
    made = admin('webhooks', 'create', 'https://hooks.example.com/gangway', '--event', 'run_failed')
    assert made.status == OK and made.stdout.startswith(b'whsec_') and 'whsec_' not in made.stderr
    hook, = admin.json('webhooks', 'list')['webhooks']
    assert hook['events'] == ['run_failed'] and hook['id'] in made.stderr
    assert 'hooks.example.com' in admin.text('webhooks', 'show', hook['id'])
    admin.text('webhooks', 'delete', hook['id'])
    assert admin.json('webhooks', 'list')['webhooks'] == []


def test_nobody_at_the_address_is_no_connection_and_errors_keep_the_shape_of_the_api(cli, own_gateway):
    gateway = own_gateway()
    gateway.stop()
    done = Administration(cli, gateway)('connections', 'list', '--json')
    assert done.status == CANNOT_CONNECT
    told = json.loads(done.stderr)
    assert told['success'] is False and told['code'] == 'connection_refused' and gateway.url in told['error']
    wrong = Administration(cli, gateway)('connections', 'list', '--gateway', 'ftp://x')
    assert wrong.status == USAGE


@pytest.mark.parametrize('words, missing', [
    (['connections'], 'subcommand'), (['connections', 'lsit'], '"lsit"'), (['conections', 'list'], '"conections"'),
    (['keys', 'create'], 'CONNECTION'), (['tokens', 'create', 'x'], 'ROLE'), (['vault'], 'subcommand')])
def test_wrong_words_are_told(admin, words, missing):
    done = admin(*words)
    assert done.status == USAGE and missing in done.stderr, done.stderr
