"""The gateway under test, as a child process."""
import json
import os
import re
import signal
from pathlib import Path

from .child import Child, descendants
from .http import Client
from .waiting import PATIENCE, until

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get('GANGWAY_BINARY', REPOSITORY / 'build/release/gangway')).resolve()

# Seconds that the timers of an impatient gateway are set to.
SHORT = 1.5
# An answer that took longer has waited for more than one of them.
ONE_TIMER = 2 * SHORT


def short_timers(seconds=SHORT):
    """The flags that set every timer towards a server to `seconds`."""
    limit = f'{int(seconds * PATIENCE * 1000)}ms'
    return [part for stage in ('connect', 'identification', 'key-exchange', 'authentication', 'operation')
            for part in (f'--timeout-{stage}', limit)]


class Gateway(Client):
    """`gangway serve` on a free port with a data folder of its own. A context manager; also its HTTP client."""

    def __init__(self, data_dir, *flags, listen='127.0.0.1:0', token=None, env=None, wrapper=(), log_level='debug',
                 binary=BINARY, **popen):
        assert os.access(binary, os.X_OK), f'no gateway at {binary}: build it, or set GANGWAY_BINARY'
        self.data_dir = Path(data_dir)
        argv = [*wrapper, binary, 'serve', '--listen', listen, '--data-dir', data_dir, '--log-format', 'json',
                '--log-level', log_level, *flags]
        self.child = Child(argv, env=environment(GANGWAY_API_TOKEN=token, **(env or {})), **popen)
        try:
            line = self.child.wait_line(lambda text: _event(text).get('event') == 'listening', 20, '"listening" event')
        except BaseException:
            self.child.stop()
            raise
        event = _event(line)
        host = '127.0.0.1' if event['address'] == '0.0.0.0' else event['address']
        super().__init__(f'http://{f"[{host}]" if ":" in host else host}:{event["port"]}', token)

    @property
    def pid(self):
        return self.child.pid

    @property
    def alive(self):
        return self.child.alive

    @property
    def log_lines(self):
        return list(self.child.lines)

    def events(self, name=None, **wanted):
        """The logged events with this name and these fields."""
        found = [_event(line) for line in self.log_lines]
        return [event for event in found if (name is None or event.get('event') == name)
                and all(event.get(key) == value for key, value in wanted.items())]

    def wait_event(self, name, seconds=10, **wanted):
        return until(lambda: self.events(name, **wanted), seconds, f'log event {name} {wanted}')[0]

    @property
    def known_hosts(self):
        """The lines of the pin file; none if there is no file."""
        path = self.data_dir / 'known_hosts'
        if not path.is_file():
            return []
        return [line for line in path.read_text().splitlines() if line and not line.startswith('#')]

    def rss(self):
        """Resident memory in bytes."""
        return self._status('VmRSS')

    def mapped(self):
        """The size of its address space in bytes."""
        return self._status('VmSize')

    def peak_rss(self):
        return self._status('VmHWM')

    def forget_peak(self):
        """Lets `peak_rss` start again from now."""
        Path(f'/proc/{self.pid}/clear_refs').write_text('5')

    def cpu_seconds(self):
        """What it has computed so far, in user and kernel."""
        fields = Path(f'/proc/{self.pid}/stat').read_text().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def fds(self):
        return len(os.listdir(f'/proc/{self.pid}/fd'))

    def children(self):
        """Ids of the processes that it started and that still run."""
        return descendants(self.pid)

    def _status(self, field):
        status = Path(f'/proc/{self.pid}/status').read_text()
        return int(re.search(rf'^{field}:\s+(\d+) kB', status, re.M).group(1)) * 1024

    def ask_to_stop(self, number=signal.SIGTERM):
        self.child.signal(number)

    def stop(self, seconds=40):
        return self.child.stop(seconds)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.stop()
        if kind is not None:
            print('\n'.join(self.log_lines[-40:]))


def environment(**settings):
    """The environment of a child: ours without any GANGWAY_ setting, plus `settings`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith('GANGWAY_')}
    return {**kept, 'LC_ALL': 'C.UTF-8', **{name: value for name, value in settings.items() if value is not None}}


def _event(line):
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
