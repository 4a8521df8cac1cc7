"""A real PostgreSQL server on a socket in a folder of the test's own."""
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from .child import run
from .privilege import IS_ROOT, remove_folder
from .waiting import PATIENCE, until

_PROGRAMS = Path('/usr/lib/postgresql/15/bin')
# It refuses to run as root.
_AS = {'user': 'nobody', 'group': 'nogroup', 'extra_groups': []} if IS_ROOT else {}


class PostgreSql:
    """Listens on that socket only, and syncs nothing. A context manager."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix='gangway-postgresql-', dir='/tmp'))
        if IS_ROOT:
            shutil.chown(self.folder, 'nobody', 'nogroup')
        data = self.folder / 'data'
        run([_PROGRAMS / 'initdb', '-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8',
             '--no-sync'], cwd=self.folder, **_AS)
        with open(self.folder / 'log', 'wb') as log:
            self._process = subprocess.Popen(
                [_PROGRAMS / 'postgres', '-D', data, '-k', self.folder, '-h', '', '-F', '-c', 'max_connections=60'],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **_AS)
        until(self._answers, 60, 'PostgreSQL')

    def _answers(self):
        assert self._process.poll() is None, (self.folder / 'log').read_text()
        done = subprocess.run(self._psql('SELECT 1'), capture_output=True, check=False)
        return done.returncode == 0

    def _psql(self, sql):
        return [str(_PROGRAMS / 'psql'), '-h', str(self.folder), '-U', 'tester', '-d', 'postgres', '-qAt', '-c', sql]

    def ask(self, sql):
        return run(self._psql(sql)).stdout.decode().strip()

    def database(self, schema):
        """The address of a new, empty schema."""
        self.ask(f'CREATE SCHEMA {schema}')
        options = quote(f'-c search_path={schema} -c client_min_messages=error', safe='')
        return f'postgresql://tester@/postgres?host={quote(str(self.folder), safe="")}&options={options}'

    def dump(self, schema):
        return run([_PROGRAMS / 'pg_dump', '-h', self.folder, '-U', 'tester', '-n', schema, 'postgres']).stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self._process.pid, signal.SIGQUIT)
        self._process.wait(30 * PATIENCE)
        remove_folder(self.folder)
