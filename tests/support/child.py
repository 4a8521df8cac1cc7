"""A child process whose stderr is read as it is written."""
import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

from .waiting import PATIENCE


class Child:
    """Starts `argv`; `lines` grows with what it writes to stderr. Ended by its own id, never by name."""

    def __init__(self, argv, **popen):
        self.argv = [str(part) for part in argv]
        self.lines = []
        self._changed = threading.Condition()
        self._closed = False
        self._process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.PIPE, **popen)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for raw in self._process.stderr:
            with self._changed:
                self.lines.append(raw.decode('utf-8', 'backslashreplace').rstrip('\n'))
                self._changed.notify_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def pid(self):
        return self._process.pid

    @property
    def alive(self):
        return self._process.poll() is None

    def wait_line(self, wanted, seconds, what):
        """The first line for which `wanted(line)` is true, among those there and those to come."""
        deadline = time.monotonic() + seconds * PATIENCE
        seen = 0
        with self._changed:
            while True:
                for line in self.lines[seen:]:
                    if wanted(line):
                        return line
                seen = len(self.lines)
                left = deadline - time.monotonic()
                if self._closed or left <= 0:
                    raise ChildFailed(f'{self.argv[0]}: no {what}; it wrote:\n' + '\n'.join(self.lines[-30:]))
                self._changed.wait(left)

    def wait(self, seconds):
        """The exit status, once stderr is read to its end; fails after `seconds`, or if a sanitizer complained."""
        status = self._process.wait(seconds * PATIENCE)
        self._reader.join(seconds * PATIENCE)
        assert_no_report('\n'.join(self.lines))
        return status

    def signal(self, number=signal.SIGTERM):
        if self.alive:
            os.kill(self.pid, number)

    def stop(self, seconds=10):
        """SIGTERM, and SIGKILL for what does not obey; then for all it started. Returns the exit status."""
        started = descendants(self.pid)
        self.signal(signal.SIGTERM)
        try:
            self._process.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
        for pid in started:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGTERM)
        return self.wait(seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class ChildFailed(AssertionError):
    """It ended, or stayed silent, before it was ready."""


def assert_no_report(stderr):
    """Some sanitizers let the program go on, and leaks are only known when it has ended."""
    found = re.search(r'(ERROR|WARNING|SUMMARY): \w+Sanitizer|: runtime error: ', stderr)
    assert not found, f'a sanitizer complained:\n{stderr[found.start():][:8000]}'


def descendants(pid):
    """Ids of the processes that `pid` started, and that those started, as far as they still run."""
    parents = {}
    for status in Path('/proc').glob('[0-9]*/status'):
        with contextlib.suppress(OSError):  # a process may end while we look
            parents[int(status.parent.name)] = int(re.search(r'^PPid:\s+(\d+)$', status.read_text(), re.M).group(1))
    found = [pid]
    for parent in found:    # grows meanwhile
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found[1:]


def run(argv, **options):
    """Runs a tool to its end; a failure shows what it wrote."""
    done = subprocess.run([str(part) for part in argv], capture_output=True, **options)
    if done.returncode:
        raise AssertionError(f'{argv} exited with {done.returncode}: {done.stderr!r} {done.stdout!r}')
    return done
