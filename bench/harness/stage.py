"""Everything a run stands on: a folder on tmpfs, keys, and servers that start when a row first asks for them."""
import contextlib
import getpass
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .gateway import Gateway
from .outcome import NotAvailable, Sample
from .servers import start_latency_line, start_many_sshd, start_rclone_http, start_sshd

ROUND_TRIP_MS = 50


@dataclass(frozen=True)
class Key:
    path: Path

    @property
    def public(self):
        return self.path.with_name(self.path.name + '.pub').read_text()


@dataclass(frozen=True)
class Login:
    """Where to, and as whom."""
    port: int
    key: Key
    host: str = '127.0.0.1'

    @property
    def user(self):
        return getpass.getuser()

    def url(self, path):
        return f'sftp://{self.user}@{self.host}:{self.port}{path}'

    def credentials(self):
        """The fields that every operation over HTTP takes."""
        return {'host': self.host, 'port': self.port, 'username': self.user, 'privateKey': self.key.path.read_text()}


class Stage:
    """`programs` is the folder of latency_proxy, http_load and measured; `gangway` the binary. `disk` is a folder where
    writing takes what it takes on a disk; without it, that of the programs. A context manager."""

    def __init__(self, gangway, programs, keep=False, disk=None):
        self.gangway = Path(gangway).resolve()
        self.programs = Path(programs).resolve()
        self._disk = Path(disk or programs).resolve()
        self._keep = keep
        self._closing = contextlib.ExitStack()

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix='gangway-bench-', dir='/dev/shm'))
        if not self._keep:
            self._closing.callback(shutil.rmtree, self.folder, ignore_errors=True)
        # Nobody's own settings are read, and nobody's are written.
        (self.folder / 'home').mkdir()
        self.make_key('host_key')
        return self

    def __exit__(self, *_):
        self._closing.close()

    @cached_property
    def disk(self):
        """A folder for what has to survive a loss of power."""
        folder = Path(tempfile.mkdtemp(prefix='gangway-bench-', dir=self._disk))
        if not self._keep:
            self._closing.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def make_key(self, name):
        path = self.folder / name
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', path], check=True)
        return Key(path)

    def closing(self, started):
        """Stops it at the end of the run."""
        self._closing.callback(started.stop)
        return started

    @cached_property
    def key(self):
        return self.make_key('client_key')

    @cached_property
    def near(self):
        """A server on loopback."""
        child, ports = start_sshd(self.folder / 'sshd', [self.key])
        self.closing(child)
        return self.known(Login(ports[0], self.key))

    def admit(self, public_key):
        """One more key that `near` lets in."""
        with (self.folder / 'sshd' / 'authorized_keys').open('a') as out:
            out.write(public_key + '\n')

    @cached_property
    def far(self):
        """The same server behind the long line."""
        child, port = start_latency_line(self.programs / 'latency_proxy', self.folder, self.near.port, ROUND_TRIP_MS)
        self.closing(child)
        return self.known(Login(port, self.key))

    @property
    def known_hosts(self):
        return self.folder / 'known_hosts'

    def known(self, login):
        """Every client knows the server's key before it connects."""
        host_key = ' '.join((self.folder / 'host_key.pub').read_text().split()[:2])
        with self.known_hosts.open('a') as out:
            out.write(f'[{login.host}]:{login.port} {host_key}\n')
        return login

    @cached_property
    def gateway(self):
        return self.closing(Gateway(self.gangway, self.folder / 'gateway'))

    def fresh_gateway(self, name):
        """Another one, which the caller stops."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return Gateway(self.gangway, self.folder / name)

    def session(self):
        """The id of a new session of `gateway` on `near`, logged in. New for each run: rounds can lie further apart than
        an idle session lives."""
        session = self.gateway.open_session(self.near)
        self.gateway.touch(session, self.known_hosts)
        return session

    @cached_property
    def rclone_http(self):
        """(child, port) over `near`."""
        from .clients import rclone_login     # clients build commands for this stage
        child, port = start_rclone_http(self.folder, rclone_login(self, self.near))
        self.closing(child)
        return child, port

    def many_logins(self, count, per_port=5):
        """Logins of which no two may share a connection, at most `per_port` to one port."""
        keys = [self.make_key(f'many-{number}') for number in range(per_port)]
        children, ports = start_many_sshd(self.folder, keys, -(-count // per_port))
        for child in children:
            self.closing(child)
        return [Login(port, key) for port in ports for key in keys][:count]

    def touch_memory(self, octets=5 << 28):
        """Virtual machines get memory from their host when they first touch it, and give it back when it is free for a
        while: whoever came first would pay for that, and more than a gibibyte of transfer costs."""
        scratch = self.folder / 'touched'
        with scratch.open('wb', buffering=0) as out:
            os.posix_fallocate(out.fileno(), 0, octets)
        scratch.unlink()

    def run(self, argv, seconds=3600):
        """Runs a client to its end: what it cost. NotAvailable, with what it said, if it failed."""
        report = self.folder / 'measured.json'
        environment = {'PATH': '/usr/bin:/bin', 'HOME': str(self.folder / 'home'), 'LC_ALL': 'C.UTF-8',
                       'LFTP_HOME': str(self.folder / 'home'), 'USER': getpass.getuser()}
        try:
            done = subprocess.run([str(part) for part in [self.programs / 'measured', report, *argv]],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  cwd=self.folder, env=environment, timeout=seconds, errors='backslashreplace')
        except subprocess.TimeoutExpired as error:
            raise NotAvailable(f'no end after {seconds} s') from error
        if done.returncode != 0:
            said = done.stdout.strip()[-400:] or 'nothing'
            raise NotAvailable(f'exit status {done.returncode}, said: {said}')
        cost = json.loads(report.read_text())
        return Sample({'wall_s': cost['wall_s']}, cost['cpu_s'], cost['peak_kib'] / 1024)
