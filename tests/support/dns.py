"""A name server that tells what a test wants, and a way to make a program ask it.

Port 53 and another /etc/resolv.conf need root, so the server is a child process (of sudo, if we are not root) and the
program runs in a mount namespace of its own."""
import json
import random
import subprocess
import sys
from pathlib import Path

from .privilege import IS_ROOT, PREFIX
from .waiting import PATIENCE

_PROGRAM = Path(__file__).with_name('name_server.py')


class DnsServer:
    """`records`: name → the address lists that its look-ups get, one after the other, the last one for ever.
    Instead of a list of lists: None, no answer at all; 'servfail', an error; 'loop', an alias of itself. Names that
    are not there do not exist.

    A look-up is one pair of questions, A and AAAA; both get their part of the same list."""

    def __init__(self, records):
        # An address of 127/8 for each server, because all of them need port 53.
        self.host = f'127.{random.randint(64, 127)}.{random.randint(0, 255)}.{random.randint(1, 254)}'
        argv = [*PREFIX, sys.executable, _PROGRAM, self.host, json.dumps(records)]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout.readline() == 'ready\n', f'no name server on {self.host}:53'

    def asked(self, name):
        """How many look-ups of `name` there were."""
        self._process.stdin.write(name + '\n')
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def stop(self):
        self._process.stdin.close()     # it ends with its input
        self._process.wait(10 * PATIENCE)
        self._process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def with_name_server(server, folder):
    """The start of a command line that makes the rest of it ask only `server`. The process id stays the same."""
    settings = Path(folder) / 'resolv.conf'
    settings.write_text(f'nameserver {server.host}\noptions timeout:20 attempts:1\n')
    namespace = ['unshare', '--mount'] if IS_ROOT else ['unshare', '--mount', '--map-root-user']
    return [*namespace, '--propagation', 'private', 'sh', '-c',
            f'mount --bind {settings} /etc/resolv.conf && exec "$@"', 'sh']
