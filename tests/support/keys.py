"""Key pairs for a test run, made once by ssh-keygen in a folder that servers of other users can read."""
import base64
import hashlib
import threading
from pathlib import Path

from .child import run

PASSPHRASE = 'correct horse ünd battery'
_KINDS = {'ed25519': ['-t', 'ed25519'], 'rsa': ['-t', 'rsa', '-b', '3072'], 'ecdsa': ['-t', 'ecdsa', '-b', '256'],
          'ecdsa384': ['-t', 'ecdsa', '-b', '384'], 'ecdsa521': ['-t', 'ecdsa', '-b', '521']}


class KeyPair:
    """One OpenSSH key file and its public half."""

    def __init__(self, path):
        self.path = Path(path)

    @property
    def private(self):
        return self.path.read_text()

    @property
    def public_line(self):
        """type and base64, as authorized_keys and known_hosts hold them"""
        return ' '.join(Path(f'{self.path}.pub').read_text().split()[:2])

    @property
    def fingerprint(self):
        return fingerprint(self.public_line)


class KeyRing:
    """Makes each key when it is first asked for: `ring.host('rsa')`, `ring.user('ed25519')`."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self._lock = threading.Lock()

    def host(self, kind='ed25519', name=''):
        return self._pair(f'host_{kind}{name}', _KINDS[kind])

    def user(self, kind='ed25519'):
        return self._pair(f'user_{kind}', _KINDS[kind])

    def stranger(self):
        """A key that no server accepts."""
        return self._pair('stranger', _KINDS['ed25519'])

    def encrypted(self, kind='ed25519', cipher='aes256-ctr'):
        """`user(kind)` under PASSPHRASE."""
        return self._copy(f'user_{kind}_{cipher.split("@")[0]}', kind, ['-N', PASSPHRASE, '-Z', cipher, '-a', '16'])

    def pem(self, kind='rsa', form='PEM', passphrase=''):
        """`user(kind)` in an older container: form PEM or PKCS8."""
        return self._copy(f'user_{kind}_{form}{"_enc" if passphrase else ""}', kind, ['-N', passphrase, '-m', form])

    def authorized(self):
        """The text of an authorized_keys file that lets every user key in."""
        return ''.join(self.user(kind).public_line + '\n' for kind in _KINDS)

    def _pair(self, name, options):
        path = self.folder / name
        with self._lock:
            if not path.exists():
                run(['ssh-keygen', '-q', '-N', '', '-C', name, *options, '-f', path])
        return KeyPair(path)

    def _copy(self, name, kind, options):
        original = self.user(kind)
        path = self.folder / name
        with self._lock:
            if not path.exists():
                path.write_text(original.private)
                path.chmod(0o600)
                run(['ssh-keygen', '-q', '-p', '-P', '', *options, '-f', path])
                Path(f'{path}.pub').write_text(original.public_line + '\n')
        return KeyPair(path)


def fingerprint(public_line):
    """SHA256:… of a line 'type base64', as OpenSSH shows it."""
    digest = hashlib.sha256(base64.b64decode(public_line.split()[1])).digest()
    return 'SHA256:' + base64.b64encode(digest).decode().rstrip('=')
