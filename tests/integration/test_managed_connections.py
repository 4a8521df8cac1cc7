"""Managed connections against real OpenSSH and recording servers: keys that stay inside, pins, path roots, roles."""
import base64
import concurrent.futures
import urllib.parse

import pytest

from support.checks import error, good
from support.child import descendants
from support.fault_proxy import FaultProxy
from support.managed import Connection, call
from support.scripted_sftp import ScriptedSftp
from support.scripted_ssh import PASSWORD
from support.waiting import until


def ready(gateway, sshd, name='first', **more):
    """A connection whose generated key the server accepts."""
    connection = Connection(gateway, name, more.pop('server', sshd), sshd.username, **more)
    sshd.authorize(connection.new_key()['publicKey'])
    return connection


def at(server):
    return server.host, server.port


def test_generated_key_logs_in_and_the_first_success_pins(managed, sshd):
    connection = Connection(managed, 'first', sshd, sshd.username)
    assert connection.health() == 'unknown'
    error(connection.operate('list', path='.'), 'conflict')         # it has no key yet
    key = connection.new_key(comment='gateway@example')
    assert key['publicKey'].startswith('ssh-ed25519 ') and key['publicKey'].endswith(' gateway@example')
    assert key['restrictedPublicKey'] == f'restrict {key["publicKey"]}' and key['fingerprint'].startswith('SHA256:')
    error(connection.operate('list', path='.'), 'auth_failed')      # the server does not know it yet
    assert connection.health() == 'authentication_failed' and 'hostKey' not in connection.shown()

    sshd.authorize(key['restrictedPublicKey'])
    tested = connection.ask('POST', '/test')
    good(tested)
    assert connection.health() == 'healthy'
    assert connection.shown()['hostKey']['fingerprint'] == sshd.host_key.fingerprint
    assert connection.shown()['hostKey']['how'] == 'first_success'
    assert connection.keys()[key['id']]['lastAcceptedAt']
    good(connection.operate('list', path=str(sshd.folder / 'tree')))
    assert managed.known_hosts == []                                # the pin is the connection's own


@pytest.mark.parametrize('algorithm, line', [('ecdsa-p256', 'ecdsa-sha2-nistp256 '), ('rsa-4096', 'ssh-rsa ')])
def test_keys_of_other_algorithms_log_in(managed, sshd, algorithm, line):
    connection = Connection(managed, 'first', sshd, sshd.username)
    key = connection.new_key(algorithm=algorithm)
    assert key['publicKey'].startswith(line)
    sshd.authorize(key['publicKey'])
    good(connection.operate('realpath', path='.'))


def test_rotation_without_a_gap_tells_which_key_was_accepted(managed, sshd):
    connection = Connection(managed, 'first', sshd, sshd.username)
    old = connection.new_key()
    sshd.authorize(old['publicKey'])
    good(connection.operate('realpath', path='.'))
    new = connection.new_key()
    good(connection.operate('realpath', path='.'))                  # the server knows only the old one
    assert 'lastAcceptedAt' not in connection.keys()[new['id']]

    sshd.authorize(new['publicKey'])                                # and now only the new one
    assert connection.ask('DELETE', f'/keys/{old["id"]}').status == 204
    good(connection.operate('realpath', path='.'))
    shown = connection.keys()
    assert shown[new['id']]['lastAcceptedAt'] and shown[old['id']]['revokedAt']


def test_revoked_key_ends_the_sessions_that_it_opened(managed, sshd):
    connection = ready(managed, sshd)
    good(connection.operate('realpath', path='.'))
    assert sshd_sessions(sshd) > 0
    key, = connection.keys()
    assert connection.ask('DELETE', f'/keys/{key}').status == 204
    until(lambda: sshd_sessions(sshd) == 0, 1, 'no session is left')
    error(connection.operate('realpath', path='.'), 'conflict')


def sshd_sessions(sshd):
    """The processes that sshd keeps for its connections."""
    return len(descendants(sshd.process.pid))


