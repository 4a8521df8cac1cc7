"""Sessions are shared by those who may share them, and by nobody else (attacks.md, part I)."""
import asyncio
import itertools
import json
import threading

from support.checks import error, good
from support.event_loop import call_on_loop
from support.fault_proxy import FaultProxy
from support.keys import PASSPHRASE
from support.scripted_sftp import Script, ScriptedSftp, lying, wire
from support.waiting import PATIENCE, until


def test_same_login_uses_one_connection(gateway, keys):
    with ScriptedSftp(keys) as server:
        for _ in range(5):
            good(gateway.post('stat', **server.login(path='hello.txt')))
        assert len(server.messages) == 1 and len(server.passwords) == 1


def test_i1_other_password_never_gets_the_session(gateway, keys):
    with ScriptedSftp(keys) as server:
        good(gateway.post('stat', **server.login(path='hello.txt')))
        error(gateway.post('stat', **server.login(path='hello.txt', password='guess')), 'auth_failed', phase='auth')
        error(gateway.post('stat', **server.login(path='hello.txt', username='other', password='guess')), 'auth_failed')
        assert 'guess' in server.passwords


def test_i1_other_passphrase_never_gets_the_session(gateway, openssh, keys):
    login = openssh.login(path='.', privateKey=keys.encrypted().private)
    good(gateway.post('list', **login, passphrase=PASSPHRASE))
    error(gateway.post('list', **login, passphrase='guess'), 'bad_private_key')
    error(gateway.post('list', **login), 'bad_private_key')


def test_i2_other_expected_key_never_gets_the_session(gateway, keys):
    with ScriptedSftp(keys) as server:
        good(gateway.post('stat', **server.login(path='hello.txt')))
        wrong = keys.host('ed25519', '_other').fingerprint
        error(gateway.post('stat', **server.login(path='hello.txt', hostKey=wrong)), 'host_key_mismatch',
              phase='hostkey')


def test_i5_session_that_broke_the_protocol_is_not_used_again(gateway, keys):
    broken = threading.Event()

    def stat(self, request):
        return wire.handle(request.id, b'h') if not broken.is_set() and not broken.set() else Script.stat(self, request)
    with ScriptedSftp(keys, lying(stat=stat)) as server:
        error(gateway.post('stat', **server.login(path='hello.txt')), 'bad_message')
        good(gateway.post('stat', **server.login(path='hello.txt')), size=12)
        assert len(server.messages) == 2


def test_i6_late_reply_goes_to_nobody(gateway, keys):
    """The request was given up; its answer comes while others wait."""
    late = []

    def stat(self, request):
        if request.path == b'late':
            late.append((self, request))
            return None
        return Script.stat(self, request)
    with ScriptedSftp(keys, lying(stat=stat)) as server:
        good(gateway.post('stat', **server.login(path='hello.txt')))
        error(gateway.post('stat', **server.login(path='late', timeoutMs=300)), 'timeout')
        script, request = late[0]
        call_on_loop(script.send, wire.attrs(request.id, wire.attributes(4711)))
        for _ in range(3):
            good(gateway.post('stat', **server.login(path='hello.txt')), size=12)


def test_i7_session_that_died_while_idle_is_replaced(gateway, keys):
    with ScriptedSftp(keys) as server:
        with FaultProxy((server.host, server.port)) as line:
            login = {**server.login(path='hello.txt'), **line.where()}
            good(gateway.post('stat', **login))
            line.cut()
            good(gateway.post('stat', **login), size=12)
            line.cut()
            good(gateway.post('upload', **{**login, 'path': 'new'}, content='eA=='), bytesWritten=1)
            assert len(line.counts) == 3


def test_i8_logins_that_never_rest_keep_nobody_away(gateway, keys):
    """Five of them have all the connections that one server gets, and always something under way on each."""
    delays = itertools.cycle((0.1, 0.17, 0.23, 0.29, 0.31))

    def stat(self, request):
        asyncio.get_running_loop().call_later(next(delays), self.send, wire.attrs(request.id, wire.attributes(12)))
    over, answers = threading.Event(), []
    with ScriptedSftp(keys, lying(stat=stat)) as server:
        def ask(user):
            return gateway.post('stat', **server.login(path='hello.txt', username=user))

        def restless(number):
            while not over.is_set():
                answers.append(ask(f'restless{number % 5}'))
        threads = [threading.Thread(target=restless, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        try:
            until(lambda: server.connections == 5, 10, 'five connections')
            late = ask('late')
            assert good(late) and late.seconds < 10 * PATIENCE
        finally:
            over.set()
            for thread in threads:
                thread.join()
    assert {answer.status for answer in answers} == {200}


def test_parallel_work_on_one_session_does_not_mix(gateway, keys):
    answers = {}
    with ScriptedSftp(keys) as server:
        for number in range(40):
            server.tree[b'/home/someone/%d' % number] = b'x' * number

        def ask(number):
            answers[number] = gateway.post('download', **server.login(path=str(number)))
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.messages) <= 5
    for number, answer in answers.items():
        good(answer, size=number)


def test_client_that_goes_away_takes_its_request_along(gateway, keys):
    """C13: the remote handle is closed."""
    reached = threading.Event()

    def read(self, request):
        reached.set()
        return None     # never answered
    with ScriptedSftp(keys, lying(read=read)) as server:
        body = json.dumps(server.login(path='mib.txt')).encode()
        client = gateway.connect()
        client.sendall(b'POST /api/sftp/download HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n'
                       + f'Content-Length: {len(body)}\r\n\r\n'.encode() + body)
        assert reached.wait(10 * PATIENCE)
        client.close()
        until(lambda: server.asked('close') or not server.connections, 2, 'the handle to be closed, or the connection')
        good(gateway.post('stat', **server.login(path='hello.txt')))
