"""s3rver, a server of the S3 protocol from npm, which knows no conditional writes."""
import fcntl
import shutil
import subprocess
from pathlib import Path

from .child import Child
from .ports import free_port, listens
from .waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parents[2]
KEY = 'S3RVER'


def program():
    """The program of the package that tests/s3/package-lock.json names, installed once into build/s3rver."""
    folder, here = ROOT / 'build/s3rver', ROOT / 'tests/s3'
    found = folder / 'node_modules/s3rver/bin/s3rver.js'
    lock = folder / 'package-lock.json'
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / '.installing', 'w', encoding='ascii') as installing:
        fcntl.flock(installing, fcntl.LOCK_EX)      # others may want it at the same moment
        if not found.exists() or lock.read_bytes() != (here / 'package-lock.json').read_bytes():
            shutil.copy(here / 'package.json', folder)
            shutil.copy(here / 'package-lock.json', folder)
            subprocess.run(['npm', 'ci', '--no-audit', '--no-fund', '--ignore-scripts'], cwd=folder, check=True,
                           timeout=300 * PATIENCE)
    return found


class S3rver(Child):
    """Has the bucket `files`, whose objects lie below `data`. A context manager."""

    key = KEY

    def __init__(self, data):
        self.data = Path(data)
        (self.data / 'files').mkdir(parents=True)
        port = free_port()
        super().__init__(['node', program(), '--directory', self.data, '--address', '127.0.0.1', '--port', port,
                          '--no-vhost-buckets', '--configure-bucket', 'files'])
        until(lambda: not self.alive or listens(port), 20, 's3rver')
        self.endpoint = f'http://127.0.0.1:{port}'

    def object(self, key):
        return (self.data / 'files' / f'{key}._S3rver_object').read_bytes()
