"""What stands in a database whose process is dead, looked up without touching it."""
import contextlib
import shutil
import sqlite3
import tempfile
from pathlib import Path


class SqliteLedger:
    """Asked on a copy: whoever opened the file itself would put it in order, which is what the next process must do."""

    def __init__(self, path):
        self.address = Path(path)

    def ask(self, sql):
        if not self.address.exists():
            return []
        with tempfile.TemporaryDirectory() as folder:
            for suffix in ('', '-wal'):
                with contextlib.suppress(FileNotFoundError):
                    shutil.copy(f'{self.address}{suffix}', f'{folder}/copy{suffix}')
            with contextlib.closing(sqlite3.connect(f'{folder}/copy')) as copy:
                try:
                    return [[str(value) for value in row] for row in copy.execute(sql)]
                except sqlite3.OperationalError:    # it died before it had made its tables
                    return []


class PostgreSqlLedger:
    """A schema of a server."""

    def __init__(self, server, schema):
        self._server, self._schema = server, schema
        self.address = server.database(schema)

    def ask(self, sql):
        if not self._server.ask(f"SELECT 1 FROM pg_tables WHERE schemaname = '{self._schema}' AND tablename = 'runs'"):
            return []
        lines = self._server.ask(f'SET search_path TO {self._schema}; {sql}').splitlines()
        return [line.split('|') for line in lines]

    def end_waits(self):
        """Lets failed files be tried at once: the clock of the server is not the test's to set."""
        self.ask('UPDATE files SET next_try = 0 WHERE next_try IS NOT NULL')


def in_the_middle_of_a_run(ledger):
    """Whether its process died while a run was going on."""
    return ledger.ask('SELECT count(*) FROM runs WHERE ended_at IS NULL') not in ([], [['0']])