def test_another_host_key_quarantines_before_any_credential_until_it_is_locked(managed, sshd, keys):
    impostor_key = keys.host('ed25519', '_other')
    with FaultProxy(at(sshd)) as line, ScriptedSftp(keys, host_keys=[impostor_key]) as impostor:
        connection = ready(managed, sshd, server=line)
        good(connection.operate('realpath', path='.'))
        line.lead_to(at(impostor))
        line.cut()
        refused = error(connection.operate('realpath', path='.'), 'host_key_mismatch')
        assert refused['expectedFingerprint'] == sshd.host_key.fingerprint
        assert refused['presentedFingerprint'] == impostor_key.fingerprint
        assert not impostor.saw_authentication
        assert connection.health() == 'host_key_mismatch'

        met = len(impostor.messages)
        error(connection.operate('realpath', path='.'), 'host_key_mismatch')
        assert len(impostor.messages) == met, 'a quarantined connection dials'
        assert connection.ask('POST', '/test').json['success'] in (True, False)
        assert not impostor.saw_authentication

        # Only what the server presents now can be locked.
        error(connection.ask('PUT', '/host-key', {'fingerprint': keys.stranger().fingerprint}), 'conflict')
        line.lead_to(at(sshd))
        error(connection.ask('PUT', '/host-key', {'fingerprint': impostor_key.fingerprint}), 'conflict')
        good(connection.ask('PUT', '/host-key', {'fingerprint': sshd.host_key.fingerprint}), quarantined=False)
        good(connection.operate('realpath', path='.'))
        assert connection.health() == 'healthy'
    actions = [entry['action'] for entry in call(managed, 'GET', f'/audit?subject={connection.id}').json['entries']]
    assert 'host_key.quarantine' in actions and 'host_key.lock' in actions
    good(call(managed, 'POST', '/audit/verify'), intact=True)


def test_new_host_key_is_locked_after_a_quarantine(managed, sshd, keys):
    with FaultProxy(at(sshd)) as line, ScriptedSftp(keys, host_keys=[keys.host('ed25519', '_other')]) as successor:
        connection = ready(managed, sshd, server=line)
        good(connection.operate('realpath', path='.'))
        line.lead_to(at(successor))
        line.cut()
        error(connection.operate('realpath', path='.'), 'host_key_mismatch')
        good(connection.ask('PUT', '/host-key', {'fingerprint': keys.host('ed25519', '_other').fingerprint}))
        connection.operate('realpath', path='.')
        assert successor.saw_authentication


def test_password_goes_only_to_a_confirmed_host_key(managed, keys):
    with ScriptedSftp(keys) as server:
        connection = Connection(managed, 'first', server, authentication='password')
        assert 'safer' in good(connection.ask('PUT', '/password', {'password': PASSWORD}))['warning']
        refused = error(connection.operate('realpath', path='.'), 'conflict', phase='hostkey')
        assert refused['presentedFingerprint'] == keys.host().fingerprint and not server.saw_authentication
        good(connection.ask('PUT', '/host-key', {'fingerprint': keys.host().fingerprint}))
        assert not server.saw_authentication
        good(connection.operate('realpath', path='.'))
        assert server.passwords == [PASSWORD]


def test_fifty_first_contacts_with_two_host_keys_pin_one(managed, sshd, keys):
    impostor_keys = [keys.host('ed25519', '_other')]
    with ScriptedSftp(keys, host_keys=impostor_keys) as other, FaultProxy(at(sshd), at(other)) as line:
        connection = ready(managed, sshd, server=line)
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda _: connection.operate('realpath', path='.'), range(50)))
        assert connection.shown()['hostKey']['fingerprint'] == sshd.host_key.fingerprint
        assert {answer.code for answer in answers} <= {None, 'host_key_mismatch', 'auth_failed', 'too_many_requests'}


