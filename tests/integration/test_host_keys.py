"""Host keys: pinned on the first success, compared before any credential leaves."""
import concurrent.futures
import resource
import signal

import pytest

from support.checks import error, good
from support.fault_proxy import FaultProxy
from support.keys import fingerprint
from support.scripted_sftp import ScriptedSftp
from support.scripted_ssh import PASSWORD, OtherSigner, ScriptedSsh, WrongSignature, asyncssh


def impostor_key(keys):
    return keys.host('ed25519', '_other')


def other_key(keys):
    """A healthy server whose host key is not the usual one."""
    return ScriptedSftp(keys, host_keys=[impostor_key(keys)])


def through(line, username):
    """A login over a proxy. Each user gets a connection of their own; one user's would be used again."""
    return {**line.where(), 'username': username, 'password': PASSWORD, 'path': '.'}


def pinned(gateway):
    """[(host pattern, fingerprint)] of the pin file."""
    return [(line.split()[0], fingerprint(' '.join(line.split()[1:3]))) for line in gateway.known_hosts]


def test_first_success_pins_the_key_and_tells_it(own_gateway, openssh):
    gateway = own_gateway()
    answer = gateway.post('list', **openssh.login(path='.'))
    good(answer)
    assert answer.headers['gangway-host-key'] == openssh.host_key.fingerprint
    assert gateway.known_hosts == [f'[127.0.0.1]:{openssh.port} {openssh.host_key.public_line}']
    gateway.wait_event('pinned', host='127.0.0.1', port=openssh.port, fingerprint=openssh.host_key.fingerprint)
    good(gateway.post('list', **openssh.login(path='.')))
    assert len(gateway.known_hosts) == 1


def test_failed_login_pins_nothing_but_tells_the_key(own_gateway, openssh, keys):
    gateway = own_gateway()
    answer = gateway.post('list', **openssh.login(path='.', privateKey=keys.stranger().private))
    error(answer, 'auth_failed')
    assert answer.headers['gangway-host-key'] == openssh.host_key.fingerprint
    assert gateway.known_hosts == []


def test_connect_pins_nothing(own_gateway, openssh):
    gateway = own_gateway()
    good(gateway.post('connect', **openssh.where()))
    assert gateway.known_hosts == []


def test_pin_survives_a_restart(own_gateway, openssh):
    first = own_gateway()
    good(first.post('list', **openssh.login(path='.')))
    first.stop()
    again = own_gateway(data_dir=first.data_dir)
    good(again.post('list', **openssh.login(path='.')))
    assert (first.data_dir / 'known_hosts').stat().st_mode & 0o077 == 0
    assert first.data_dir.stat().st_mode & 0o077 == 0


def test_changed_key_is_refused_before_any_credential(own_gateway, keys):
    """A1"""
    gateway = own_gateway()
    with ScriptedSftp(keys) as honest, other_key(keys) as impostor, \
            FaultProxy((honest.host, honest.port), (impostor.host, impostor.port)) as line:
        good(gateway.post('list', **through(line, 'first')))
        before = gateway.known_hosts
        assert honest.saw_authentication, 'the recorder must be able to see it'
        answer = gateway.post('list', **through(line, 'second'))
        expected, presented = keys.host().fingerprint, impostor_key(keys).fingerprint
        found = error(answer, 'host_key_mismatch', phase='hostkey')
        assert (found['expectedFingerprint'], found['presentedFingerprint']) == (expected, presented)
        assert expected in found['error'] and presented in found['error']
        assert impostor.messages and not impostor.saw_authentication and not impostor.passwords
        assert gateway.known_hosts == before
        good(gateway.post('list', **through(line, 'third')))


@pytest.mark.parametrize('lie', ['wrong_signature', 'signed_by_another_key'])
def test_right_key_with_a_wrong_signature_is_refused(own_gateway, keys, lie):
    """A2"""
    gateway = own_gateway()
    key = asyncssh.read_private_key(str(keys.host().path))
    other = asyncssh.read_private_key(str(impostor_key(keys).path))
    liar = WrongSignature(key) if lie == 'wrong_signature' else OtherSigner(key, other)
    with ScriptedSftp(keys) as honest, ScriptedSsh([liar]) as impostor, \
            FaultProxy((honest.host, honest.port), (impostor.host, impostor.port)) as line:
        good(gateway.post('list', **through(line, 'first')))
        error(gateway.post('list', **through(line, 'second')), 'handshake_failed', phase='ssh')
        assert impostor.messages and not impostor.saw_authentication


