"""Where the gateway may connect to (attacks.md, part E), who may tell it to, and names that change their mind."""
import contextlib
import time

import pytest

from support.checks import error, good
from support.child import ChildFailed
from support.dns import DnsServer, with_name_server
from support.gateway import Gateway, short_timers
from support.scripted_sftp import ScriptedSftp
from support.scripted_ssh import RawServer
from support.waiting import PATIENCE

TOKEN = 'token-of-the-tests'
OPERATIONS = {'connect': {}, 'list': {'path': '.'}, 'download': {'path': 'x'}, 'upload': {'path': 'x', 'content': ''},
              'delete': {'path': 'x'}, 'mkdir': {'path': 'x'}, 'rename': {'oldPath': 'x', 'newPath': 'y'},
              'stat': {'path': 'x'}, 'rmdir': {'path': 'x'}, 'lstat': {'path': 'x'}}
WHO = {'username': 'u', 'password': 'p'}


@pytest.fixture(scope='module')
def public(workspace):
    """A gateway as others reach it: token, and only public targets; timers short, for what it does try. Guesses at the
    token are not limited here."""
    settings = [*short_timers(1), '--rate-failures', 'off']
    with Gateway(workspace / 'public', *settings, listen='0.0.0.0:0', token=TOKEN) as gateway:
        yield gateway


def refused(answer):
    found = error(answer, 'host_blocked', phase='egress')
    assert 'isCloudflare' not in found


# Who may ask. ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('listen', ['0.0.0.0:0', '[::]:0'])
def test_listening_beyond_loopback_needs_a_token(own_gateway, listen):
    with pytest.raises(ChildFailed) as failure:
        own_gateway(listen=listen)
    assert 'token' in str(failure.value).lower()


@pytest.mark.parametrize('header', [None, '', 'Bearer', 'Bearer ', 'Bearer wrong', f'Bearer {TOKEN}x',
                                    f'Bearer {TOKEN[:-1]}', f'Basic {TOKEN}', TOKEN, f'Bearer {TOKEN} {TOKEN}'])
def test_wrong_token_is_unauthorized_on_every_operation(public, header):
    headers = {'Content-Type': 'application/json', **({} if header is None else {'Authorization': header})}
    public.token, token = None, public.token
    try:
        for operation in OPERATIONS:
            error(public.request('POST', f'/api/sftp/{operation}', b'{}', headers), 'unauthorized', phase='request')
    finally:
        public.token = token


def test_right_token_lets_in(public):
    error(public.post('list'), 'bad_request', field='host')


def test_token_from_a_file(own_gateway, tmp_path):
    (tmp_path / 'token').write_text(TOKEN + '\n')
    gateway = own_gateway('--api-token-file', tmp_path / 'token')
    error(gateway.post('list'), 'unauthorized')
    gateway.token = TOKEN
    error(gateway.post('list'), 'bad_request', field='host')


# E1 to E5, E9: addresses. ---------------------------------------------------------------------------------------------

LOOPBACK = ['127.0.0.1', '127.255.255.254', '::1', '0.0.0.0', '::', 'localhost', 'LOCALHOST', 'localhost.',
            'x.localhost']
PRIVATE = ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fc00::1', 'fd12:3456::1',
           'fe80::1', '169.254.1.1']
METADATA = ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', 'metadata.google.internal', '192.0.0.192']
EMBEDDED = ['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '::a9fe:a9fe', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::',
            '2001:0:5350:af5::1', '::ffff:0:a9fe:a9fe', '::ffff:127.0.0.1', '64:ff9b::7f00:1']
SPECIAL = ['224.0.0.1', '239.1.1.1', '255.255.255.255', '240.0.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.1',
           '198.18.0.1', '192.0.0.1', '192.88.99.1', 'ff02::1', '2001:db8::1', '0.1.2.3', '100::1']
SPELLINGS = ['2852039166', '0xA9FEA9FE', '0251.0376.0251.0376', '169.254.43518', '0xa9.254.0251.254', '127.1',
             '0177.0.0.1', 'fe80::1%lo', '[fe80::1%25lo]', '①②⑦.0.0.1', '127。0。0。1', '１２７.0.0.1',
             '%31%32%37.0.0.1', '127.0.0.1.']


@pytest.mark.parametrize('host', LOOPBACK + PRIVATE + METADATA + EMBEDDED + SPECIAL)
def test_e1_e2_e3_e5_e9_address_that_is_not_public_is_denied(public, host):
    refused(public.post('connect', host=host, port=22))
    refused(public.post('list', host=host, port=22, path='.', **WHO))


@pytest.mark.parametrize('host', SPELLINGS, ids=ascii)
def test_e4_e10_other_spellings_are_bad_requests_or_denied(public, host):
    error(public.post('connect', host=host, port=22), 'bad_request', 'host_blocked', phase=('request', 'egress'))


@pytest.mark.parametrize('host', ['FE80::1', '[::1]', '0:0:0:0:0:0:0:1', '::FFFF:127.0.0.1'])
def test_e10_other_forms_of_ipv6_are_the_same_address(public, host):
    refused(public.post('connect', host=host, port=22))


@pytest.mark.parametrize('host', METADATA + ['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe'])
def test_e3_metadata_services_are_denied_even_by_an_open_gateway(gateway, host):
    refused(gateway.post('connect', host=host, port=80))


