"""Secrets that must not turn up anywhere, and the places where a thief would look for them."""
import base64
import math
import re
import sqlite3
import tarfile
import urllib.parse
from pathlib import Path

from .privilege import IS_ROOT, privileged


def spellings(secret):
    """The octets of `secret` as programs write them down: as they are, hexadecimal, in base64 wherever in a longer text
    they begin, in a URL, in UTF-16."""
    found = {secret, secret.hex().encode(), secret.hex().upper().encode(), urllib.parse.quote(secret, safe='').encode()}
    for before in range(3):
        first, last = math.ceil(before * 8 / 6), (before + len(secret)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found.add(encode(bytes(before) + secret)[first:last])
    found.add(b''.join(bytes([octet, 0]) for octet in secret))
    return found


class Canaries:
    """Names of secrets and their spellings."""

    def __init__(self, **secrets):
        self._all = {}
        self.add(**secrets)

    def add(self, **secrets):
        for name, secret in secrets.items():
            octets = secret if isinstance(secret, bytes) else secret.encode()
            assert len(octets) >= 8, f'{name} is too short to be told from chance'
            self._all[name] = spellings(octets)

    def in_octets(self, octets):
        """The names of those that are in there, however they are spelt."""
        return [name for name, spelt in self._all.items() if any(each in octets for each in spelt)]

    def in_files(self, folder, but=()):
        """(file, names) of each file below `folder` with one in it; `but` are names of files that are left out."""
        found = []
        for path in sorted(Path(folder).rglob('*')):
            if path.is_file() and path.name not in but:
                names = self.in_octets(path.read_bytes())
                if names:
                    found.append((str(path), names))
        return found


_COPY = r'''
import sys
pid, target, kept_out = sys.argv[1:]
maps = open(f'/proc/{pid}/smaps').read()
with open(f'/proc/{pid}/mem', 'rb', 0) as memory, open(target, 'wb') as image:
    at = None
    for line in maps.splitlines():
        first = line.split(' ', 1)[0]
        if line.startswith('VmFlags:'):
            flags = line.split()
            # Nothing is ever written where programs and libraries are.
            is_code = at and at[2] and 'wr' not in flags
            if at and not is_code and 'rd' in flags and ('dd' not in flags or kept_out == 'with'):
                try:
                    memory.seek(at[0])
                    image.write(memory.read(at[1] - at[0]).replace(bytes(4096), b''))     # most of it is empty
                except (OSError, ValueError, OverflowError):
                    pass
        elif '-' in first and not first.endswith(':'):
            at = [int(part, 16) for part in first.split('-')] + [line.split()[4] != '0']
'''


def core_of(pid, target, kept_out='without'):
    """What a core file of a running process would hold: all memory that it can write to, with or without what it keeps
    out of those."""
    privileged('/usr/bin/python3', '-c', _COPY, pid, target, kept_out)
    if not IS_ROOT:
        privileged('chmod', '644', target)
    return Path(target).read_bytes()


def backup(data, target):
    """What people keep of a data folder: its database by SQLite's own backup, the rest as it is, in one archive."""
    copy = Path(f'{target}.db')
    with sqlite3.connect(data / 'gangway.db') as source, sqlite3.connect(copy) as kept:
        source.backup(kept)
    with tarfile.open(target, 'w') as archive:
        archive.add(copy, 'gangway.db')
        for path in data.iterdir():
            if not re.match(r'gangway\.db|master-key', path.name):
                archive.add(path, path.name)
    return Path(target)
