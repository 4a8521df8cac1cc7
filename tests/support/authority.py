"""A certificate authority of a test's own."""
from pathlib import Path

from .child import run

_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']


class Authority:
    """`certificate` is the file that those who are to trust it are given."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self._folder.mkdir()
        self.certificate, self._key = self._folder / 'authority.pem', self._folder / 'authority.key'
        run(['openssl', 'req', '-x509', *_KEY, '-subj', f'/CN=authority {self._folder.name}', '-keyout', self._key,
             '-out', self.certificate])

    def issue(self, name):
        """A certificate for `name`, "DNS:host" or "IP:address", and its key: the paths of both."""
        certificate, key = self._folder / 'server.pem', self._folder / 'server.key'
        run(['openssl', 'req', '-x509', *_KEY, '-subj', '/CN=server', '-addext', f'subjectAltName={name}',
             '-CA', self.certificate, '-CAkey', self._key, '-keyout', key, '-out', certificate])
        return certificate, key
