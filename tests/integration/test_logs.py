"""What the gateway writes about its work: everything needed, one line each, and never a secret."""
import base64
import json
import re
import urllib.parse

import pytest

from support.checks import error, good
from support.gateway import short_timers
from support.keys import PASSPHRASE
from support.scripted_sftp import Script, ScriptedSftp, lying, wire
from support.scripted_ssh import PASSWORD, Login

TOKEN = 'canary-token-4f1c09d2b7'
CANARY = 'canary-password-8d2e61aa'
WRONG_PASSPHRASE = 'canary-passphrase-77ab0c'


def spellings(secret):
    """A secret as it could appear: as it is, in hex, URL-encoded, UTF-16, and in base64 at each of three offsets."""
    octets = secret.encode()
    found = {octets, octets.hex().encode(), octets.hex().upper().encode(), urllib.parse.quote(secret, safe='').encode(),
             secret.encode('utf-16-le')}
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + octets)
        # What depends on the neighbours is cut off at both ends.
        found.add(encoded[{0: 0, 1: 2, 2: 3}[offset]:len(encoded) // 4 * 4 - 4])
    return found


def everything(gateway, *answers):
    return '\n'.join(gateway.log_lines).encode() + b''.join(
        answer.body + repr(answer.headers).encode() for answer in answers)


def test_no_secret_in_logs_or_answers(own_gateway, openssh, keys, start_server):
    gateway = own_gateway(log_level='trace', token=TOKEN)
    encrypted = keys.encrypted().private
    with_password = start_server('password')
    with ScriptedSftp(keys) as scripted:
        answers = [
            gateway.post('list', **openssh.login(path='.')),
            gateway.post('list', **openssh.login(path='.', privateKey=encrypted, passphrase=PASSPHRASE)),
            gateway.post('list', **openssh.login(path='.', privateKey=encrypted, passphrase=WRONG_PASSPHRASE)),
            gateway.post('list', **openssh.login(path='.', privateKey=encrypted[:200])),
            gateway.post('list', **openssh.login(path='.', privateKey=keys.pem('rsa', 'PKCS8').private)),
            gateway.post('list', **with_password.login(path='.')),
            gateway.post('list', **with_password.login(path='.', password=CANARY)),
            gateway.post('list', **scripted.login(path='.', password=CANARY)),
            gateway.post('list', **scripted.login(path='.', password=CANARY, port='not a port')),
            gateway.post('probe', **scripted.login(password=CANARY)),
            gateway.request('POST', '/api/sftp/list', f'{{"password": "{CANARY}", bad'.encode()),
            gateway.request('GET', f'/api/sftp/connect?host=127.0.0.1&password={CANARY}'),
            gateway.request('POST', '/api/sftp/list', b'{}', {'Authorization': f'Bearer {TOKEN}x'}),
        ]
    assert [answer.status for answer in answers[:2]] == [200, 200]
    gateway.stop()
    text = everything(gateway, *answers)
    key_bodies = [line for text_of_key in (keys.user().private, encrypted, keys.pem('rsa', 'PKCS8').private)
                  for line in text_of_key.splitlines()[2:-2]]
    assert len(key_bodies) > 5
    for secret in [TOKEN, CANARY, WRONG_PASSPHRASE, PASSPHRASE, with_password.password, *key_bodies]:
        for spelling in spellings(secret):
            assert spelling not in text, f'{secret} as {spelling}'


def test_secret_that_the_server_echoes_is_not_logged(own_gateway, keys):
    """G12: "bad password X" in a server's words must not bring X into the logs."""
    gateway = own_gateway(log_level='trace')
    text = f'bad password {PASSWORD}-{CANARY}'.encode()
    script = lying(stat=lambda self, request: wire.status(request.id, wire.FAILURE, text))
    with ScriptedSftp(keys, script, login=_AnyPassword) as server:
        gateway.post('stat', **server.login(path='x', password=CANARY))
    gateway.stop()
    assert CANARY not in '\n'.join(gateway.log_lines)


class _AnyPassword(Login):
    def validate_password(self, username, password):
        return True


def test_every_line_is_one_json_event(own_gateway, openssh):
    gateway = own_gateway(log_level='trace')
    good(gateway.post('list', **openssh.login(path='.')))
    error(gateway.post('list'), 'bad_request')
    gateway.stop()
    for line in gateway.log_lines:
        event = json.loads(line)
        assert isinstance(event['event'], str) and event['event']
        assert event['level'] in ('trace', 'debug', 'info', 'warning', 'warn', 'error', 'critical')
        assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z', event['time'])
    names = [json.loads(line)['event'] for line in gateway.log_lines]
    assert names.count('listening') == 1
    assert names.index('listening') < names.index('request') < names.index('stopping') < names.index('stopped')


def test_access_log_tells_what_happened(own_gateway, openssh):
    gateway = own_gateway()
    answer = gateway.post('list', **openssh.login(path='.'))
    event = gateway.wait_event('request', status=200)
    assert (event['method'], event['path'], event['operation']) == ('POST', '/api/sftp/list', 'list')
    assert event['bytes_out'] >= len(answer.body) and event['bytes_in'] > 0 and event['duration_ms'] > 0
    assert event['client'].startswith('127.0.0.1') and '127.0.0.1' in event['host']
    error(gateway.post('stat', **openssh.login(path='/nowhere/at/all')), 'no_such_file')
    assert gateway.wait_event('request', status=404)['code'] == 'no_such_file'
    gateway.request('GET', '/nope?secret=1')
    assert gateway.wait_event('request', method='GET')['path'] == '/nope', 'queries may hold secrets'


@pytest.mark.parametrize('text', ['\n{"event":"forged"}', '\r\n2026-01-01 INFO login ok', '\u2028x', '\x1b[2J',
                                  '"},{"event":"forged'],
                         ids=ascii)
def test_h8_nothing_from_outside_forges_a_line(own_gateway, keys, text):
    gateway = own_gateway(*short_timers(), log_level='trace')   # some names make the server fall silent
    with ScriptedSftp(keys, Script) as server:
        calls = [{'path': text}, {'path': 'x', 'username': f'u{text}'}, {'path': 'x', 'host': f'127.0.0.1{text}'}]
        for fields in calls:
            gateway.post('stat', **server.login(**fields))
    gateway.request('GET', '/' + urllib.parse.quote(text), headers={'User-Agent': 'x'})
    gateway.stop()
    assert len(gateway.events('request')) == 4
    assert not gateway.events('forged')
    for line in gateway.log_lines:
        json.loads(line)
        assert '\x1b' not in line and '\u2028' not in line


def test_misspelt_variable_is_told_with_the_one_it_was_meant_to_be(own_gateway):
    gateway = own_gateway(env={'GANGWAY_EGRES': 'public'})
    gateway.wait_event('ignored', variable='GANGWAY_EGRES', didYouMean='GANGWAY_EGRESS')