def test_path_root_holds_for_every_operation_links_included(managed, sshd):
    tree = sshd.folder
    root = tree / 'in'
    (root / 'box').mkdir(parents=True)
    (root / 'a').write_text('inside')
    (tree / 'secret').write_text('outside')
    (root / 'out').symlink_to(tree)
    (root / 'new').symlink_to(tree / 'does-not-exist')
    (root / 'inside').symlink_to('box')
    connection = ready(managed, sshd, pathRoot=str(root))

    assert good(connection.operate('list'))['path'] == str(root)
    assert good(connection.operate('download', path='a'))['content'] == 'inside'
    good(connection.operate('download', path=f'{root}/a'))
    good(connection.operate('upload', path='inside/b', content='x', encoding='utf-8'))
    assert (root / 'box' / 'b').read_text() == 'x'
    for path in ('/', '/etc/passwd', str(tree / 'secret'), '../secret', 'box/../../secret', f'{root}/../secret', 'out',
                 'out/secret', 'new'):
        error(connection.operate('stat', path=path), 'permission_denied', phase='request')
        error(connection.operate('download', path=path), 'permission_denied', phase='request')
        error(connection.operate('upload', path=path, content='x', encoding='utf-8'), 'permission_denied')
        error(connection.operate('delete', path=path), 'permission_denied')
        error(connection.operate('rename', oldPath='a', newPath=path), 'permission_denied')
        error(connection.operate('remove', path=path), 'permission_denied', 'bad_request')
    for target in ('/etc', '../secret', str(tree)):
        error(connection.operate('symlink', path='link', target=target), 'permission_denied', field='target')
    good(connection.operate('symlink', path='link', target='box'))
    assert (tree / 'secret').read_text() == 'outside' and not (tree / 'does-not-exist').exists()

    assert connection.file('GET', '/~/a').body == b'inside' == connection.file('GET', f'{root}/a').body
    assert connection.file('PUT', '/~/c', b'put').status == 201 and (root / 'c').read_bytes() == b'put'
    for path in (f'{tree}/secret', '/~/out/secret', '/~/out/', '/~/new'):
        for method, body in (('GET', None), ('PUT', None if path.endswith('/') else b'x'), ('DELETE', None)):
            error(connection.file(method, path, body), 'permission_denied')
    assert (tree / 'secret').read_text() == 'outside' and not (tree / 'does-not-exist').exists()


def test_connection_and_a_login_cannot_both_be_given(managed, sshd):
    connection = ready(managed, sshd)
    for field, value in (('host', '127.0.0.1'), ('username', 'x'), ('password', 'x'), ('privateKey', 'x')):
        error(connection.operate('list', **{field: value}), 'bad_request', field=field)
    error(managed.post('list', connection='con_none'), 'not_found')


def test_paused_connection_does_not_dial(managed, sshd):
    connection = ready(managed, sshd)
    good(connection.ask('POST', '/pause'), paused=True)
    error(connection.operate('list'), 'conflict')
    assert connection.health() == 'paused' and sshd_sessions(sshd) == 0
    good(connection.ask('POST', '/resume'), paused=False)
    good(connection.operate('list'))


def test_each_connection_that_is_made_counts_for_its_client(own_gateway, sshd):
    gateway = own_gateway('--rate-connections', '1/h', '--trusted-proxy', '127.0.0.1')
    connection = ready(gateway, sshd)
    lock = {'fingerprint': sshd.host_key.fingerprint}
    for number, ask in enumerate((
            lambda client: connection.ask('POST', '/test', x_forwarded_for=client),
            lambda client: connection.ask('PUT', '/host-key', lock, x_forwarded_for=client),
            lambda client: connection.ask('GET', f'/files{sshd.folder}/tree/', x_forwarded_for=client),
            lambda client: gateway.post('stat', {'X-Forwarded-For': client}, connection=connection.id, path='.'))):
        for expected in (200, 429):
            for below in ('/pause', '/resume'):     # ends the session that could be shared
                assert connection.ask('POST', below).status == 200
            assert ask(f'192.0.2.{number}').status == expected, number


def test_changes_need_the_revision_that_was_read(managed, sshd):
    connection = Connection(managed, 'first', sshd, sshd.username)
    tag = connection.ask('GET').headers['etag']
    changed = connection.ask('PATCH', value={'description': 'new'}, if_match=tag)
    good(changed, description='new', revision=2)
    assert changed.headers['etag'] != tag
    error(connection.ask('PATCH', value={'description': 'newer'}, if_match=tag), 'precondition_failed')
    error(connection.ask('DELETE', if_match=tag), 'precondition_failed')
    error(connection.ask('PATCH', value={'descripton': 'typo'}), 'bad_request', field='descripton')
    error(connection.ask('PATCH', value={'pathRoot': 'relative'}), 'bad_request', field='pathRoot')
    error(call(managed, 'POST', '/connections', {'name': 'first', **sshd.where(), 'username': 'x'}), 'already_exists')
    assert connection.ask('DELETE', if_match=changed.headers['etag']).status == 204
    error(connection.ask('GET'), 'not_found')


