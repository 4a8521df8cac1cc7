"""The one-shot operations: POST /api/sftp/{operation}."""
from . import errors
from .schemas import LARGEST_SIZE, REMOVAL, flag, octets, one_of, ref, success, text, whole

HOST = {'host': 'sftp.example.com'}
LOGIN = {**HOST, 'username': 'ada', 'password': 'correct horse'}
KEY_LOGIN = {**HOST, 'username': 'ada', 'privateKey': '-----BEGIN OPENSSH PRIVATE KEY-----\n…', 'passphrase': '…'}
MANAGED = {'connection': 'con_7b2k4xq6mzr3v5n2tdy7uwg4ea'}
FINGERPRINT = 'SHA256:uNiVztksCsDhcc0u9e8BrJQXdUhLQJr1mZ2lQ7b4Z0c'

_MODE = {'mode': ref('Mode')}
_PARENTS = {'parents': flag('Make missing folders above it', default=False)}
_JSON_LIMIT = '1 MiB'
CODES = [*errors.FILES, *errors.MANAGED]


def operation(name, summary, answer, example, *, answered, fields=None, required=(), paths=(), login='Account',
              codes=CODES, description=None, limit=_JSON_LIMIT, more_examples=None, more_answers=None):
    """One operation: `paths` are fields that have a Base64 twin and are required, `fields` and `required` the others.
    `example` are the fields of the example beside its login, `answered` is its answer."""
    def build(responses):
        requests = {'example': {'value': {**(LOGIN if login.startswith('Account') else HOST), **example}}}
        for title, value in (more_examples or {}).items():
            requests[title] = {'value': value}
        built = {'operationId': name, 'tags': ['One-shot operations'], 'summary': summary}
        if description:
            built['description'] = description
        built['requestBody'] = {
            'required': True, 'description': f'At most {limit}',
            'content': {'application/json': {'schema': _request(login, fields or {}, required, paths),
                                             'examples': requests}}}
        headers = {'Gangway-Host-Key': {'$ref': '#/components/headers/Gangway-Host-Key'}}
        good = {'description': 'Done', 'headers': headers,
                'content': {'application/json': {'schema': answer, 'example': {'success': True, **answered}}}}
        built['responses'] = {'200': good, **responses.of([*errors.WITH_JSON, *codes])}
        for status, schema in (more_answers or {}).items():
            built['responses'][status] = either(responses.shape(built['responses'][status]), schema)
        return built
    return f'/api/sftp/{name}', {'post': build}


def _request(login, fields, required, paths):
    own = {}
    for path in paths:
        own |= {path: ref('Path'), f'{path}Base64': ref('PathBase64')}
    own |= fields
    if not own:
        return ref(login)
    inner = {'properties': own}
    if required:
        inner['required'] = list(required)
    whole_ = {'type': 'object', 'allOf': [ref(login), inner]}
    for path in paths:
        either = {'oneOf': [{'required': [path]}, {'required': [f'{path}Base64']}]}
        whole_['allOf'].append(either)
    return whole_


def either(response, schema):
    """An error answer that can also be of another shape."""
    usual = response['content']['application/json']['schema']
    return {**response, 'content': {'application/json': {'schema': {'anyOf': [usual, schema]}}}}


def _connect_by_get(responses):
    parameters = [
        {'name': 'host', 'in': 'query', 'required': True, 'schema': {'type': 'string'}, 'example': 'sftp.example.com'},
        {'name': 'port', 'in': 'query', 'schema': {'type': 'integer', 'minimum': 1, 'maximum': 65535, 'default': 22}},
        {'name': 'hostKey', 'in': 'query', 'schema': ref('Fingerprint')},
        {'name': 'timeoutMs', 'in': 'query', 'schema': {'type': 'integer', 'minimum': 1, 'maximum': 600_000}}]
    return {'operationId': 'connectByGet', 'tags': ['One-shot operations'], 'summary': 'Ask a server what it is',
            'parameters': parameters,
            'responses': {'200': {'description': 'An SSH server answers',
                                  'content': {'application/json': {'schema': _IDENTIFICATION}}},
                          **responses.of([*errors.GUARDED, *errors.HOST_KEY])}}


_IDENTIFICATION = success({'host': text(), 'port': whole(minimum=1, maximum=65535), 'banner': text(),
                           'sshVersion': text(), 'software': text(), 'sftpAvailable': flag(), 'note': text()})
_IDENTIFIED = {'host': 'sftp.example.com', 'port': 22, 'banner': 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7',
               'sshVersion': '2.0', 'software': 'OpenSSH_9.2p1', 'sftpAvailable': True,
               'note': 'An SSH server answers. Whether it offers SFTP to a user shows only after login.'}
_ATTRIBUTES = {'path': 'in/orders.csv', 'isDirectory': False, 'isSymlink': False, 'size': 42, 'permissions': 33188,
               'permissionString': '-rw-r--r--', 'uid': 1000, 'gid': 1000, 'atime': '2026-01-15T12:00:00.000Z',
               'mtime': '2026-01-15T12:00:00.000Z'}
