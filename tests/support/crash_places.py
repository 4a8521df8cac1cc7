"""Where the files of the crash tests go, each with somebody who notes what becomes visible there: `seen` has a name for
each time that a file appeared, `partial` those that were not whole then."""
import contextlib
import threading
import urllib.request
from pathlib import Path

from .s3_stub import ACCESS_KEY, REGION, SECRET_KEY, S3Stub
from .waiting import settled


class Place:
    """What they have in common."""

    environment = {}

    def after_a_kill(self):
        """Called when a process that wrote here is dead."""


class _Watched(Place):
    """A thread that looks every millisecond."""

    def _start(self):
        self._stop = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while not self._stop.wait(0.001):
            self._look()

    def close(self):
        if not self._stop.is_set():
            self._stop.set()
            self._reader.join()
            self._look()


class LocalPlace(_Watched):
    """A folder with a reader that takes away what appears, as soon as it appears; or as long as it is lazy, nothing."""

    def __init__(self, folder, whole, lazy=False):
        self.folder, self._whole, self.lazy = folder, whole, lazy
        (folder / 'sub').mkdir(parents=True)
        self.seen, self.partial = [], []
        self.word = f'local={folder}'
        self.destination = {'to': 'local', 'folder': str(folder)}
        self._obstacles = set()
        self._start()

    def _look(self):
        if self.lazy or not self.folder.is_dir():   # its disk is gone, the test is over
            return
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


class BucketPlace(Place):
    """A bucket of the stub."""

    def __init__(self, whole, conditions=True):
        self.stub = S3Stub('files', conditions=conditions)
        self.stub.__enter__()
        self._whole = whole
        self.word = f's3={self.stub.endpoint},files,in/' + ('' if conditions else ',blind')
        self.environment = {'AWS_ACCESS_KEY_ID': ACCESS_KEY, 'AWS_SECRET_ACCESS_KEY': SECRET_KEY}
        self.destination = _bucket(self.stub.endpoint, 'in/', conditions, ACCESS_KEY, SECRET_KEY)

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


class S3rverPlace(_Watched):
    """A prefix of the bucket of an s3rver. An object is there as soon as there is a description of it beside it, which
    every PUT writes anew. What is in it is read in the end: s3rver shows objects that it is still writing."""

    def __init__(self, server, prefix, whole):
        self._server, self._whole = server, whole
        self._folder = server.data / 'files' / prefix / 'sub'
        self._url = f'{server.endpoint}/files/{prefix}/sub'
        self.seen, self.partial = [], []
        self._last, self._obstacles = {}, set()
        self.word = f's3={server.endpoint},files,{prefix}/,blind'
        self.environment = {'AWS_ACCESS_KEY_ID': server.key, 'AWS_SECRET_ACCESS_KEY': server.key}
        self.destination = _bucket(server.endpoint, f'{prefix}/', False, server.key, server.key)
        self._start()

    def _look(self):
        for path in self._folder.glob('*._S3rver_metadata.json'):
            name = path.name.partition('.')[0]
            with contextlib.suppress(FileNotFoundError):
                about = path.stat()
                if name in self._obstacles or about.st_size == 0 or self._last.get(name) == about.st_mtime_ns:
                    continue
                self._last[name] = about.st_mtime_ns
                self.seen.append(name)

    def after_a_kill(self):
        """Half an object that a killed client was sending is taken away: S3 never has one, s3rver keeps it."""
        def halves():
            return {path: path.stat().st_size for path in self._folder.glob('*._S3rver_object')
                    if not path.with_name(path.name.replace('_object', '_metadata.json')).exists()}
        for path in settled(halves, 5, 's3rver'):
            for each in path.parent.glob(f'{path.name}*'):
                each.unlink()

    def obstruct(self, name):
        self._obstacles.add(name)
        self._ask('PUT', name, b'of somebody else')

    def clear(self, name):
        self._ask('DELETE', name)
        self._obstacles.discard(name)

    def _ask(self, method, name, body=None):
        with urllib.request.urlopen(urllib.request.Request(f'{self._url}/{name}', body, method=method), timeout=10):
            pass

    def left_over(self):
        return []   # it cannot list uploads, so nobody can find what is left of one

    def close(self):
        super().close()
        self.partial = [name for name in sorted(set(self.seen))
                        if (self._folder / f'{name}._S3rver_object').read_bytes() != self._whole(name)]


def _bucket(endpoint, prefix, conditions, key, secret):
    return {'to': 's3', 'endpoint': endpoint, 'region': REGION, 'bucket': 'files', 'prefix': prefix, 'pathStyle': True,
            'conditionalWrites': conditions, 'accessKeyId': key, 'secretAccessKey': secret}