def test_list_goes_on_where_a_page_ended(managed, sshd):
    for name in 'cab':
        Connection(managed, name, sshd)
    first = call(managed, 'GET', '/connections?limit=2').json
    rest = call(managed, 'GET', f'/connections?limit=2&after={urllib.parse.quote(first["next"])}').json
    assert [shown['name'] for shown in first['connections'] + rest['connections']] == ['a', 'b', 'c']
    assert 'next' not in rest


def test_connection_works_again_after_a_restart(own_gateway, sshd, tmp_path):
    first = own_gateway(data_dir=tmp_path / 'data')
    connection = ready(first, sshd)
    good(connection.operate('list'))
    first.stop()
    connection.gateway = own_gateway(data_dir=tmp_path / 'data')
    good(connection.operate('list'))


def test_other_master_key_refuses_to_start_with_advice(own_gateway, sshd, tmp_path):
    first = own_gateway(data_dir=tmp_path / 'data')
    ready(first, sshd)
    first.stop()
    (tmp_path / 'data' / 'master-key').unlink()
    with pytest.raises(Exception, match='master'):
        own_gateway(data_dir=tmp_path / 'data')


def spellings(secret):
    yield secret
    yield base64.b64encode(secret)
    yield secret.hex().encode()


def test_no_secret_is_in_answers_logs_or_files(own_gateway, keys, tmp_path):
    canary = 'canary-7d2f91c04be85a36'
    gateway = own_gateway(data_dir=tmp_path / 'data', log_level='trace')
    with ScriptedSftp(keys) as server:
        connection = Connection(gateway, 'first', server, authentication='password')
        answers = [connection.made, connection.ask('PUT', '/password', {'password': canary})]
        connection.ask('PUT', '/host-key', {'fingerprint': keys.host().fingerprint})
        connection.new_key()
        answers += [connection.operate('list'), connection.ask('POST', '/test'), connection.ask('GET'),
                    connection.ask('GET', '/keys'), call(gateway, 'GET', '/connections?fields=*'),
                    call(gateway, 'GET', '/audit')]
        assert canary in server.passwords
    token = call(gateway, 'POST', '/tokens', {'name': 'ops', 'role': 'viewer'}).json['token']
    gateway.stop()
    texts = [answer.body for answer in answers] + ['\n'.join(gateway.log_lines).encode()]
    texts += [path.read_bytes() for path in (tmp_path / 'data').rglob('*') if path.is_file()]
    assert len(texts) > 8
    for text in texts:
        assert b'PRIVATE KEY' not in text
        for secret in (canary, token):
            assert not any(spelling in text for spelling in spellings(secret.encode()))
    for path in (tmp_path / 'data').iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_token_is_shown_once_counts_at_once_and_ends_at_once(own_gateway):
    gateway = own_gateway(token='configured-token')
    made = call(gateway, 'POST', '/tokens', {'name': 'ops', 'role': 'operator'})
    token, path = made.json['token'], f'/tokens/{made.json["id"]}'
    assert made.headers['cache-control'] == 'no-store' and token.startswith('gwt_')
    good(call(gateway, 'GET', '/connections', token=token))
    until(lambda: 'lastUsedAt' in call(gateway, 'GET', path).json, 5, 'the use is noted')
    assert token.encode() not in call(gateway, 'GET', '/tokens').body
    assert call(gateway, 'DELETE', path).status == 204
    error(call(gateway, 'GET', '/connections', token=token), 'unauthorized')
    assert 'revokedAt' in call(gateway, 'GET', path).json
    error(call(gateway, 'POST', '/tokens', {'name': 'ops', 'role': 'operator'}), 'already_exists')
    error(call(gateway, 'POST', '/tokens', {'name': 'root', 'role': 'root'}), 'bad_request', field='role')


@pytest.mark.parametrize('text', ["'; DROP TABLE connections; --", '\u202egnp.exe', 'ünï', '" OR 1=1', '%s%n'])
def test_meta_characters_are_kept_as_they_are(managed, sshd, text):
    connection = Connection(managed, text, sshd, description=text)
    assert connection.shown()['name'] == connection.shown()['description'] == text
    assert [shown['name'] for shown in call(managed, 'GET', '/connections').json['connections']] == [text]


@pytest.mark.parametrize('text', ['a\0b', 'x' * 65536, 'line\nbreak'])
def test_names_that_are_none_are_refused(managed, sshd, text):
    error(call(managed, 'POST', '/connections', {'name': text, **sshd.where(), 'username': 'x'}), 'bad_request',
          field='name')
