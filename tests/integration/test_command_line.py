"""The gangway command line: the same engine, the user's own known_hosts, exit codes that scripts can trust."""
import os
import signal
import subprocess
import threading

import pytest

from support.cli import CANNOT_CONNECT, FAILED, HOST_KEY, INTERRUPTED, OK, REFUSED, USAGE
from support.keys import fingerprint
from support.scripted_sftp import Script, ScriptedSftp
from support.scripted_ssh import Login, RawServer
from support.waiting import PATIENCE


@pytest.fixture
def place(openssh, request):
    """A fresh folder on the server: its name in URLs, and itself."""
    name = 'cli-' + request.node.name.split('[')[0]
    return ':' + openssh.path(name), openssh.fresh(name)


@pytest.fixture
def run(cli, openssh):
    """run(command, arguments…) on the usual server; the outcome."""
    return lambda command, *arguments, **options: cli.to(openssh, command, *arguments, **options)


def done(outcome):
    assert outcome.status == OK, f'{outcome.status}: {outcome.stderr}'
    return outcome


def test_every_command_does_its_work(run, place, cli):
    url, folder = place
    local = cli.home / 'local.txt'
    local.write_bytes(b'content\n')
    done(run('mkdir', f'{url}/made'))
    assert (folder / 'made').is_dir()
    done(run('put', local, f'{url}/made/a.txt'))
    assert (folder / 'made/a.txt').read_bytes() == b'content\n'
    assert 'a.txt' in done(run('ls', f'{url}/made')).stdout.decode()
    assert '8' in done(run('stat', f'{url}/made/a.txt')).stdout.decode()
    done(run('mv', f'{url}/made/a.txt', f'{url}/made/b.txt'))
    done(run('get', f'{url}/made/b.txt', cli.home / 'back.txt'))
    assert (cli.home / 'back.txt').read_bytes() == b'content\n'
    done(run('rm', f'{url}/made/b.txt'))
    done(run('rmdir', f'{url}/made'))
    assert os.listdir(folder) == []


def test_json_has_the_shape_of_the_api(run, place):
    url, folder = place
    (folder / 'b.txt').write_bytes(b'12345')
    (folder / 'a').mkdir()
    listing = done(run('ls', '--json', url)).json()
    assert listing['success'] is True and listing['count'] == 2
    assert {entry['name']: (entry['isDirectory'], entry['isSymlink']) for entry in listing['entries']} == \
        {'a': (True, False), 'b.txt': (False, False)}
    assert done(run('stat', '--json', f'{url}/b.txt')).json()['size'] == 5
    outcome = run('stat', '--json', f'{url}/gone')
    assert outcome.status == FAILED
    text = outcome.stdout.decode() or outcome.stderr
    assert '"no_such_file"' in text and '"sftp"' in text


def test_probe_tells_what_the_server_is(run, openssh):
    text = done(run('probe', ':/')).stdout.decode()
    assert 'OpenSSH' in text and openssh.host_key.fingerprint in text
    assert done(run('probe', '--json', ':/')).json()['success'] is True


def test_get_into_a_folder_keeps_the_name(run, place, cli):
    url, folder = place
    (folder / 'file.txt').write_bytes(b'x' * 100_000)
    (cli.home / 'target').mkdir()
    done(run('get', f'{url}/file.txt', cli.home / 'target'))
    assert (cli.home / 'target/file.txt').read_bytes() == b'x' * 100_000


@pytest.mark.parametrize('command, arguments', [
    ('ls', [':/gone']), ('get', [':/gone', 'x']), ('rm', [':/gone']), ('stat', [':/gone']), ('rmdir', [':/gone']),
    ('mv', [':/gone', ':/gone2']), ('mkdir', [':/gone/deep'])], ids=lambda value: str(value)[:12])
def test_what_the_server_refuses_is_status_1(run, command, arguments):
    outcome = run(command, *arguments)
    assert outcome.status == FAILED
    assert 'NO_SUCH_FILE' in outcome.stderr or 'No such file' in outcome.stderr


