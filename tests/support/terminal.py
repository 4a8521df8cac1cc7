"""A command with a person at a terminal."""
import os
import pty
import re
import select
import signal
import time

from .waiting import PATIENCE


class Terminal:
    """A command on a terminal of its own; what it showed so far is `text`."""

    def __init__(self, cli, *arguments):
        argv, env = cli.argv(*arguments), cli.environment(TERM='xterm')
        self.text = b''
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(cli.home)
            os.execve(argv[0], argv, env)

    def wait_for(self, wanted, seconds=20):
        deadline = time.monotonic() + seconds * PATIENCE
        while not re.search(wanted, self.text, re.S):
            assert time.monotonic() < deadline, self.text
            assert self._read(0.2), self.text

    def answer(self, octets):
        os.write(self._terminal, octets)

    def status(self, seconds=20):
        deadline = time.monotonic() + seconds * PATIENCE
        while self._read(0.2):
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self, seconds):
        """False at the end."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return True
        try:
            more = os.read(self._terminal, 65536)
        except OSError:     # the other side is closed
            return False
        self.text += more
        return bool(more)