ILL = {'host': 'sftp.example.com', 'port': 22, 'healthy': False, 'steps': [
    {'name': 'dns', 'ok': True, 'durationUs': 812, 'findings': [{'name': 'address', 'value': '192.0.2.7'}]},
    {'name': 'tcp', 'ok': False, 'durationUs': 930, 'findings': [], 'code': 'connection_refused', 'phase': 'tcp',
     'error': 'connecting to 192.0.2.7 port 22: Connection refused', 'advice': 'Is the port right?'}]}
_COUNTS = ['blockSize', 'fragmentSize', 'blocks', 'blocksFree', 'blocksAvailable', 'files', 'filesFree',
           'filesAvailable', 'fileSystemId', 'maxNameLength']
_FILE_SYSTEM = success({**octets('path'), **{name: ref('Number64') for name in _COUNTS}, 'readOnly': flag(),
                        'noSetuid': flag()})
_DOWNLOAD = success({**octets('path'), 'size': whole('Octets returned', minimum=0, maximum=4 * 2**20),
                     'truncated': flag('The file has more than was returned'), 'isBinary': flag('No valid UTF-8'),
                     'content': text(), 'encoding': one_of('utf-8', 'base64')})
_UPLOAD_FIELDS = {
    'content': text('As `encoding` says'),
    'encoding': text('`base64`; any other value says that `content` is plain text', default='base64'), **_MODE,
    'append': flag('At the end of what is there; not with `atomic`', default=False), **_PARENTS,
    'atomic': flag('Written beside the target, and renamed over it', default=False)}
_SETSTAT_FIELDS = {
    **_MODE, 'uid': ref('Number32'), 'gid': ref('Number32'), 'atime': text(format='date-time'),
    'mtime': text(format='date-time'), 'size': whole('Cut or filled up to it', minimum=0, maximum=LARGEST_SIZE)}

_REMOVED = success({**octets('path'), **REMOVAL})
_COPIED = success({**octets('path'), **octets('newPath'), 'size': ref('Size'),
                   'method': one_of('copy-data', 'streamed')})
_HASHED = success({**octets('path'), 'algorithm': text(), 'checksum': text('Hexadecimal', pattern='^([0-9a-f]{2})+$'),
                   'size': ref('Size'), 'method': one_of('check-file', 'streamed')})

_CONNECT, _connect = operation(
    'connect', 'Ask a server what it is', _IDENTIFICATION, {}, login='Server', codes=errors.HOST_KEY,
    answered=_IDENTIFIED,
    description='Reads what the server says of itself and sends nothing. With `hostKey` it goes on to the host key, '
                'still without a credential.')

