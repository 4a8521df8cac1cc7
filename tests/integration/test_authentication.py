"""Logging in: every method and every kind of key file, and what a refusal looks like."""
import pytest

from support.checks import error, good
from support.keys import PASSPHRASE
from support.scripted_sftp import ScriptedSftp, Script
from support.scripted_ssh import PASSWORD, USERAUTH_INFO_RESPONSE, Login

OPENSSH_CIPHERS = ['aes128-ctr', 'aes192-ctr', 'aes256-ctr', 'aes128-cbc', 'aes256-cbc', 'aes128-gcm@openssh.com',
                   'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com', '3des-cbc']


def list_with(gateway, server, **how):
    return gateway.post('list', **server.where(), username=server.username, path='.', **how)


@pytest.mark.parametrize('variant', ['password', 'keyboard_interactive', 'two_steps', 'key_then_interactive'])
def test_login_goes_all_the_steps_that_the_server_asks_for(gateway, start_server, variant):
    server = start_server(variant)
    good(gateway.post('list', **server.login(path='.')))


@pytest.mark.parametrize('missing', ['password', 'privateKey'])
def test_half_of_a_two_step_login_is_refused(gateway, start_server, missing):
    login = start_server('two_steps').login(path='.')
    del login[missing]
    error(gateway.post('list', **login), 'auth_failed', phase='auth')


@pytest.mark.parametrize('variant', ['password', 'keyboard_interactive'])
def test_wrong_password_is_refused_by_the_server(gateway, start_server, variant):
    server = start_server(variant)
    error(list_with(gateway, server, password=f'not-{server.password}'), 'auth_failed', phase='auth')
    good(list_with(gateway, server, password=server.password))


def test_unknown_user_is_refused_like_a_wrong_password(gateway, start_server):
    server = start_server('password')
    answers = [gateway.post('list', **server.where(), username=name, password='wrong', path='.')
               for name in ('nobody-here', server.username)]
    texts = {error(answer, 'auth_failed', phase='auth')['error'].replace(server.username, 'nobody-here')
             for answer in answers}
    assert len(texts) == 1


def test_key_that_the_server_does_not_know_is_refused(gateway, openssh, keys):
    error(list_with(gateway, openssh, privateKey=keys.stranger().private), 'auth_failed', phase='auth')


@pytest.mark.parametrize('kind', ['ed25519', 'rsa', 'ecdsa', 'ecdsa384', 'ecdsa521'])
def test_every_kind_of_key_logs_in(gateway, openssh, keys, kind):
    good(list_with(gateway, openssh, privateKey=keys.user(kind).private))


@pytest.mark.parametrize('kind, form', [('rsa', 'PEM'), ('rsa', 'PKCS8'), ('ecdsa', 'PEM'), ('ecdsa', 'PKCS8')])
@pytest.mark.parametrize('passphrase', ['', PASSPHRASE], ids=['plain', 'encrypted'])
def test_older_key_containers_log_in(gateway, openssh, keys, kind, form, passphrase):
    fields = {'passphrase': passphrase} if passphrase else {}
    good(list_with(gateway, openssh, privateKey=keys.pem(kind, form, passphrase).private, **fields))


@pytest.mark.parametrize('cipher', OPENSSH_CIPHERS)
def test_encrypted_keys_log_in_with_their_passphrase_only(gateway, openssh, keys, cipher):
    private = keys.encrypted('ed25519', cipher).private
    good(list_with(gateway, openssh, privateKey=private, passphrase=PASSPHRASE))
    error(list_with(gateway, openssh, privateKey=private, passphrase='wrong'), 'bad_private_key')
    error(list_with(gateway, openssh, privateKey=private), 'bad_private_key')


def test_key_with_windows_line_ends_logs_in(gateway, openssh, keys):
    good(list_with(gateway, openssh, privateKey=keys.user().private.replace('\n', '\r\n')))
    good(list_with(gateway, openssh, privateKey=keys.user().private.rstrip('\n')))


@pytest.mark.parametrize('text', ['not a key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n'
                                  '-----END OPENSSH PRIVATE KEY-----\n', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA',
                                  'x' * 100_000],
                         ids=['garbage', 'cut', 'public_half', 'long'])
def test_unreadable_key_is_the_callers_mistake(gateway, openssh, text):
    error(list_with(gateway, openssh, privateKey=text), 'bad_private_key')


def test_private_key_wins_over_a_password(gateway, start_server, keys):
    server = start_server('failed_logins_cost_nothing')
    good(list_with(gateway, server, privateKey=keys.user().private, password='wrong'))


@pytest.mark.parametrize('fields', [{}, {'password': None}, {'privateKey': None, 'password': None}])
def test_login_without_credentials_is_a_bad_request(gateway, openssh, fields):
    error(list_with(gateway, openssh, **fields), 'bad_request', phase='request')


class _Prompting(Login):
    """Asks in its own way, by keyboard-interactive only."""
    prompts = [('Password: ', False)]

    def password_auth_supported(self):
        return False

    def kbdint_auth_supported(self):
        return True

    def get_kbdint_challenge(self, username, lang, submethods):
        return '', '', '', self.prompts

    def validate_kbdint_response(self, username, responses):
        self.server.passwords.extend(responses)
        return responses == [PASSWORD]


def test_single_hidden_prompt_gets_the_password(gateway, keys):
    with ScriptedSftp(keys, Script, login=_Prompting) as server:
        good(gateway.post('list', **server.login(path='.')))


@pytest.mark.parametrize('prompts', [
    [('What is your password? ', True)],
    [('Password: ', False), ('Password again: ', False)],
    [('User: ', True), ('Password: ', False)],
], ids=['visible', 'two_hidden', 'visible_and_hidden'])
def test_password_goes_to_no_other_prompt(gateway, keys, prompts):
    login = type('Phishing', (_Prompting,), {'prompts': prompts})
    with ScriptedSftp(keys, Script, login=login) as server:
        error(gateway.post('list', **server.login(path='.')), 'auth_failed', phase='auth')
        assert PASSWORD not in server.passwords
        assert any(USERAUTH_INFO_RESPONSE in seen for seen in server.messages) == bool(server.passwords)


def test_endless_prompts_end(impatient, keys):
    class Endless(_Prompting):
        def validate_kbdint_response(self, username, responses):
            self.server.passwords.extend(responses)
            return '', '', '', self.prompts

    with ScriptedSftp(keys, Script, login=Endless) as server:
        error(impatient.post('list', **server.login(path='.')), 'auth_failed', 'timeout', phase='auth')
        assert len(server.passwords) <= 20


def test_third_refused_login_is_not_tried(gateway, keys):
    """Limits: after 2 refused logins no further try without a changed credential."""
    with ScriptedSftp(keys) as server:
        wrong = server.login(path='.', password='wrong')
        for _ in range(2):
            error(gateway.post('list', **wrong), 'auth_failed', phase='auth')
        tried = len(server.passwords)
        error(gateway.post('list', **wrong), 'auth_failed', 'too_many_requests')
        assert len(server.passwords) == tried
        good(gateway.post('list', **server.login(path='.')))
