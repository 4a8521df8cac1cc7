"""Sessions and their files over /api/v1, as the tests of streams ask for them."""
import json
from urllib.parse import quote


class Session:
    """A login that the gateway keeps; `path` of every call is absolute on the server, a str or octets."""

    def __init__(self, gateway, login):
        self.gateway = gateway
        self.opened = gateway.request('POST', '/api/v1/sessions', json.dumps(login).encode(),
                                      {'Content-Type': 'application/json'})
        assert self.opened.status == 201, f'{self.opened.status} {self.opened.body[:300]}'
        self.id = self.opened.json['id']
        self.url = f'/api/v1/sessions/{self.id}'

    def file_url(self, path):
        return f'{self.url}/files{quote(path)}'

    def get(self, path, **headers):
        return self.ask('GET', path, **headers)

    def head(self, path, **headers):
        return self.ask('HEAD', path, **headers)

    def put(self, path, body=b'', query='', **headers):
        return self.ask('PUT', path, body, query, **headers)

    def delete(self, path, query='', **headers):
        return self.ask('DELETE', path, None, query, **headers)

    def ask(self, method, path, body=None, query='', **headers):
        """Header names are written as identifiers: if_match."""
        named = {name.replace('_', '-'): value for name, value in headers.items()}
        return self.gateway.request(method, self.file_url(path) + query, body, named)

    def close(self):
        return self.gateway.request('DELETE', self.url)