PATHS = dict([
    (_CONNECT, {'get': _connect_by_get, **_connect}),
    operation('list', 'List a folder', ref('Listing'), {'path': 'in'},
              fields={'path': {**ref('Path'), 'default': '.'}, 'pathBase64': ref('PathBase64')},
              answered={'path': 'in', 'count': 1, 'entries': [
                  {'name': 'orders.csv', 'isDirectory': False, 'isSymlink': False, 'size': 42,
                   'permissions': '-rw-r--r--', 'mtime': '2026-01-15T12:00:00.000Z'}]},
              description='Links are not followed: a link to a folder is no folder. At most a million entries.',
              more_examples={'key': {**KEY_LOGIN, 'path': 'in'}, 'home': {**LOGIN, 'hostKey': FINGERPRINT},
                             'managed': {**MANAGED, 'path': 'in'}}),
    operation('download', 'Read a small file', _DOWNLOAD, {'path': 'in/orders.csv'}, paths=['path'],
              answered={'path': 'in/orders.csv', 'size': 12, 'truncated': False, 'isBinary': False,
                        'content': 'id;amount\n1;', 'encoding': 'utf-8'},
              description='At most 4 MiB. What is valid UTF-8 is text, with its byte order mark; a text that is cut '
                          'ends on a whole character.',
              more_examples={'octets': {**LOGIN, 'pathBase64': 'aW4vb3JkZXJzLmNzdg=='}}),
    operation('upload', 'Write a small file', success({**octets('path'), 'bytesWritten': whole(minimum=0)}),
              {'path': 'out/report.bin', 'content': 'AAECAw==', 'parents': True}, paths=['path'],
              fields=_UPLOAD_FIELDS, required=['content'], limit='16 MiB',
              answered={'path': 'out/report.bin', 'bytesWritten': 4},
              description='A success only when the server acknowledged every octet and the size is right.',
              more_examples={'text': {**LOGIN, 'path': 'in/report.txt', 'content': 'Grüße\n', 'encoding': 'utf-8',
                                      'mode': '0640', 'atomic': True},
                             'managed': {**MANAGED, 'path': 'in/report.bin', 'content': 'AAECAw=='}}),
    operation('delete', 'Remove a file', ref('PathAnswer'), {'path': 'in/orders.csv'}, paths=['path'],
              answered={'path': 'in/orders.csv'}),
    operation('mkdir', 'Make a folder', ref('PathAnswer'), {'path': 'archive/2026', 'parents': True, 'mode': '0750'},
              paths=['path'], fields={**_MODE, **_PARENTS}, answered={'path': 'archive/2026'}),
    operation('rename', 'Rename or move', success({**octets('oldPath'), **octets('newPath')}),
              {'oldPath': 'in/orders.csv', 'newPath': 'in/orders.done'}, paths=['oldPath', 'newPath'],
              fields={'overwrite': flag('Replace an existing target, in one step', default=False)},
              answered={'oldPath': 'in/orders.csv', 'newPath': 'in/orders.done'},
              description='An existing target is refused unless `overwrite` is true; it is never deleted first.'),
    operation('remove', 'Remove a folder with all that is in it', _REMOVED, {'path': 'in'},
              login='AccountForLong', paths=['path'],
              answered={'path': 'in', 'removed': {'files': 2, 'folders': 2}, 'failed': [], 'failedCount': 0},
              codes=[*CODES, 'partly_removed'], more_answers={'409': ref('PartlyRemoved')},
              description='Or one file. A link is removed and never followed. What cannot be removed does not stop the '
                          'rest. A root, a login folder and a folder above are refused.'),
    operation('copy', 'Copy a file', _COPIED, {'path': 'in/orders.csv', 'newPath': 'in/orders.copy'},
              login='AccountForLong', paths=['path', 'newPath'],
              fields={'overwrite': flag('Replace an existing target', default=False)},
              answered={'path': 'in/orders.csv', 'newPath': 'in/orders.copy', 'size': 42, 'method': 'copy-data'},
              description='Under a temporary name until it is whole. By the server itself where it can.'),
    operation('checksum', 'Hash a file', _HASHED, {'path': 'in/orders.csv'}, login='AccountForLong', paths=['path'],
              fields={'algorithm': one_of('sha256', 'sha512', 'sha1', 'md5', default='sha256')},
              answered={'path': 'in/orders.csv', 'algorithm': 'sha256', 'size': 0, 'method': 'streamed',
                        'checksum': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'},
              description='By the server itself where it offers `check-file` and the file has at most 2 GiB.'),
    operation('stat', 'Attributes, through links', ref('Attributes'), {'path': 'in/orders.csv'}, paths=['path'],
              answered=_ATTRIBUTES),
    operation('rmdir', 'Remove an empty folder', ref('PathAnswer'), {'path': 'in/empty'}, paths=['path'],
              answered={'path': 'in/empty'}),
    operation('lstat', 'Attributes, of links themselves', ref('Attributes'), {'path': 'in/latest'}, paths=['path'],
              answered={**_ATTRIBUTES, 'path': 'in/latest', 'isSymlink': True, 'permissions': 41471,
                        'permissionString': 'lrwxrwxrwx', 'size': 10}),
    operation('setstat', 'Set mode, owner, times or size', ref('PathAnswer'),
              {'path': 'in/orders.csv', 'mode': 416, 'atime': '2026-01-15T12:00:00Z', 'mtime': '2026-01-15T12:00:00Z'},
              paths=['path'], fields=_SETSTAT_FIELDS, answered={'path': 'in/orders.csv'},
              description='At least one of `mode`, `uid` and `gid`, `atime` and `mtime`, `size`.'),
    operation('symlink', 'Make a link', success({**octets('path'), **octets('target')}),
              {'path': 'in/newest', 'target': 'orders.csv'}, paths=['path', 'target'],
              answered={'path': 'in/newest', 'target': 'orders.csv'}, description='`path` is the link.'),
    operation('readlink', 'Where a link points', success({**octets('path'), **octets('target')}),
              {'path': 'in/latest'}, paths=['path'], answered={'path': 'in/latest', 'target': 'orders.csv'}),
    operation('realpath', 'The absolute path', success({**octets('path'), **octets('realPath')}), {'path': 'in'},
              paths=['path'], answered={'path': 'in', 'realPath': '/home/ada/in'}),
    operation('statvfs', 'Space of a file system', _FILE_SYSTEM, {'path': 'in'}, paths=['path'],
              answered={'path': 'in', **dict.fromkeys(_COUNTS, 4096), 'readOnly': False, 'noSetuid': False},
              description='If the server offers `statvfs@openssh.com`.'),
    operation('probe', 'Examine a connection, step by step', ref('Checkup'),
              {'username': 'ada', 'password': 'correct horse'}, login='PerhapsLogin', codes=['timeout'],
              answered=ILL,
              description='A server that is ill is a finding and no error: the status is 200.',
              more_examples={'stranger': HOST}),
])