def test_e2_listed_networks_are_allowed_and_metadata_stays_denied(own_gateway, openssh):
    gateway = own_gateway('--egress', 'public', '--egress-allow', '127.0.0.0/8', '--egress-allow', '169.254.0.0/16')
    good(gateway.post('list', **openssh.login(path='.')))
    refused(gateway.post('connect', host='169.254.169.254', port=80))
    refused(gateway.post('connect', host='10.0.0.1', port=22))


def test_private_targets_are_allowed_on_loopback_by_default(gateway, openssh):
    for host in ('127.0.0.1', 'localhost'):
        good(gateway.post('list', **openssh.login(path='.', host=host)), path='.')


def test_denied_target_is_never_connected_to(public):
    with RawServer(b'SSH-2.0-Secret\r\n') as server:
        for host in ('127.0.0.1', 'localhost', '::ffff:127.0.0.1'):
            refused(public.post('connect', host=host, port=server.port))
        assert server.heard == []


# Cloudflare. ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('operation', OPERATIONS)
def test_cloudflare_is_named_on_every_operation(gateway, operation):
    who = {} if operation == 'connect' else WHO
    for host in ('104.16.0.1', '2606:4700::1', '::ffff:104.16.0.1'):
        found = error(gateway.post(operation, host=host, **who, **OPERATIONS[operation]), 'host_blocked',
                      phase='egress')
        assert found['isCloudflare'] is True


def test_cloudflare_by_get_is_named_too(gateway):
    answer = gateway.request('GET', '/api/sftp/connect?host=104.16.0.1')
    assert error(answer, 'host_blocked', phase='egress')['isCloudflare'] is True


def test_cloudflare_check_can_be_turned_off(own_gateway):
    gateway = own_gateway('--block-cloudflare', 'false', *short_timers(0.3))
    # Where there is no IPv6, nothing leaves this machine.
    answer = gateway.post('connect', host='2606:4700::1')
    assert answer.code != 'host_blocked' and answer.phase in ('tcp', 'ssh')


# Names. ---------------------------------------------------------------------------------------------------------------

@contextlib.contextmanager
def gateway_asking(server, folder, *flags):
    with Gateway(folder / 'dns-gateway', *short_timers(), *flags, wrapper=with_name_server(server, folder)) as gateway:
        yield gateway


def test_name_without_addresses_is_dns_failed(tmp_path):
    with DnsServer({}) as names, gateway_asking(names, tmp_path) as gateway:
        error(gateway.post('connect', host='nowhere.test'), 'dns_failed', phase='dns')
        assert names.asked('nowhere.test')


def test_e6_name_with_one_bad_address_is_denied(tmp_path):
    """A name with a public and a private address is broken or an attack: nothing of it is used."""
    with DnsServer({'mixed.test': [['93.184.216.34', '10.0.0.1']], 'twisted.test': [['10.0.0.1', '93.184.216.34']]}) \
            as names, gateway_asking(names, tmp_path, '--egress', 'public') as gateway:
        for host in ('mixed.test', 'twisted.test'):
            refused(gateway.post('connect', host=host, port=22))


def test_e7_name_is_looked_up_once_and_the_checked_address_is_used(tmp_path, openssh):
    """Each further look-up would give the address of the metadata service."""
    with DnsServer({'rebind.test': [['127.0.0.1'], ['169.254.169.254']]}) as names, \
            gateway_asking(names, tmp_path, '--egress', 'public', '--egress-allow', '127.0.0.1') as gateway:
        good(gateway.post('list', **openssh.login(path='.', host='rebind.test')))
        assert names.asked('rebind.test') == 1


def test_e8_name_is_checked_again_for_every_connection(tmp_path, keys):
    """Each user's connection is a new one."""
    with ScriptedSftp(keys) as server, \
            DnsServer({'rebind.test': [['127.0.0.1'], ['10.0.0.1'], ['127.0.0.1']]}) as names, \
            gateway_asking(names, tmp_path, '--egress', 'public', '--egress-allow', '127.0.0.1') as gateway:
        def ask(username):
            return gateway.post('list', **server.login(path='.', host='rebind.test', username=username))
        good(ask('first'))
        refused(ask('second'))
        good(ask('third'))


def test_name_server_that_never_answers_costs_the_connect_timer(tmp_path):
    with DnsServer({'silent.test': None}) as names, gateway_asking(names, tmp_path) as gateway:
        error(gateway.post('connect', host='silent.test'), 'timeout', 'dns_failed', phase='dns')
        # It is given up, and in nobody's way: neither the next one's, nor that of a stop.
        error(gateway.post('connect', host='nowhere.test'), 'dns_failed', phase='dns')
        started = time.monotonic()
        gateway.stop()
        assert time.monotonic() - started < 5 * PATIENCE


def test_host_is_pinned_under_the_name_that_was_asked_for(tmp_path, openssh):
    with DnsServer({'files.test': [['127.0.0.1']]}) as names, gateway_asking(names, tmp_path) as gateway:
        good(gateway.post('list', **openssh.login(path='.', host='Files.TEST.')))
        assert gateway.known_hosts == [f'[files.test]:{openssh.port} {openssh.host_key.public_line}']
