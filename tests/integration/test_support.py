"""The evil servers and the proxy do what they promise: seen by clients that are not ours. A test that trusts them can
fail only because this one cannot."""
import subprocess

import pytest

from support.event_loop import on_loop
from support.fault_proxy import CLIENT_TO_SERVER, FINISH, RESET, SERVER_TO_CLIENT, STALL, Fault, FaultProxy
from support.scripted_sftp import MIB, Script, ScriptedSftp, lying, pattern, wire
from support.scripted_ssh import PASSWORD, OtherSigner, ScriptedSsh, WrongSignature, asyncssh


def openssh_client(program, server, keys, known_hosts, *more, commands=b'', seconds=20):
    argv = [program, '-P' if program == 'sftp' else '-p', str(server.port), '-i', str(keys.user().path), '-F', 'none',
            '-o', 'StrictHostKeyChecking=yes', '-o', f'UserKnownHostsFile={known_hosts}', '-o', 'BatchMode=yes', *more,
            f'{getattr(server, "username", "someone")}@127.0.0.1']
    return subprocess.run(argv, input=commands, capture_output=True, timeout=seconds)


@pytest.fixture
def known_hosts(tmp_path, keys):
    path = tmp_path / 'known_hosts'
    path.write_text(''.join(f'* {keys.host(kind).public_line}\n' for kind in ('ed25519', 'rsa', 'ecdsa')))
    return path


@pytest.mark.parametrize('name', ['default', 'rsa_host_key', 'ecdsa_host_key', 'etm_macs', 'gcm', 'chacha',
                                  'internal_sftp', 'proftpd', 'asyncssh', 'paramiko'])
def test_real_servers_serve_openssh_clients(start_server, keys, known_hosts, name):
    server = start_server(name)
    server.fresh('self').joinpath('file').write_bytes(b'x' * 5000)
    file, copy = server.path('self/file'), server.path('self/copy')
    commands = f'get {file} {known_hosts}.out\nput {known_hosts}.out {copy}\nls {server.path("self")}\nrm {copy}\n'
    more = [] if name != 'proftpd' else ['-i', str(keys.user('rsa').path)]
    done = openssh_client('sftp', server, keys, known_hosts, '-b', '-', *more, commands=commands.encode())
    assert done.returncode == 0, done.stderr
    assert server.local('self/file').read_bytes() == b'x' * 5000 and not server.local('self/copy').exists()


async def _as_asyncssh(server, use):
    login = {'username': 'u', 'password': PASSWORD, 'known_hosts': None}
    async with asyncssh.connect(server.host, server.port, **login) as connection:
        async with connection.start_sftp_client() as client:
            return await use(client)


def test_healthy_script_serves_asyncssh_clients(keys):
    async def use(client):
        async with client.open('mib.txt', 'rb') as file:
            content = await file.read()
        async with client.open('new.bin', 'wb') as file:
            await file.write(content[:100_000])
        await client.rename('new.bin', 'other.bin')
        names = sorted(await client.listdir('.'))
        size = (await client.stat('other.bin')).size
        await client.remove('other.bin')
        return content, names, size
    with ScriptedSftp(keys) as server:
        content, names, size = on_loop(_as_asyncssh(server, use))
    assert content == pattern(MIB) and size == 100_000
    assert names == ['.', '..', 'empty.txt', 'folder', 'hello.txt', 'mib.txt', 'other.bin']


def test_script_that_lies_is_noticed(keys):
    with ScriptedSftp(keys, lying(stat=lambda self, request: wire.attrs(request.id + 1, wire.attributes(1)))) as server:
        with pytest.raises(asyncssh.SFTPError):
            on_loop(_as_asyncssh(server, lambda client: client.stat('hello.txt')))


def test_bug_in_a_script_fails_its_test(keys):
    server = ScriptedSftp(keys, type('Buggy', (Script,), {'stat': lambda self, request: 1 / 0}))
    with pytest.raises(Exception):
        on_loop(_as_asyncssh(server, lambda client: client.stat('hello.txt')))
    with pytest.raises(AssertionError, match='ZeroDivisionError'):
        server.stop()


def test_recorder_sees_authentication_and_its_absence(keys, known_hosts):
    with ScriptedSsh([str(keys.host().path)]) as server:
        openssh_client('ssh', server, keys, known_hosts)
        assert server.saw_authentication
    known_hosts.write_text(f'* {keys.host("ed25519", "_other").public_line}\n')
    with ScriptedSsh([str(keys.host().path)]) as server:
        done = openssh_client('ssh', server, keys, known_hosts)
        assert b'verification failed' in done.stderr
        assert server.messages and not server.saw_authentication


@pytest.mark.parametrize('signer', ['nonsense', 'another'])
def test_wrong_signature_is_noticed(keys, known_hosts, signer):
    key, other = (asyncssh.read_private_key(str(pair.path)) for pair in (keys.host(), keys.stranger()))
    with ScriptedSsh([WrongSignature(key) if signer == 'nonsense' else OtherSigner(key, other)]) as server:
        assert openssh_client('ssh', server, keys, known_hosts).returncode == 255
        assert server.messages and not server.saw_authentication


def test_proxy_carries_counts_fragments_and_delays(openssh, keys, known_hosts):
    for options in ({}, {'piece': 1}, {'delay': 0.02}):
        with FaultProxy((openssh.host, openssh.port), **options) as line:
            line.username = openssh.username
            done = openssh_client('sftp', line, keys, known_hosts, '-b', '-', commands=b'pwd\n')
            assert done.returncode == 0, done.stderr
            assert len(line.counts) == 1 and min(line.counts[0]) > 2000


@pytest.mark.parametrize('direction', [CLIENT_TO_SERVER, SERVER_TO_CLIENT])
@pytest.mark.parametrize('kind', [RESET, FINISH, STALL])
def test_proxy_strikes_at_its_offset(openssh, keys, known_hosts, kind, direction):
    with FaultProxy((openssh.host, openssh.port), fault=Fault(kind, direction, 1500)) as line:
        line.username = openssh.username
        if kind == STALL:
            with pytest.raises(subprocess.TimeoutExpired):
                openssh_client('sftp', line, keys, known_hosts, '-b', '-', seconds=1)
        else:
            done = openssh_client('sftp', line, keys, known_hosts, '-b', '-')
            assert done.returncode == 255
        assert line.counts[0][direction] == 1500
