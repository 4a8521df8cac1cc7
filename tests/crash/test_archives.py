"""A process is killed while it unpacks and publishes archives, and another one finishes its work: each file in them comes
once and whole."""
import hashlib
import io
import re
import zipfile

import pytest

from support.crash_world import WHOLE, CrashWorld

POINTS = ('claimed', 'begun', 'writing', 'written', 'entries_staged', 'fetching', 'fetched', 'entries_publishing',
          'entries_published', 'publishing', 'published', 'recording', 'recorded')
# The others are passed once, by all archives of a run together.
OFTEN = ('begun', 'writing')
# Of a single file of an archive.
SINGLE = {'local': ('folder_made', 'renamed'), 's3': ('put_sent', 'put_answered')}


class Archives(CrashWorld):
    """The same files, four to an archive."""

    def __init__(self, *where):
        super().__init__(*where)
        self.archives = {}

    def add(self, count):
        names = [f'f{100 + number}' for number in range(len(self.names), len(self.names) + count)]
        for first in range(0, count, 4):
            octets = io.BytesIO()
            with zipfile.ZipFile(octets, 'w', zipfile.ZIP_STORED) as archive:
                for name in names[first:first + 4]:
                    archive.writestr(name, self.content(name))
            name = f'z{100 + len(self.archives)}.zip'
            (self.remote / f'.{name}').write_bytes(octets.getvalue())
            (self.remote / f'.{name}').rename(self.remote / name)
            self.archives[name] = hashlib.sha256(octets.getvalue()).hexdigest()
        self.names += names

    def start(self, *how, **words):
        return super().start(*how, unpack='zip', **words)

    def finish(self, runs=4):
        status, output = self.run(runs=runs)
        assert status == 0, output
        self.wait_for_all(5)
        self.place.close()
        assert not self.place.partial, f'partial under a final name: {self.place.partial}\n{output}'
        assert sorted(self.place.seen) == sorted(self.names), output
        rows = [line.split(' ')[:3] for line in output.splitlines() if re.match(r'z\d+\.zip ', line)]
        assert sorted(rows) == sorted([name, 'finalised', digest] for name, digest in self.archives.items()), output
        assert sorted(path.name for path in (self.remote / 'done').iterdir()) == sorted(self.archives)
        assert not self.place.left_over(), output
        self.counts.add(files=len(self.names))


@pytest.fixture
def archives(openssh, parts):
    def make(destination, database):
        parts.made.append(Archives(openssh, *parts(destination, database)))
        return parts.made[-1]
    return make


def cases():
    for destination in ('local', 's3'):
        for database in ('sqlite', 'postgresql'):
            usual = database == 'sqlite'
            for label in (*POINTS, *SINGLE[destination]):
                for passes in (0, 3) if label in (*OFTEN, *SINGLE[destination]) else (0,):
                    if WHOLE or usual or label == 'entries_published':
                        yield destination, database, label, passes


@pytest.mark.parametrize('destination,database,label,passes', cases())
def test_killed_at(archives, destination, database, label, passes):
    here = archives(destination, database)
    here.add(9)
    here.killed_at(label, passes)
    here.finish()