@pytest.mark.parametrize('arguments', [
    [], ['nonsense'], ['ls'], ['ls', 'not-a-url'], ['ls', 'http://host/x'], ['ls', 'sftp://user:password@host/'],
    ['ls', 'sftp://host:99999/'], ['get', 'sftp://host/x', 'sftp://host/y'], ['ls', '--nonsense', 'sftp://host/']],
    ids=lambda value: ' '.join(value)[:40])
def test_wrong_command_line_is_status_2(cli, arguments):
    outcome = cli(*arguments)
    assert outcome.status == USAGE and outcome.stderr
    assert 'password@' not in outcome.stderr


def test_local_file_that_is_missing_is_status_2(run, place, cli):
    assert run('put', cli.home / 'gone', f'{place[0]}/x').status == USAGE
    assert run('put', '-r', cli.home / 'gone', f'{place[0]}/x').status == USAGE
    assert os.listdir(place[1]) == []
    # Also where the server is not, and nobody has been asked for a password.
    outcome = cli('put', cli.home / 'gone', 'sftp://x@127.0.0.1:1/x')
    assert outcome.status == USAGE and 'gone' in outcome.stderr


@pytest.mark.parametrize('words, told', [
    (['srve'], 'do you mean "serve"? (gangway --help)'), (['--hlp'], 'do you mean "--help"? (gangway --help)'),
    (['serve', '--listn', 'x'], 'do you mean "--listen"? (gangway serve --help)'),
    (['folders', 'create', 'a', 'b', 'c', '--evry', '1h'], 'do you mean "--every"? (gangway folders create --help)'),
    (['get'], 'url is required (gangway get --help)')], ids=lambda value: ' '.join(value)[:20])
def test_misspelt_words_are_told_with_those_they_were_meant_to_be(cli, words, told):
    outcome = cli(*words)
    assert outcome.status == USAGE and told in outcome.stderr, outcome.stderr


def test_server_that_cannot_be_reached_is_status_3(cli, openssh, keys):
    key = ['-i', keys.user().path, '--known-hosts', cli.known_hosts, '--accept-new']
    with RawServer(b'220 mail\r\n', close=True) as mail:
        for url in (f'sftp://x@127.0.0.1:{mail.port}/', 'sftp://x@127.0.0.1:1/', 'sftp://x@nowhere.invalid/'):
            outcome = cli('ls', url, *key)
            assert outcome.status == CANNOT_CONNECT and outcome.stderr, url


def test_unknown_host_key_is_status_4_and_nothing_is_sent(cli, keys):
    with ScriptedSftp(keys) as server:
        outcome = cli('ls', f'sftp://someone@127.0.0.1:{server.port}/', '-i', keys.user().path,
                      '--known-hosts', cli.known_hosts)
        assert outcome.status == HOST_KEY
        assert keys.host().fingerprint in outcome.stderr
        assert not server.saw_authentication
        assert not cli.known_hosts.exists()


def test_accepted_key_is_pinned_and_a_changed_one_is_status_4(run, cli, openssh, keys):
    done(run('ls', ':/'))
    line = cli.known_hosts.read_text().strip()
    assert line.split()[0] == f'[127.0.0.1]:{openssh.port}'
    assert fingerprint(' '.join(line.split()[1:3])) == openssh.host_key.fingerprint
    done(run('ls', ':/', accept_new=False))
    wrong = keys.host('ed25519', '_other')
    cli.known_hosts.write_text(f'[127.0.0.1]:{openssh.port} {wrong.public_line}\n')
    outcome = run('ls', ':/')   # accept-new accepts new keys, not changed ones
    assert outcome.status == HOST_KEY
    assert wrong.fingerprint in outcome.stderr and openssh.host_key.fingerprint in outcome.stderr


