"""Sessions of managed connections: whose they are, when they end, and servers that lie about where a path leads."""
import pytest

from support.checks import error, good
from support.managed import Connection
from support.scripted_sftp import Script, ScriptedSftp, lying, wire
from support.scripted_ssh import PASSWORD
from support.waiting import until


@pytest.fixture
def managed(own_gateway):
    return own_gateway()


def ready(gateway, name, server, keys, **more):
    connection = Connection(gateway, name, server, authentication='password', **more)
    good(connection.ask('PUT', '/password', {'password': PASSWORD}))
    good(connection.ask('PUT', '/host-key', {'fingerprint': keys.host().fingerprint}))
    return connection


def logins(server):
    return len(server.passwords)


def test_two_connections_with_the_same_login_share_no_session(managed, keys):
    with ScriptedSftp(keys) as server:
        first, second = ready(managed, 'first', server, keys), ready(managed, 'second', server, keys)
        for _ in range(2):
            good(first.operate('stat', path='hello.txt'))
        assert logins(server) == 1
        good(second.operate('stat', path='hello.txt'))
        assert logins(server) == 2
        good(managed.post('stat', **server.login(path='hello.txt')))        # nor does a login that is given each time
        assert logins(server) == 3 and server.connections == 3


@pytest.mark.parametrize('change', [
    lambda connection: connection.ask('DELETE'), lambda connection: connection.ask('POST', '/pause'),
    lambda connection: connection.ask('PUT', '/password', {'password': PASSWORD}),
    lambda connection: connection.ask('DELETE', '/password'),
    lambda connection: connection.ask('PATCH', value={'username': 'another'}),
    lambda connection: connection.ask('PATCH', value={'pathRoot': '/home/someone'})],
    ids=['deleted', 'paused', 'new_password', 'no_password', 'other_user', 'other_root'])
def test_change_of_a_connection_ends_its_sessions_within_a_second(managed, keys, change):
    with ScriptedSftp(keys) as server:
        changed, other = ready(managed, 'changed', server, keys), ready(managed, 'other', server, keys)
        for connection in (changed, other):
            good(connection.operate('stat', path='hello.txt'))
        assert server.connections == 2
        assert change(changed).status in (200, 204)
        until(lambda: server.connections == 1, 1, 'the end of its session')
        before = logins(server)
        good(other.operate('stat', path='hello.txt'))
        assert logins(server) == before, 'the session of another connection has ended with it'


def test_connection_to_the_gateway_itself_finds_no_ssh(own_gateway, keys):
    gateway = own_gateway('--timeout-identification', '1500ms')

    class Itself:
        @staticmethod
        def where():
            host, port = gateway.address
            return {'host': host, 'port': port}
    connection = Connection(gateway, 'loop', Itself)
    connection.new_key()
    error(connection.operate('list'), 'timeout', 'not_ssh', phase='ssh')
    assert connection.ask('POST', '/test').status == 200 and gateway.alive


LIES = {'relative': b'etc', 'out_of_the_root': b'/etc', 'way_up': b'/home/someone/../../etc', 'empty': b'',
        'beside_the_root': b'/home/someone-else', 'long': b'/' + b'x' * 4999, 'no_text': b'/\xff\xfe'}


@pytest.mark.parametrize('lie', LIES)
def test_server_that_lies_about_a_path_leads_nobody_out_of_the_root(managed, keys, lie):
    """What REALPATH says is checked, and never what is asked for next."""
    def realpath(self, request):
        if request.path == b'/home/someone':
            return Script.realpath(self, request)
        return wire.name(request.id, wire.entry(LIES[lie], wire.attributes()))
    with ScriptedSftp(keys, lying(realpath=realpath)) as server:
        jailed = ready(managed, 'jailed', server, keys, pathRoot='/home/someone')
        answer = jailed.operate('download', path='/home/someone/hello.txt')
        assert answer.status >= 400 and answer.json['success'] is False, answer.body
        asked = [request.path for request in server.requests if getattr(request, 'path', None)]
        assert LIES[lie] not in asked

        free = ready(managed, 'free', server, keys)
        good(free.operate('stat', path='hello.txt'), size=12)
