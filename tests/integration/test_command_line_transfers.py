"""put and get to the letter: what is there afterwards, also when they are interrupted."""
import os
import signal
import stat
import subprocess
import threading

import pytest

from support import sftp_wire as wire
from support.cli import FAILED, INTERRUPTED, OK, USAGE
from support.scripted_sftp import Script, ScriptedSftp, pattern
from support.scripted_ssh import Login
from support.waiting import PATIENCE


class _AnyKey(Login):
    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return True


@pytest.fixture
def place(openssh, request):
    """A fresh folder on the server: its name in URLs, and itself."""
    name = 'transfers-' + request.node.name.split('[')[0]
    return ':' + openssh.path(name), openssh.fresh(name)


@pytest.fixture
def run(cli, openssh):
    return lambda command, *arguments, **options: cli.to(openssh, command, *arguments, **options)


@pytest.fixture
def piped(cli, openssh):
    """piped(input, command, arguments…): with something on standard input; the finished process."""
    def start(octets, command, *arguments):
        url = f'sftp://{openssh.username}@{openssh.host}:{openssh.port}'
        filled = [url + str(part)[1:] if str(part).startswith(':') else part for part in arguments]
        argv = cli.argv(command, *filled, '-i', openssh.key.path, '--known-hosts', cli.known_hosts, '--accept-new')
        return subprocess.run(argv, input=octets, capture_output=True, env=cli.environment(), cwd=cli.home,
                              timeout=120 * PATIENCE)
    return start


@pytest.mark.parametrize('size', [0, 1, 255 * 1024, 255 * 1024 + 1, 9_000_001])
def test_octets_survive_the_way_there_and_back(run, place, cli, size):
    url, folder = place
    (cli.home / 'there').write_bytes(pattern(size))
    assert run('put', cli.home / 'there', f'{url}/file').status == OK
    assert (folder / 'file').read_bytes() == pattern(size)
    assert run('get', f'{url}/file', cli.home / 'back').status == OK
    assert (cli.home / 'back').read_bytes() == pattern(size)


def test_standard_input_and_output_carry_files(piped, place):
    url, folder = place
    content = pattern(3_000_000)
    assert piped(content, 'put', '-', f'{url}/file').returncode == OK
    assert (folder / 'file').read_bytes() == content
    done = piped(b'', 'get', f'{url}/file', '-')
    assert done.returncode == OK and done.stdout == content and done.stderr == b''


def test_put_options_mean_what_they_say(run, place, cli):
    url, folder = place
    one, two = cli.home / 'one', cli.home / 'two'
    one.write_bytes(b'one\n')
    two.write_bytes(b'two\n')
    assert run('put', '--mode', '600', one, f'{url}/x').status == OK
    assert stat.S_IMODE((folder / 'x').stat().st_mode) == 0o600
    assert run('put', '--append', two, f'{url}/x').status == OK
    assert (folder / 'x').read_bytes() == b'one\ntwo\n'
    for flags in (['--no-overwrite'], ['--no-overwrite', '--atomic']):
        assert run('put', *flags, two, f'{url}/x').status == FAILED
        assert (folder / 'x').read_bytes() == b'one\ntwo\n'
    assert run('put', two, f'{url}/deep/er/y').status == FAILED
    assert run('put', '--parents', '--atomic', '--sync', two, f'{url}/deep/er/y').status == OK
    assert (folder / 'deep/er/y').read_bytes() == b'two\n'
    assert run('put', '--atomic', one, f'{url}/deep/er/y').status == OK
    assert (folder / 'deep/er/y').read_bytes() == b'one\n'
    assert os.listdir(folder / 'deep/er') == ['y']
    assert run('put', one, f'{url}/').status == OK
    assert (folder / 'one').read_bytes() == b'one\n'
    outcome = run('put', one, f'{url}/deep')
    assert outcome.status == FAILED and 'end the URL with /' in outcome.stderr


def test_get_keeps_what_must_not_be_lost(run, place, cli):
    url, folder = place
    (folder / 'file').write_bytes(b'new')
    target = cli.home / 'file'
    target.write_bytes(b'old')
    assert run('get', '--no-overwrite', f'{url}/file', target).status == USAGE
    assert target.read_bytes() == b'old'
    (cli.home / 'folder').mkdir()
    (cli.home / 'folder/file').mkdir()
    assert run('get', f'{url}/file', cli.home / 'folder').status == USAGE
    assert run('get', f'{url}/file', '/dev/null').status == USAGE
    assert stat.S_ISCHR(os.stat('/dev/null').st_mode)
    assert run('get', f'{url}/gone', target).status == FAILED
    assert target.read_bytes() == b'old'
    assert run('get', f'{url}/file', target).status == OK
    assert target.read_bytes() == b'new'


def test_reader_that_goes_away_is_status_2(cli, openssh, place):
    url, folder = place
    (folder / 'file').write_bytes(bytes(5_000_000))
    full = f'sftp://{openssh.username}@{openssh.host}:{openssh.port}{url[1:]}/file'
    process = subprocess.Popen(cli.argv('get', full, '-', '-i', openssh.key.path, '--known-hosts', cli.known_hosts,
                                        '--accept-new'), env=cli.environment(), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(20 * PATIENCE) == USAGE
    assert b'standard output' in process.stderr.read()


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_interrupted_atomic_put_leaves_nothing_on_the_server(cli, keys, number):
    reached = threading.Event()

    def write(script, request):
        reached.set()   # and no answer
    with ScriptedSftp(keys, type('Silent', (Script,), {'write': write}), login=_AnyKey) as server:
        before = set(server.tree)
        (cli.home / 'file').write_bytes(bytes(1000))
        process = subprocess.Popen(
            cli.argv('put', '--atomic', cli.home / 'file', f'sftp://someone@127.0.0.1:{server.port}/home/someone/new', '-i',
                     keys.user().path, '--known-hosts', cli.known_hosts, '--accept-new'),
            env=cli.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            assert reached.wait(10 * PATIENCE)
            process.send_signal(number)
            process.communicate(timeout=10 * PATIENCE)
        finally:
            process.kill()
            process.communicate()
        assert process.returncode == INTERRUPTED
        assert set(server.tree) == before


def test_refused_write_fails_the_command_and_removes_the_temporary_file(cli, keys):
    def write(script, request):
        return wire.status(request.id, wire.FAILURE, b'quota exceeded')
    with ScriptedSftp(keys, type('Full', (Script,), {'write': write}), login=_AnyKey) as server:
        before = set(server.tree)
        (cli.home / 'file').write_bytes(bytes(1000))
        outcome = cli('put', '--atomic', '--json', cli.home / 'file', f'sftp://someone@127.0.0.1:{server.port}/home/someone/new',
                      '-i', keys.user().path, '--known-hosts', cli.known_hosts, '--accept-new')
        assert outcome.status == FAILED
        assert 'quota exceeded' in outcome.stderr and '"failure"' in outcome.stderr
        assert set(server.tree) == before
