"""What one client may have of the gateway (attacks.md D15, D23, E13)."""
import concurrent.futures

import pytest

from support.checks import error, good
from support.child import ChildFailed
from support.oracle import MEMORY_SLACK

TOKEN = 'the-right-token'
FROM_PROXY = ['--trusted-proxy', '127.0.0.1']


def ask(gateway, client=None, token=TOKEN, path='/openapi.json'):
    headers = {'Authorization': f'Bearer {token}'} if token else {'Authorization': ''}
    return gateway.request('GET', path, headers={**headers, **({'X-Forwarded-For': client} if client else {})})


def limited(answer):
    found = error(answer, 'too_many_requests', phase='request')
    assert found['retryAfter'] == int(answer.headers['retry-after']) >= 1
    return True


def test_loopback_is_not_limited_unless_asked(own_gateway):
    gateway = own_gateway(token=TOKEN)
    assert {ask(gateway).status for _ in range(1200)} == {200}
    assert {ask(gateway, token='wrong').status for _ in range(100)} == {401}


def test_d15_client_that_asks_too_much_is_told_when_to_come_back(own_gateway):
    gateway = own_gateway('--rate-requests', '5/h')
    assert [ask(gateway, token=None).status for _ in range(5)] == [200] * 5
    answer = ask(gateway, token=None)
    assert limited(answer) and int(answer.headers['retry-after']) in range(700, 721)
    for path in ('/healthz', '/readyz'):
        assert ask(gateway, token=None, path=path).status == 200
    limited(gateway.post('list'))
    limited(ask(gateway, token=None, path='/nowhere'))


def test_d15_invented_client_addresses_are_ignored(own_gateway):
    gateway = own_gateway('--rate-requests', '5/h')
    for number in range(5):
        assert ask(gateway, token=None, client=f'192.0.2.{number}').status == 200
    for number in range(20):
        limited(ask(gateway, token=None, client=f'198.51.100.{number}'))
        limited(gateway.request('GET', '/openapi.json', headers={'Forwarded': f'for=198.51.100.{number}'}))


def test_d15_trusted_proxy_tells_clients_apart(own_gateway):
    gateway = own_gateway('--rate-requests', '2/h', *FROM_PROXY)
    for client in ('192.0.2.1', '192.0.2.2', '2001:db8::1'):
        assert [ask(gateway, token=None, client=client).status for _ in range(2)] == [200, 200]
        limited(ask(gateway, token=None, client=client))
    limited(ask(gateway, token=None, client='203.0.113.77, 192.0.2.1'))
    limited(ask(gateway, token=None, client='2001:db8::ffff'))
    event = gateway.wait_event('request', client='192.0.2.2', status=429)
    assert event['code'] == 'too_many_requests'


def test_trusted_proxy_turns_the_usual_limits_on(own_gateway):
    gateway = own_gateway(*FROM_PROXY, token=TOKEN)
    for _ in range(30):
        error(ask(gateway, client='192.0.2.1', token='wrong'), 'unauthorized')
    limited(ask(gateway, client='192.0.2.1'))
    assert ask(gateway, client='192.0.2.2').status == 200


def test_d15_token_has_a_limit_over_all_clients(own_gateway):
    gateway = own_gateway('--rate-per-token', '3/h', *FROM_PROXY, token=TOKEN)
    assert [ask(gateway, client=f'192.0.2.{number}').status for number in range(3)] == [200] * 3
    limited(ask(gateway, client='192.0.2.9'))
    error(ask(gateway, client='192.0.2.9', token='wrong'), 'unauthorized')


def test_d23_guessing_at_tokens_ends_and_the_right_one_is_not_told_apart(own_gateway):
    gateway = own_gateway('--rate-failures', '10/h', token=TOKEN)
    answers = [ask(gateway, token=f'guess{number}') for number in range(50)]
    assert [answer.status for answer in answers] == [401] * 10 + [429] * 40
    right, wrong = ask(gateway), ask(gateway, token='another guess')
    assert limited(right) and limited(wrong)
    assert {**right.json, 'retryAfter': 0} == {**wrong.json, 'retryAfter': 0}
    assert ask(gateway, path='/healthz').status == 200


def test_d23_many_guessers_do_not_disturb_others(own_gateway):
    gateway = own_gateway('--rate-failures', '2/h', *FROM_PROXY, token=TOKEN)
    before = gateway.rss()

    def guess(number):
        client = f'10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}'
        return ask(gateway, client=client, token=f'guess{number}').status
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(guess, range(3000))) == {401}
    assert ask(gateway, client='192.0.2.1').status == 200
    assert gateway.rss() - before < MEMORY_SLACK


def test_e13_new_connections_are_limited_and_shared_ones_are_free(own_gateway, openssh):
    """Scanning from one address ends soon; work on a session that is there goes on."""
    gateway = own_gateway('--rate-connections', '2/h', *FROM_PROXY)
    client = {'X-Forwarded-For': '192.0.2.1'}
    for _ in range(10):
        good(gateway.post('stat', client, **openssh.login(path='.')))
    error(gateway.post('connect', client, host='127.0.0.1', port=1), 'connection_refused')
    limited(gateway.post('connect', client, host='127.0.0.1', port=2))
    limited(gateway.post('probe', client, host='127.0.0.1', port=2))
    limited(gateway.post('list', client, **openssh.login(path='.', hostKey=openssh.host_key.fingerprint)))
    limited(gateway.request('GET', '/api/sftp/connect?host=127.0.0.1', headers=client))
    good(gateway.post('stat', client, **openssh.login(path='.')))
    good(gateway.post('connect', {'X-Forwarded-For': '192.0.2.2'}, **openssh.where()))


@pytest.mark.parametrize('flag', ['--rate-requests', '--rate-per-token', '--rate-connections', '--rate-failures'])
def test_rate_that_is_none_stops_the_start(own_gateway, flag):
    with pytest.raises(ChildFailed, match=flag):
        own_gateway(flag, 'often')
