"""Resumable uploads as a client of the tus protocol 1.0.0 makes them, call by call."""
import base64
import hashlib

VERSION = {'Tus-Resumable': '1.0.0'}
OCTETS = 'application/offset+octet-stream'


def metadata(path, **more):
    octets = path if isinstance(path, bytes) else path.encode()
    pairs = {'path': octets, **{name: value.encode() for name, value in more.items()}}
    return ','.join(f'{name} {base64.b64encode(value).decode()}' for name, value in pairs.items())


def checksum(octets, algorithm='sha1'):
    return {'Upload-Checksum': f'{algorithm} {base64.b64encode(hashlib.new(algorithm, octets).digest()).decode()}'}


class Upload:
    """One upload of a support.streams.Session."""

    def __init__(self, session, path, length, body=None, more=None, **options):
        self.gateway = session.gateway
        headers = {**VERSION, 'Upload-Metadata': metadata(path, **options), **(more or {})}
        headers |= {'Upload-Defer-Length': '1'} if length is None else {'Upload-Length': str(length)}
        if body is not None:
            headers['Content-Type'] = OCTETS
        self.created = self.gateway.request('POST', session.url + '/uploads', body, headers)
        self.url = self.created.headers.get('location')

    def head(self):
        return self.gateway.request('HEAD', self.url, headers=VERSION)

    def offset(self):
        answer = self.head()
        assert answer.status == 200, answer.status
        return int(answer.headers['upload-offset'])

    def patch(self, offset, octets, more=None, timeout=60):
        headers = {**VERSION, 'Content-Type': OCTETS, 'Upload-Offset': str(offset), **(more or {})}
        return self.gateway.request('PATCH', self.url, octets, headers, timeout)

    def delete(self):
        return self.gateway.request('DELETE', self.url, headers=VERSION)