def test_known_hosts_of_openssh_are_understood(run, cli, openssh):
    """Hashed names, wildcards and comments, as ssh-keygen -H writes them."""
    cli.known_hosts.write_text(f'# comment\n[127.0.0.1]:{openssh.port} {openssh.host_key.public_line}\n')
    subprocess.run(['ssh-keygen', '-q', '-H', '-f', cli.known_hosts], check=True, capture_output=True)
    assert cli.known_hosts.read_text().lstrip('# comment\n').startswith('|1|')
    done(run('ls', ':/', accept_new=False))
    cli.known_hosts.write_text(f'[127.0.0.*]:{openssh.port} {openssh.host_key.public_line}\n')
    done(run('ls', ':/', accept_new=False))
    cli.known_hosts.write_text(f'@revoked [127.0.0.1]:{openssh.port} {openssh.host_key.public_line}\n')
    assert run('ls', ':/').status == HOST_KEY


def test_refused_login_is_status_5(run, keys):
    outcome = run('ls', ':/', key=keys.stranger().path)
    assert outcome.status == REFUSED and outcome.stderr


def test_keys_of_an_agent_log_in(cli, openssh, keys, tmp_path):
    socket = tmp_path / 'agent'
    agent = subprocess.Popen(['ssh-agent', '-D', '-a', socket], stdout=subprocess.PIPE, text=True)
    try:
        assert agent.stdout.readline()
        for kind in ('stranger', 'user'):
            subprocess.run(['ssh-add', '-q', getattr(keys, kind)().path],
                           env={**os.environ, 'SSH_AUTH_SOCK': str(socket)}, check=True, capture_output=True)
        done(cli('ls', f'sftp://{openssh.username}@127.0.0.1:{openssh.port}/', '--known-hosts', cli.known_hosts,
                 '--accept-new', env={'SSH_AUTH_SOCK': str(socket)}))
    finally:
        agent.terminate()
        agent.wait()


def test_interrupt_is_status_130_and_leaves_no_half_file(cli, keys):
    reached = threading.Event()

    def read(script, request):
        reached.set()   # and no answer
    with ScriptedSftp(keys, type('Silent', (Script,), {'read': read}), login=_AnyKey) as server:
        process = subprocess.Popen(
            cli.argv('get', f'sftp://someone@127.0.0.1:{server.port}/home/someone/mib.txt', cli.home / 'out.txt', '-i',
                     keys.user().path, '--known-hosts', cli.known_hosts, '--accept-new'),
            env=cli.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            assert reached.wait(10 * PATIENCE)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=5 * PATIENCE)
        finally:
            process.kill()
            process.communicate()
    assert process.returncode == INTERRUPTED
    assert not (cli.home / 'out.txt').exists()
    assert [name for name in os.listdir(cli.home) if not name.startswith('known_hosts')] == []


class _AnyKey(Login):
    """Lets every key in."""

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return True


@pytest.mark.parametrize('name', [b'a\nb', b'\x1b[2J', b'caf\xe9', '\u202efdp.exe'.encode()], ids=ascii)
def test_h4_names_do_not_reach_the_terminal_raw(cli, keys, name):
    with ScriptedSftp(keys, Script, login=_AnyKey) as server:
        server.tree[b'/home/someone/odd'] = None
        server.tree[b'/home/someone/odd/' + name] = b'x'
        outcome = done(cli('ls', f'sftp://someone@127.0.0.1:{server.port}/home/someone/odd', '-i', keys.user().path,
                           '--known-hosts', cli.known_hosts, '--accept-new'))
    assert outcome.stdout.count(b'\n') == 1
    for raw in (b'\x1b', b'\xe9', '\u202e'.encode()):
        assert raw not in outcome.stdout


@pytest.mark.parametrize('name', [b'../escaped', b'/etc/escaped', b'..'], ids=ascii)
def test_get_never_writes_outside_its_target(cli, keys, name):
    """The local name comes from what the user typed, never from the server."""
    target = cli.home / 'target'
    target.mkdir()
    with ScriptedSftp(keys, Script, login=_AnyKey) as server:
        server.tree[b'/home/someone/odd'] = None
        server.tree[b'/home/someone/odd/' + name] = b'x'
        cli('get', f'sftp://someone@127.0.0.1:{server.port}/home/someone/hello.txt', target, '-i', keys.user().path,
            '--known-hosts', cli.known_hosts, '--accept-new')
    assert os.listdir(target) == ['hello.txt']
    assert [name for name in os.listdir(cli.home) if not name.startswith('known_hosts')] == ['target']
