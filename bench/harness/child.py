"""Long-running children: started, awaited, watched through /proc, and ended by their own id."""
import contextlib
import os
import re
import socket
import subprocess
import time
from pathlib import Path

_TICKS = os.sysconf('SC_CLK_TCK')


class Child:
    """Runs until `stop`; all it writes goes to the file `log`, so that nobody has to read along."""

    def __init__(self, argv, log, **popen):
        self.argv = [str(part) for part in argv]
        self._log = Path(log)
        with self._log.open('wb') as out:
            self._process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **popen)

    @property
    def pid(self):
        return self._process.pid

    @property
    def lines(self):
        return self._log.read_text(errors='backslashreplace').splitlines()

    def wait_line(self, pattern, seconds=20):
        """The match of `pattern` in the first line that has one."""
        deadline = time.monotonic() + seconds
        while True:
            ended = self._process.poll() is not None    # asked first: what it wrote before its end is seen below
            for line in self.lines:
                if found := re.search(pattern, line):
                    return found
            if ended or time.monotonic() > deadline:
                raise RuntimeError(f'{self.argv[0]} did not say {pattern!r}:\n' + '\n'.join(self.lines[-20:]))
            time.sleep(0.001)

    def wait_port(self, port, seconds=20):
        """For what says nothing when it is ready: until somebody listens there, while it still runs."""
        deadline = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port), timeout=1):
                return
            time.sleep(0.01)
        raise RuntimeError(f'{self.argv[0]} does not listen:\n' + '\n'.join(self.lines[-20:]))

    def cpu_s(self):
        """Processor seconds until now, of it and of the children it has waited for."""
        after_name = Path(f'/proc/{self.pid}/stat').read_text().rpartition(')')[2].split()
        return sum(map(int, after_name[11:15])) / _TICKS

    def rss_mib(self):
        return self._status('VmRSS')

    def peak_mib(self):
        return self._status('VmHWM')

    def forget_peak(self):
        """From now on `peak_mib` is the peak since now."""
        Path(f'/proc/{self.pid}/clear_refs').write_text('5')

    def _status(self, field):
        status = Path(f'/proc/{self.pid}/status').read_text()
        return int(re.search(rf'^{field}:\s+(\d+) kB', status, re.M)[1]) / 1024

    def stop(self, seconds=10):
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
