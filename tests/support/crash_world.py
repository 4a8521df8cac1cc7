"""One pulled folder and everything around it, for tests that kill the process that pulls (tests/crash)."""
import hashlib
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

from .s3_stub import ACCESS_KEY, SECRET_KEY, S3Stub
from .waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


def labels():
    """The points that docs/read-once.md lists, in their order."""
    return re.findall(r'^\| \d+ \| `(\w+)`', (ROOT / 'docs/read-once.md').read_text(), re.M)


class LocalPlace:
    """A folder with a reader that takes away what appears, as soon as it appears."""

    def __init__(self, folder, whole):
        self.folder, self._whole = folder, whole
        (folder / 'sub').mkdir(parents=True)
        self.seen, self.partial = [], []
        self.word = f'local={folder}'
        self.environment = {}
        self._obstacles = set()
        self._stop = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while not self._stop.wait(0.001):
            self._take()

    def _take(self):
        for path in sorted((self.folder / 'sub').iterdir()):
            if path.name in self._obstacles:
                continue
            try:
                content = path.read_bytes()
            except FileNotFoundError:   # an obstacle that was just cleared away
                continue
            if content != self._whole(path.name):
                self.partial.append(path.name)
            self.seen.append(path.name)
            path.unlink()

    def obstruct(self, name):
        self._obstacles.add(name)
        (self.folder / 'sub' / name).write_bytes(b'of somebody else')

    def clear(self, name):
        (self.folder / 'sub' / name).unlink()
        self._obstacles.discard(name)

    def left_over(self):
        return [path.name for path in (self.folder / '.gangway').glob('*.part')]

    def close(self):
        self._stop.set()
        self._reader.join()
        self._take()


class BucketPlace:
    """A bucket that notes what becomes visible."""

    def __init__(self, whole, conditions=True):
        self.stub = S3Stub('files', conditions=conditions)
        self.stub.__enter__()
        self._whole = whole
        self.word = f's3={self.stub.endpoint},files,in/' + ('' if conditions else ',blind')
        self.environment = {'AWS_ACCESS_KEY_ID': ACCESS_KEY, 'AWS_SECRET_ACCESS_KEY': SECRET_KEY}

    @property
    def seen(self):
        return [Path(key).name for key, _ in self.stub.stored]

    @property
    def partial(self):
        return [key for key, content in self.stub.stored if content != self._whole(Path(key).name)]

    def obstruct(self, name):
        self.stub.buckets['files'][f'in/sub/{name}'] = b'of somebody else', {}

    def clear(self, name):
        del self.stub.buckets['files'][f'in/sub/{name}']

    def left_over(self):
        return list(self.stub.uploads)

    def close(self):
        self.stub.__exit__()


class CrashWorld:
    """`server` is an OpenSSH server; `folder` is for this world alone."""

    def __init__(self, server, folder, database, make_place, large=3_000_000):
        self.server, self.folder, self._large = server, folder, large
        self.database = database or folder / 'gangway.db'
        self.stable = 'at_once'
        self.remote = server.fresh(folder.name)
        self.names = []
        self.place = make_place(self.content)

    def content(self, name):
        """What the file `name` has in it."""
        if name.endswith('00'):
            return (hashlib.sha256(name.encode()).digest() * (self._large // 32 + 1))[:self._large]
        return f'content of {name} '.encode() * (1 + int(name[1:]) % 50)

    def add(self, count):
        for _ in range(count):
            name = f'f{100 + len(self.names)}'
            (self.remote / f'.{name}').write_bytes(self.content(name))
            (self.remote / f'.{name}').rename(self.remote / name)
            self.names.append(name)

    def start(self, label=None, passes=0, runs=1, by='kill'):
        words = {'database': self.database, 'host': self.server.host, 'port': self.server.port,
                 'user': self.server.username, 'key': self.server.key.path, 'known_hosts': self.folder / 'known_hosts',
                 'remote': self.server.path(self.folder.name), 'after': 'done', 'stable': self.stable,
                 'runs': runs}
        environment = {**os.environ, **self.place.environment}
        if label:
            environment |= {'GANGWAY_CRASH_AT': label, 'GANGWAY_CRASH_AFTER': str(passes), 'GANGWAY_CRASH_BY': by}
        return subprocess.Popen([self.program(), *(f'{name}={value}' for name, value in words.items()), self.place.word],
                                env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, **how):
        """Exit status and output; minus the signal, where it died."""
        process = self.start(**how)
        output, _ = process.communicate(timeout=60 * PATIENCE)
        return process.returncode, output

    def killed_at(self, label, passes=0):
        status, output = self.run(label=label, passes=passes)
        assert status == -signal.SIGKILL, f'nothing passes {label} (exit status {status}):\n{output}'

    def finish(self, runs=4):
        """Runs to the end; then each file must be there once, whole, recorded, and moved away on the server."""
        status, output = self.run(runs=runs)
        assert status == 0, output
        deadline = time.monotonic() + 5 * PATIENCE
        while len(self.place.seen) < len(self.names) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.place.close()
        assert not self.place.partial, f'partial under a final name: {self.place.partial}\n{output}'
        assert sorted(self.place.seen) == sorted(self.names), \
            f'lost: {sorted(set(self.names) - set(self.place.seen))}, ' \
            f'repeated: {sorted({name for name in self.place.seen if self.place.seen.count(name) > 1})}\n{output}'
        rows = [line.split(' ')[:4] for line in output.splitlines() if re.match(r'f\d+ ', line)]
        wanted = [[name, 'finalised', hashlib.sha256(self.content(name)).hexdigest(), f'sub/{name}']
                  for name in self.names]
        assert sorted(rows) == sorted(wanted), output
        assert sorted(path.name for path in (self.remote / 'done').iterdir()) == sorted(self.names)
        assert not self.place.left_over(), output

    @staticmethod
    def program():
        gateway = Path(os.environ.get('GANGWAY_BINARY', ROOT / 'build/release/gangway'))
        return gateway.parent / 'gangway_crash_folder'
