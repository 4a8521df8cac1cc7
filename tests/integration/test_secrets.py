"""Nobody finds a secret in what a gateway leaves behind: answers, logs, a core file, the database and its log, dumps and
backups, also after what was sealed is deleted."""
import base64
import concurrent.futures
import os
import secrets
import shutil
import signal
import subprocess

import pytest

from support.canary import Canaries, backup, core_of, spellings
from support.checks import good
from support.gateway import BINARY, Gateway
from support.keys import PASSPHRASE
from support.managed import Connection, OwnOpenSsh, call
from support.postgresql import PostgreSql
from support.privilege import IS_ROOT
from support.pulls import Folder
from support.receiver import Receiver
from support.s3_stub import ACCESS_KEY, REGION, SECRET_KEY, S3Stub
from support.waiting import until


@pytest.fixture
def stub():
    with S3Stub('files') as running:
        yield running


def body_of(private_key):
    """Two lines of a key file that are nothing but secret."""
    return ''.join(private_key.splitlines()[3:5])


def test_every_spelling_of_a_secret_is_found():
    canary = Canaries(secret='canary-7d2f91c04be85a36')
    octets = b'canary-7d2f91c04be85a36'
    for text in (octets, octets.hex().encode(), octets.decode().encode('utf-16-le'),
                 *(base64.b64encode(b'x' * before + octets + b'yz') for before in range(4))):
        assert canary.in_octets(b'before ' + text + b' after') == ['secret'], text
    assert canary.in_octets(octets[:-1] + b'7') == []
    assert len(spellings(octets)) >= 6


@pytest.fixture
def sshd(keys, workspace, request):
    with OwnOpenSsh(keys, workspace / f'secrets-{os.getpid()}-{abs(hash(request.node.nodeid))}') as server:
        server.fresh('out').joinpath('orders.csv').write_bytes(b'4711;Grunewald\n')
        yield server


class Work:
    """Uses each kind of secret, the right one and a wrong one, and keeps what was answered."""

    def __init__(self, gateway, canaries):
        self.gateway, self.canaries = gateway, canaries
        self.answers, self.connections = [], []

    def ask(self, *what, **more):
        self.answers.append(call(self.gateway, *what, **more))
        return self.answers[-1].json

    def log_in(self, server, keys):
        """With passwords and keys that come with each request."""
        wrong = 'wrong-' + secrets.token_hex(16)
        self.canaries.add(password=server.password, wrong_password=wrong, passphrase=PASSPHRASE,
                          private_key=body_of(keys.user().private), encrypted_key=body_of(keys.encrypted().private))
        good(self.gateway.post('list', **server.login(path='.')))
        self.answers.append(self.gateway.post('list', **server.login(path='.', password=wrong)))
        for key in (keys.user().private, keys.user().private[:-60], keys.encrypted().private):
            self.answers.append(self.gateway.post('list', **server.login(path='.', privateKey=key, passphrase=PASSPHRASE)))

    def keep_password(self, server):
        connection = Connection(self.gateway, 'by password', server, server.username, authentication='password')
        self.answers += [connection.made, connection.ask('PUT', '/password', {'password': server.password}),
                         connection.ask('PUT', '/host-key', {'fingerprint': server.host_key.fingerprint}),
                         connection.ask('POST', '/test'), connection.ask('GET')]
        good(connection.operate('list', path='.'))
        self.connections.append(connection)

    def pull(self, sshd, stub):
        """Into a bucket, and then not, which somebody is told of."""
        connection = Connection(self.gateway, 'by key', sshd, sshd.username)
        sshd.authorize(connection.new_key()['publicKey'])
        self.answers += [connection.made, connection.ask('POST', '/test'), connection.ask('GET', '/keys')]
        self.canaries.add(bucket_key=SECRET_KEY)
        folder = Folder(connection, 'orders', sshd.path('out'), destination={
            'to': 's3', 'endpoint': stub.endpoint, 'region': REGION, 'bucket': 'files', 'prefix': 'in/',
            'pathStyle': True, 'accessKeyId': ACCESS_KEY, 'secretAccessKey': SECRET_KEY})
        assert folder.run_to_its_end()['pulled'] == 1
        with Receiver() as receiver:
            hook = call(self.gateway, 'POST', '/webhooks', {'url': f'{receiver.url}/hook', 'events': ['run_failed']})
            self.canaries.add(webhook=hook.json['secret'])
            sshd.local('out').rename(sshd.local('elsewhere'))
            assert folder.run_to_its_end()['outcome'] == 'failed'
            self.answers.append(receiver.wait()[0])
        self.answers += [folder.made, folder.ask('GET')]
        self.connections.append(connection)

    def look_around(self):
        self.canaries.add(token=call(self.gateway, 'POST', '/tokens', {'name': 'ops', 'role': 'viewer'}).json['token'])
        for path in ('/connections?fields=*', '/audit?limit=100', '/tokens', '/webhooks', '/runs', '/files', '/folders'):
            self.ask('GET', path)
        self.answers.append(self.gateway.request('GET', '/metrics'))


@pytest.fixture
def place(request, tmp_path):
    """Where a gateway keeps things: (what it is told, folders with all that is kept, a dump of it)."""
    if request.param == 'sqlite':
        yield [], [tmp_path / 'data'], lambda: backup(tmp_path / 'data', tmp_path / 'backup.tar').read_bytes()
    else:
        with PostgreSql() as server:
            yield (['--database', server.database('gateway')], [tmp_path / 'data', server.folder / 'data'],
                   lambda: server.dump('gateway'))