def test_parallel_first_contacts_with_two_keys_pin_exactly_one(own_gateway, keys):
    """A3"""
    gateway = own_gateway()
    with ScriptedSftp(keys) as one, other_key(keys) as two, \
            FaultProxy((one.host, one.port), (two.host, two.port)) as line:
        def first_contact(number):
            return gateway.post('list', **through(line, f'user{number}'))
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(first_contact, range(50)))
    pins = pinned(gateway)
    assert len(pins) == 1 and pins[0][0] == f'[127.0.0.1]:{line.port}'
    winners = [answer for answer in answers if answer.status == 200]
    assert {answer.headers['gangway-host-key'] for answer in winners} == {pins[0][1]}
    losers = [answer for answer in answers if answer.status != 200]
    assert losers
    for answer in losers:
        error(answer, 'host_key_mismatch', phase='hostkey')


def no_file_can_grow(gateway):
    resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    return lambda: resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


def pin_file_is_a_folder(gateway):
    path = gateway.data_dir / 'known_hosts'
    path.unlink(missing_ok=True)
    path.mkdir()
    return path.rmdir


@pytest.mark.parametrize('break_store', [no_file_can_grow, pin_file_is_a_folder])
def test_pin_that_cannot_be_stored_ends_the_first_contact(own_gateway, keys, break_store):
    """A4. A full disk fails a write with an error; so does a size limit when its signal is ignored."""
    gateway = own_gateway(restore_signals=True,
                          preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
    with ScriptedSftp(keys) as server:
        repair = break_store(gateway)
        answer = gateway.post('list', **server.login(path='.'))
        repair()
        error(answer, 'storage_failed', phase=('storage', 'hostkey'))
        assert server.messages and not server.saw_authentication
        assert gateway.known_hosts == []
        good(gateway.post('list', **server.login(path='.')))
        assert pinned(gateway) == [(f'[127.0.0.1]:{server.port}', keys.host().fingerprint)]


def test_expected_fingerprint_decides_before_any_credential(own_gateway, keys):
    gateway = own_gateway()
    with ScriptedSftp(keys) as server:
        wrong = impostor_key(keys).fingerprint
        found = error(gateway.post('list', **server.login(path='.', hostKey=wrong)), 'host_key_mismatch',
                      phase='hostkey')
        assert found['expectedFingerprint'] == wrong
        assert found['presentedFingerprint'] == keys.host().fingerprint
        assert not server.saw_authentication and gateway.known_hosts == []
        good(gateway.post('list', **server.login(path='.', hostKey=keys.host().fingerprint)))


@pytest.mark.parametrize('text', ['SHA256:short', 'MD5:00:11', '', 'SHA256:' + '!' * 43, 17, True])
def test_fingerprint_that_is_none_is_a_bad_request(gateway, openssh, text):
    error(gateway.post('list', **openssh.login(path='.', hostKey=text)), 'bad_request', phase='request',
          field='hostKey')


def test_server_with_several_keys_shows_the_pinned_one(own_gateway, keys):
    """A server that gains a better key does not lock its users out."""
    gateway = own_gateway()
    several = [keys.host(kind) for kind in ('ed25519', 'ecdsa', 'rsa')]
    with ScriptedSftp(keys, host_keys=[keys.host('rsa')]) as before, ScriptedSftp(keys, host_keys=several) as after, \
            FaultProxy((before.host, before.port), (after.host, after.port)) as line:
        good(gateway.post('list', **through(line, 'first')))
        answer = gateway.post('list', **through(line, 'second'))
        good(answer)
        assert answer.headers['gangway-host-key'] == keys.host('rsa').fingerprint


def test_key_in_a_hand_written_known_hosts_is_the_pin(own_gateway, openssh, keys, tmp_path):
    data_dir = tmp_path / 'data'
    data_dir.mkdir(mode=0o700)
    (data_dir / 'known_hosts').write_text(
        f'# comment\n[127.0.0.1]:{openssh.port} {impostor_key(keys).public_line} comment\n')
    gateway = own_gateway(data_dir=data_dir)
    error(gateway.post('list', **openssh.login(path='.')), 'host_key_mismatch', phase='hostkey')
