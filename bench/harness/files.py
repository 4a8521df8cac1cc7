"""The files that are moved, and whether they came out as they went in."""
import hashlib
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

from .outcome import WrongContent

MIB = 1 << 20
_OWN = '.gangway'


def make_file(path, size):
    """Random octets, so that nothing can be gained by compression. Made once."""
    if not path.exists():
        with path.open('wb') as out:
            for begin in range(0, size, 16 * MIB):
                out.write(os.urandom(min(16 * MIB, size - begin)))
    return path


def make_tree(folder, count, size=1024, per_folder=100):
    """`count` files of `size` random octets in subfolders. Made once."""
    if not folder.exists():
        for number in range(count):
            path = folder / f'{number // per_folder:04}' / f'file-{number:06}.dat'
            if number % per_folder == 0:
                path.parent.mkdir(parents=True)
            path.write_bytes(random.randbytes(size))
    return folder


def make_empty_files(folder, count):
    """`count` files in one folder, for listing. Made once."""
    if not folder.exists():
        folder.mkdir()
        for number in range(count):
            os.close(os.open(folder / f'entry-{number:06}.csv', os.O_CREAT | os.O_WRONLY))
    return folder


def _files_in(folder):
    """All files beneath it, but for what the gateway keeps for itself in a folder that it pulls to."""
    for place, folders, names in os.walk(folder):
        if _OWN in folders:
            folders.remove(_OWN)
        yield from (Path(place) / name for name in names)


def digest(path):
    """SHA-256 of a file; of a folder, that of all its files' names and digests."""
    if path.is_file():
        with path.open('rb') as file:
            return hashlib.file_digest(file, 'sha256').hexdigest()
    lines = sorted(f'{file.relative_to(path)} {digest(file)}\n' for file in _files_in(path))
    return hashlib.sha256(''.join(lines).encode()).hexdigest()


def look_of(folder):
    """Differs after any file of the folder was written, replaced, added or removed."""
    marks = []
    for file in _files_in(folder):
        is_now = file.stat()
        marks.append(f'{file.relative_to(folder)} {is_now.st_ino} {is_now.st_size} {is_now.st_ctime_ns}\n')
    return hashlib.sha256(''.join(sorted(marks)).encode()).hexdigest()


@dataclass(frozen=True)
class Copy:
    """A file or folder `source`, which shall come to lie at `target`; `login` is the server's end of it."""
    source: Path
    target: Path
    login: object
    wanted: str

    @classmethod
    def of(cls, source, target, login):
        return cls(source, target, login, digest(source))

    def check(self):
        """What a client puts into a folder it makes at the target, under the source's own name, counts as well."""
        found = self.target
        if (nested := self.target / self.source.name).exists():
            found = nested
        if not found.exists():
            raise WrongContent(f'{self.target.name} is not there')
        if (got := digest(found)) != self.wanted:
            raise WrongContent(f'{self.target.name} has SHA-256 {got}, not {self.wanted}')

    def clear(self):
        if self.target.is_dir():
            shutil.rmtree(self.target)
        else:
            self.target.unlink(missing_ok=True)