def test_secret_that_is_told_once_is_forgotten_as_it_is_told(own_gateway, tmp_path):
    gateway, canaries = own_gateway(), Canaries()

    def make(number):
        token = call(gateway, 'POST', '/tokens', {'name': f'ops{number}', 'role': 'viewer'}).json['token']
        hook = call(gateway, 'POST', '/webhooks', {'url': f'http://127.0.0.1/{number}', 'events': ['run_failed']}).json
        again = call(gateway, 'PATCH', f'/webhooks/{hook["id"]}', {'newSecret': True}).json
        canaries.add(**{f'token {number}': token, f'webhook {number}': hook['secret'], f'again {number}': again['secret']})
    # Many at a time, so that not each takes the memory that the one before it had.
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(40)))
    if gateway.mapped() < 1 << 40:      # as below
        without(canaries, gateway, tmp_path)


def without(canaries, gateway, folder):
    """The memory of the gateway holds none of them; what the last request took may still be about to be given back."""
    def found():
        return canaries.in_octets(core_of(gateway.pid, folder / 'core'))
    until(lambda: not found(), 15, lambda: f'a memory without {found()}')


@pytest.mark.parametrize('place', ['sqlite', 'postgresql'], indirect=True)
def test_no_secret_is_left_in_memory_files_logs_or_backups(own_gateway, start_server, sshd, keys, stub, tmp_path, place):
    settings, folders, dump = place
    token, data = secrets.token_hex(24), tmp_path / 'data'
    (tmp_path / 'token').write_text(token)
    gateway = own_gateway('--api-token-file', tmp_path / 'token', *settings, data_dir=data, log_level='trace')
    gateway.token = token
    canaries = Canaries(api_token=token)
    work = Work(gateway, canaries)
    work.log_in(start_server('password'), keys)
    work.keep_password(start_server('password'))
    work.pull(sshd, stub)
    work.look_around()
    # The key as it is used, not as its file spells it.
    canaries.add(master_key=base64.b64decode((data / 'master-key').read_text().split()[-1]))

    def everywhere():
        return [found for folder in folders for found in canaries.in_files(folder, ('master-key',))]
    if gateway.mapped() < 1 << 40:      # a sanitizer maps more, keeps copies of its own, and no memory locked
        without(canaries, gateway, tmp_path)
        # They would be found: the master key is in the pages that are locked and kept out of core files.
        assert canaries.in_octets(core_of(gateway.pid, tmp_path / 'core', 'with')) == ['master_key']
    assert [path for folder in folders for path in folder.rglob('*') if 'wal' in path.name], 'no log of changes to look at'
    assert everywhere() == []
    assert canaries.in_octets(dump()) == []
    for answer in work.answers:
        assert canaries.in_octets(answer.body) == [], answer
    for connection in work.connections:
        assert connection.ask('DELETE').status == 204
    assert everywhere() == []
    environ = open(f'/proc/{gateway.pid}/environ', 'rb').read() + open(f'/proc/{gateway.pid}/cmdline', 'rb').read()
    assert canaries.in_octets(environ) == []
    gateway.stop()
    assert everywhere() == []
    assert canaries.in_octets('\n'.join(gateway.log_lines).encode()) == []


def test_crash_leaves_no_core_file_even_where_they_are_asked_for(own_gateway, tmp_path):
    gateway = own_gateway(wrapper=['prlimit', '--core=unlimited:unlimited'], cwd=tmp_path)
    os.kill(gateway.pid, signal.SIGABRT)
    how = os.waitid(os.P_PID, gateway.pid, os.WEXITED | os.WNOWAIT)
    assert (how.si_code, how.si_status) == (os.CLD_KILLED, signal.SIGABRT), 'the kernel has written a core file'
    assert list(tmp_path.glob('core*')) == []


def test_process_leaves_no_core_and_cannot_be_looked_into_by_its_own_account(workspace):
    """The kernel gives what is under /proc of such a process to root; of others it belongs to their account."""
    folder = workspace / 'looked-into'
    folder.mkdir()
    binary = shutil.copy(BINARY, folder)
    nobody = 65534
    if IS_ROOT:
        os.chown(folder, nobody, nobody)
    account = ['setpriv', f'--reuid={nobody}', '--clear-groups'] if IS_ROOT else []
    with Gateway(folder / 'data', wrapper=account, binary=binary) as gateway:
        limits = open(f'/proc/{gateway.pid}/limits', encoding='ascii').read()
        core = next(line for line in limits.splitlines() if line.startswith('Max core file size'))
        assert core.split()[4:6] == ['0', '0']
        with subprocess.Popen([*account, 'sleep', '60']) as other:
            try:
                until(lambda: 'sleep' in open(f'/proc/{other.pid}/comm', encoding='ascii').read(), 5, 'the other program')
                assert os.stat(f'/proc/{other.pid}/mem').st_uid == (nobody if IS_ROOT else os.getuid())
                if gateway.mapped() < 1 << 40:      # a sanitizer looks into its process
                    assert os.stat(f'/proc/{gateway.pid}/mem').st_uid == 0
            finally:
                other.kill()


def test_files_are_their_owners_alone_whatever_the_umask(own_gateway, sshd, tmp_path):
    data = tmp_path / 'data'
    before = os.umask(0)
    try:
        gateway = own_gateway(data_dir=data)
    finally:
        os.umask(before)
    connection = Connection(gateway, 'first', sshd, sshd.username)
    sshd.authorize(connection.new_key()['publicKey'])
    good(connection.operate('list', path='.'))
    assert Folder(connection, 'orders', sshd.path('out')).run_to_its_end()['pulled'] == 1
    modes = {path: path.stat().st_mode & 0o777 for path in [data, *data.rglob('*')]}
    assert len(modes) > 8
    for path, mode in modes.items():
        assert mode & 0o077 == 0 or 'pulled' in path.parts, f'{path} has the mode {mode:o}'
        assert mode & 0o007 == 0, f'{path} has the mode {mode:o}'
