"""Sessions by id: a login that is given once."""
import json

import pytest

from support.checks import error, good
from support.streams import Session


def test_session_is_opened_looked_at_and_closed(gateway, openssh):
    session = Session(gateway, openssh.login())
    told = session.opened.json
    assert told['host'] == '127.0.0.1' and told['port'] == openssh.port and told['username'] == openssh.username
    assert told['hostKey'] == session.opened.headers['gangway-host-key'] == openssh.host_key.fingerprint
    assert told['expiresAfterSeconds'] == 600 and session.opened.headers['location'] == session.url
    assert len(session.id) == 32 and 'PRIVATE KEY' not in session.opened.body.decode()
    good(gateway.request('GET', session.url), id=session.id, username=openssh.username)
    assert session.close().status == 204
    for answer in (session.close(), gateway.request('GET', session.url), session.get(openssh.path('x'))):
        error(answer, 'not_found')


def test_ids_differ_and_no_other_id_is_a_session(gateway, openssh):
    one, other = Session(gateway, openssh.login()), Session(gateway, openssh.login())
    assert one.id != other.id
    for guess in (one.id[:-1], one.id + 'A', one.id.swapcase(), '*', '..', '%2e%2e', 'x' * 5000):
        error(gateway.request('GET', f'/api/v1/sessions/{guess}'), 'not_found')


@pytest.mark.parametrize('more', [{'username': ''}, {'host': '@'}, {'port': 0}])
def test_fields_are_checked_like_those_of_the_operations(gateway, openssh, more):
    body = json.dumps({**openssh.login(), **more}).encode()
    error(gateway.request('POST', '/api/v1/sessions', body, {'Content-Type': 'application/json'}), 'bad_request',
          field=next(iter(more)))


def test_refused_login_opens_nothing(gateway, openssh, keys):
    stranger = json.dumps({**openssh.login(), 'username': 'nobody-here'}).encode()
    error(gateway.request('POST', '/api/v1/sessions', stranger, {'Content-Type': 'application/json'}), 'auth_failed')


def test_log_has_neither_the_id_nor_a_query(gateway, openssh):
    session = Session(gateway, openssh.login())
    session.get(openssh.path('nothing-here'), **{})
    session.put(openssh.path('no/such/folder/x'), b'x', '?mode=0600')
    gateway.wait_event('request', path=f'/api/v1/sessions/-/files{openssh.path("nothing-here")}')
    assert not [line for line in gateway.log_lines if session.id in line or 'mode=0600' in line]


@pytest.mark.parametrize('path, allowed', [('', {'GET', 'HEAD', 'DELETE'}), ('/files/x', {'GET', 'HEAD', 'PUT', 'DELETE'})])
def test_every_other_method_is_refused_with_allow(gateway, openssh, path, allowed):
    session = Session(gateway, openssh.login())
    for method in ('POST', 'PATCH', 'OPTIONS', 'TRACE', 'FOO', *({'PUT'} - allowed)):
        answer = gateway.request(method, session.url + path)
        error(answer, 'method_not_allowed')
        assert set(answer.headers['allow'].split(', ')) == allowed


def test_token_and_origin_are_asked_for_on_these_routes_too(own_gateway, openssh):
    gateway = own_gateway(token='correct-horse-battery-staple')
    session = Session(gateway, openssh.login())
    for path in ('', '/files/x', '/files/'):
        error(gateway.request('GET', session.url + path, headers={'Authorization': 'Bearer wrong'}), 'unauthorized')
        error(gateway.request('GET', session.url + path, headers={'Origin': 'https://evil.example'}), 'forbidden_origin')
        error(gateway.request('GET', session.url + path, headers={'Host': 'evil.example'}), 'forbidden_origin')
