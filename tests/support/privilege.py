"""What needs root: done directly when we are root, else through `sudo -n`."""
import contextlib
import fcntl
import getpass
import os
import pwd
import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .child import run

IS_ROOT = os.geteuid() == 0
PREFIX = [] if IS_ROOT else ['sudo', '-n']
_PREFIX_OF_NAMES = 'gwt'


@dataclass(frozen=True)
class Account:
    """A system account of this run only."""
    name: str
    password: str
    home: Path


def current_user():
    return getpass.getuser() if not IS_ROOT else 'root'


def privileged(*argv, **options):
    return run([*PREFIX, *argv], **options)


@contextlib.contextmanager
def throwaway_account():
    """Makes a system account with a password and an empty home folder, and removes both at the end.

    Accounts that a killed run left behind go first. Their names carry the id of the process that made them."""
    # pytest's own folders are closed to other users, so the home is beside them.
    home = Path(tempfile.mkdtemp(prefix='gangway-home-', dir='/tmp'))
    os.chmod(home, 0o755)
    account = Account(f'{_PREFIX_OF_NAMES}{os.getpid()}-{secrets.token_hex(3)}', secrets.token_urlsafe(12), home)
    with _account_lock():
        _remove_orphans()
        privileged('useradd', '--no-create-home', '--home-dir', home, '--shell', '/bin/sh', account.name)
        privileged('chpasswd', input=f'{account.name}:{account.password}'.encode())
        privileged('chown', account.name, home)
    try:
        yield account
    finally:
        with _account_lock():
            _remove(account.name, home)


@contextlib.contextmanager
def _account_lock():
    """useradd gives up when another one is at work, so runs take turns, whoever they run as."""
    with open('/etc/passwd') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove_orphans():
    for entry in pwd.getpwall():
        match = re.fullmatch(_PREFIX_OF_NAMES + r'(\d+)-[0-9a-f]{6}', entry.pw_name)
        if match and not os.path.exists(f'/proc/{match.group(1)}'):
            _remove(entry.pw_name, Path(entry.pw_dir))


def _remove(name, home):
    privileged('userdel', '--force', name)
    if home.name.startswith('gangway-home-'):
        remove_folder(home)


def remove_folder(path):
    """Also what others wrote into it."""
    shutil.rmtree(path, ignore_errors=True)
    if os.path.exists(path):
        privileged('rm', '-rf', path)
