"""What must hold after every attack, whatever its outcome (attacks.md: the common oracle)."""
import base64
import contextlib
import os
import threading

from . import checks
from .scripted_sftp import MIB, pattern
from .waiting import until

# A sanitizer build keeps freed memory in quarantine and needs more.
MEMORY_SLACK = int(os.environ.get('GANGWAY_TEST_MEMORY_SLACK_MIB', '8')) * MIB


class Oracle:
    """Watches one gateway that is attacked, and lets a healthy server be used through it meanwhile."""

    def __init__(self, gateway, neighbour):
        self.gateway = gateway
        self._neighbour = neighbour
        self._content = pattern(MIB)
        for _ in range(3):      # allocators, name services and thread pools take what they keep anyway
            self.round_trip()
        self._fds = self._settled_fds()

    def _settled_fds(self):
        seen = [self.gateway.fds()]

        def steady():
            seen.append(self.gateway.fds())
            return len(seen) > 5 and len(set(seen[-5:])) == 1
        until(steady, 5, 'a steady number of descriptors')
        return seen[-1]

    def round_trip(self):
        """1 MiB up to the healthy server and down again."""
        path = self._neighbour.path('round-trip')
        uploaded = self.gateway.post('upload', **self._neighbour.login(
            path=path, content=base64.b64encode(self._content).decode()))
        checks.good(uploaded, bytesWritten=MIB)
        downloaded = self.gateway.post('download', **self._neighbour.login(path=path))
        assert checks.good(downloaded)['content'].encode() == self._content

    @contextlib.contextmanager
    def watching(self):
        memory, descriptors = self.gateway.rss(), max(self._fds, self.gateway.fds())
        trouble = []

        def beside():
            try:
                self.round_trip()
            except BaseException as error:  # noqa: B902
                trouble.append(error)
        healthy = threading.Thread(target=beside)
        healthy.start()
        try:
            yield self
        finally:
            healthy.join()
        assert self.gateway.alive, 'the gateway died:\n' + '\n'.join(self.gateway.log_lines[-40:])
        if trouble:
            raise AssertionError('the healthy server beside it suffered') from trouble[0]
        suffered = []
        for condition, seconds, what in [
                (lambda: self.gateway.fds() <= descriptors, 2, f'descriptors back at {descriptors}'),
                (lambda: self.gateway.rss() <= memory + MEMORY_SLACK, 2,
                 f'memory back at {memory / MIB:.1f} MiB + {MEMORY_SLACK / MIB:g} MiB'),
                (lambda: not self.gateway.children(), 2, 'no child process')]:
            try:
                until(condition, seconds, what)
            except AssertionError as error:
                suffered.append(f'{error}; now {self.gateway.fds()} descriptors, {self.gateway.rss() / MIB:.1f} MiB')
        assert not suffered, '\n'.join(suffered)
