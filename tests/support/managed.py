"""Managed connections, as tests set them up over the HTTP API."""
import json
from pathlib import Path
from urllib.parse import quote

from .openssh import start_openssh


def call(gateway, method, path, value=None, token=None, **headers):
    """One request under /api/v1 with `value` as its JSON body; header names are written as identifiers: if_match."""
    named = {name.replace('_', '-'): text for name, text in headers.items()}
    if value is not None:
        named['Content-Type'] = 'application/json'
    if token is not None:
        named['Authorization'] = f'Bearer {token}'
    body = None if value is None else json.dumps(value).encode()
    return gateway.request(method, f'/api/v1{path}', body, named)


class Connection:
    """A managed connection to `server` (anything with `where()`)."""

    def __init__(self, gateway, name, server, username='someone', token=None, **more):
        self.gateway, self.token = gateway, token
        self.made = call(gateway, 'POST', '/connections',
                         {'name': name, **server.where(), 'username': username, **more}, token)
        assert self.made.status == 201, f'{self.made.status} {self.made.body[:300]}'
        self.id = self.made.json['id']
        self.path = f'/connections/{self.id}'

    def ask(self, method, below='', value=None, **headers):
        return call(self.gateway, method, self.path + below, value, self.token, **headers)

    def shown(self):
        return self.ask('GET').json

    def health(self):
        return self.shown()['health']['state']

    def new_key(self, **fields):
        answer = self.ask('POST', '/keys', fields)
        assert answer.status == 201, f'{answer.status} {answer.body[:300]}'
        return answer.json

    def keys(self):
        return {key['id']: key for key in self.ask('GET', '/keys').json['keys']}

    def operate(self, operation, **fields):
        """A one-shot operation."""
        headers = {} if self.token is None else {'Authorization': f'Bearer {self.token}'}
        return self.gateway.post(operation, headers, connection=self.id, **fields)

    def file(self, method, path, body=None):
        headers = {} if self.token is None else {'Authorization': f'Bearer {self.token}'}
        return self.gateway.request(method, f'/api/v1{self.path}/files{quote(path)}', body, headers)


class OwnOpenSsh:
    """An OpenSSH server whose authorized_keys the test writes. A context manager."""

    def __init__(self, keys, folder, variant='default'):
        self.folder = Path(folder)
        tree = self.folder / 'tree'
        tree.mkdir(parents=True)
        self.server = start_openssh(variant, keys, self.folder / 'sshd', tree)
        self.authorize()

    def authorize(self, *lines):
        (self.folder / 'sshd' / 'authorized_keys').write_text(''.join(line + '\n' for line in lines))

    def __getattr__(self, name):
        return getattr(self.server, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.process.stop()
