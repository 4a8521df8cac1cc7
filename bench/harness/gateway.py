"""`gangway serve` on a free port, with its default settings, and the calls that the rows make to it."""
import http.client
import json
import os
from urllib.parse import quote

from .child import Child
from .outcome import NotAvailable


class Gateway:
    def __init__(self, binary, folder, *flags):
        environment = {name: value for name, value in os.environ.items() if not name.startswith('GANGWAY_')}
        folder.mkdir()
        self.child = Child([binary, 'serve', '--listen', '127.0.0.1:0', '--data-dir', folder / 'data', '--log-format',
                            'json', *flags], folder / 'log', env=environment)
        try:
            self.port = int(self.child.wait_line(r'"event":"listening".*"port":(\d+)')[1])
        except RuntimeError as error:
            self.child.stop()
            raise NotAvailable(str(error)) from error

    def call(self, method, path, body=None, headers=None):
        """(status, body); JSON where the answer is JSON."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {**({} if body is None else {'Content-Type': 'application/json'}), **(headers or {})})
            answer = connection.getresponse()
            octets = answer.read()
            is_json = octets and answer.headers.get_content_type() == 'application/json'
            return answer.status, json.loads(octets) if is_json else octets
        finally:
            connection.close()

    def open_session(self, login):
        """The id of a new session, in which no credential has to be sent again."""
        status, body = self.call('POST', '/api/v1/sessions', login.credentials())
        if status not in (200, 201):
            raise NotAvailable(f'POST /api/v1/sessions: {status} {_said(body)}')
        return body['id']

    def touch(self, session, path):
        """Asks for a file that is there, so that the session's connection is there too."""
        status, _ = self.call('HEAD', file_path(session, path))
        if status != 200:
            raise NotAvailable(f'HEAD of a file in a session: {status}')

    def stat(self, login, path):
        status, body = self.call('POST', '/api/sftp/stat', {**login.credentials(), 'path': str(path)})
        if status != 200:
            raise NotAvailable(f'POST /api/sftp/stat: {status} {_said(body)}')
        return body

    def stop(self):
        self.child.stop(40)


def file_path(session, path):
    """Where a file or folder, by its absolute path, is found over HTTP."""
    return f'/api/v1/sessions/{session}/files{quote(str(path))}'


def _said(body):
    return body.get('error', body) if isinstance(body, dict) else body[:200]
