"""The gangway command line, run to its end."""
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .child import assert_no_report
from .gateway import BINARY, environment
from .waiting import PATIENCE

# What its exit status says.
OK, FAILED, USAGE, CANNOT_CONNECT, HOST_KEY, REFUSED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


@dataclass
class Outcome:
    status: int
    stdout: bytes
    stderr: str

    def json(self):
        """Standard output as JSON: one document, or a list of the lines."""
        text = self.stdout.decode()
        try:
            return json.loads(text)
        except ValueError:
            return [json.loads(line) for line in text.splitlines()]


class CommandLine:
    """Runs commands with a home folder of their own, so that nobody's ~/.ssh has a say."""

    def __init__(self, home):
        self.home = Path(home)
        self.known_hosts = self.home / 'known_hosts'

    def __call__(self, *arguments, env=None, seconds=120):
        done = subprocess.run(self.argv(*arguments), env=self.environment(**(env or {})), stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=seconds * PATIENCE, cwd=self.home)
        stderr = done.stderr.decode('utf-8', 'backslashreplace')
        assert_no_report(stderr)
        return Outcome(done.returncode, done.stdout, stderr)

    def to(self, server, command, *arguments, accept_new=True, key=None):
        """COMMAND on a server: a leading `:` in an argument stands for its URL, e.g. ':/upload/a.txt'."""
        url = f'sftp://{server.username}@{server.host}:{server.port}'
        filled = [url + str(part)[1:] if str(part).startswith(':') else part for part in arguments]
        trust = ['--accept-new'] if accept_new else []
        return self(command, *filled, '-i', key or server.key.path, '--known-hosts', self.known_hosts, *trust)

    @staticmethod
    def argv(*arguments):
        return [str(BINARY), *(str(part) for part in arguments)]

    def environment(self, **settings):
        return environment(**{'HOME': str(self.home), 'SSH_AUTH_SOCK': '', **settings})
