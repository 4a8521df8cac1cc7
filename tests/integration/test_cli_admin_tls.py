"""A gateway behind TLS, and what claims to be one."""
import json
import signal
import socket
import subprocess
import threading

import pytest

from support.admin import Administration
from support.cli import CANNOT_CONNECT, FAILED, INTERRUPTED, OK
from support.tls_proxy import TlsProxy
from support.waiting import PATIENCE


@pytest.fixture
def behind_tls(cli, own_gateway, tmp_path):
    gateway = own_gateway(token='the-token')
    with TlsProxy(gateway.address, tmp_path) as proxy:
        yield Administration(cli, gateway), proxy


def test_valid_certificate_carries_the_token(behind_tls):
    admin, proxy = behind_tls
    done = admin('connections', 'list', '--gateway', proxy.url,
                 env={'GANGWAY_API_TOKEN': 'the-token', 'SSL_CERT_FILE': str(proxy.certificate)})
    assert done.status == OK, done.stderr
    assert done.stderr == '' and b'Bearer the-token' in proxy.received


def test_certificate_of_nobody_known_gets_no_token(behind_tls):
    admin, proxy = behind_tls
    done = admin('connections', 'list', '--gateway', proxy.url, '--json', env={'GANGWAY_API_TOKEN': 'the-token'})
    assert done.status == CANNOT_CONNECT
    assert json.loads(done.stderr)['code'] == 'handshake_failed' and 'certificate' in done.stderr
    assert proxy.received == b''


@pytest.mark.parametrize('address', ['https://127.0.0.1:{port}', 'https://localhost:{port}'])
def test_certificate_for_another_name_gets_no_token(cli, own_gateway, tmp_path, address):
    gateway = own_gateway(token='the-token')
    with TlsProxy(gateway.address, tmp_path, 'other.example') as proxy:
        done = Administration(cli, gateway)(
            'connections', 'list', '--gateway', address.format(port=proxy.port),
            env={'GANGWAY_API_TOKEN': 'the-token', 'SSL_CERT_FILE': str(proxy.certificate)})
        assert done.status == CANNOT_CONNECT and 'certificate' in done.stderr
        assert proxy.received == b''


def answering(octets):
    """A server that says just this, whatever it is asked; its URL."""
    listener = socket.create_server(('127.0.0.1', 0))

    def serve():
        client, _ = listener.accept()
        with listener, client:
            client.recv(65536)
            client.sendall(octets)
    threading.Thread(target=serve, daemon=True).start()
    return f'http://127.0.0.1:{listener.getsockname()[1]}'


def http_answer(body, status='200 OK', *fields):
    head = ''.join(f'{line}\r\n' for line in (f'HTTP/1.1 {status}', f'Content-Length: {len(body)}', *fields))
    return head.encode() + b'\r\n' + body


@pytest.mark.parametrize('octets, status, words', [
    (http_answer(b'<html>'), FAILED, 'is it a Gangway'),
    (http_answer(b'', '302 Found', 'Location: http://127.0.0.1:9/'), FAILED, 'redirects are not followed'),
    (http_answer(b'[' * 100000), FAILED, 'not of a gateway'),
    (http_answer(b'{"connections":7}'), OK, ''),
    (http_answer(b'{"connections":[{"name":7,"health":"x"},null,[]]}'), OK, ''),
    (b'HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n', FAILED, 'longer than 64 MiB'),
    (b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{', CANNOT_CONNECT, 'broke off'),
    (b'', CANNOT_CONNECT, 'broke off'),
    (b'SSH-2.0-OpenSSH_9.2\r\n', CANNOT_CONNECT, 'broke off'),
    (b'HTTP/1.1 200 OK\r\nX: ' + b'a' * 1000000, CANNOT_CONNECT, 'broke off'),
], ids=['html', 'redirect', 'deep', 'number', 'mixed', 'endless', 'cut', 'silent', 'ssh', 'header'])
def test_hostile_answers_are_bounded_and_told(cli, octets, status, words):
    url = answering(octets)
    done = cli('connections', 'list', '--gateway', url)
    assert done.status == status and words in done.stderr, (done.status, done.stderr)


def test_interrupting_a_call_ends_it_at_once(cli):
    with socket.create_server(('127.0.0.1', 0)) as silent:
        url = f'http://127.0.0.1:{silent.getsockname()[1]}'
        child = subprocess.Popen(cli.argv('connections', 'list', '--gateway', url), env=cli.environment(),
                                 stderr=subprocess.PIPE)
        client, _ = silent.accept()
        with client:
            client.recv(65536)
            child.send_signal(signal.SIGINT)
            assert child.wait(5 * PATIENCE) == INTERRUPTED
        assert b'interrupted' in child.stderr.read()
        child.stderr.close()


def test_hostile_text_never_reaches_the_terminal_as_it_is(cli):
    row = {'name': 'a\x1b[2J\nb\u202e', 'host': '\x1b]0;x\x07', 'port': 22, 'username': '\r', 'id': '\x00',
           'health': {'state': '\x9b'}}
    done = cli('connections', 'list', '--gateway', answering(http_answer(json.dumps({'connections': [row]}).encode())))
    assert done.status == OK and done.stdout.count(b'\n') == 2
    shown = done.stdout.decode()
    assert all(character.isprintable() or character == '\n' for character in shown), repr(shown)
    refusal = http_answer(json.dumps({'error': '\x1b[2J', 'code': 'failure'}).encode(), '500 Bad')
    done = cli('connections', 'list', '--gateway', answering(refusal))
    assert done.status == FAILED and '\x1b' not in done.stderr
