"""The shapes that several routes share."""
from .errors import PHASES, TABLE


def text(description=None, **more):
    return _described({'type': 'string', **more}, description)


def whole(description=None, **more):
    return _described({'type': 'integer', **more}, description)


def flag(description=None, **more):
    return _described({'type': 'boolean', **more}, description)


def listed(items, description=None):
    return _described({'type': 'array', 'items': items}, description)


def one_of(*values, **more):
    return {'enum': list(values), **more}


def record(properties, optional=()):
    """An object, all of whose properties are there but the optional ones."""
    return {'type': 'object', 'properties': properties,
            'required': [name for name in properties if name not in optional]}


def closed(properties, optional=()):
    """A request that may have no other fields."""
    return {**record(properties, optional), 'additionalProperties': False}


def ref(name):
    return {'$ref': f'#/components/schemas/{name}'}


def _described(schema, description):
    return {**schema, 'description': description} if description else schema


BASE64 = {'type': 'string', 'contentEncoding': 'base64'}
SUCCESS = {'success': {'const': True}}
LARGEST_SIZE = 2**63 - 1


def octets(name):
    """How answers give octets that may be no UTF-8: a text, and its twin where the text is not exact."""
    return {name: text(), f'{name}Base64': ref('ExactOctets')}


def success(properties, optional=()):
    twins = [name for name in properties if name.endswith('Base64')]
    return record({**SUCCESS, **properties}, [*optional, *twins])


REMOVAL = {
    'removed': record({'files': whole(minimum=0), 'folders': whole(minimum=0)}),
    'failed': {'type': 'array', 'maxItems': 100, 'items': record(
        {**octets('path'), 'error': text(), 'code': ref('ErrorCode')}, ['pathBase64'])},
    'failedCount': whole('All of them', minimum=0)}

_CREDENTIALS = {
    'username': text('Without control characters', minLength=1, maxLength=255),
    'password': text(minLength=1, format='password'),
    'privateKey': text('OpenSSH, PEM or PKCS#8; tried before the password. With both, servers that want both steps are '
                       'served', minLength=1, format='password'),
    'passphrase': text('Of the private key', format='password'),
}
_SERVER = {
    'host': text('DNS name, IPv4 in four decimal parts, or IPv6', minLength=1),
    'port': whole(minimum=1, maximum=65535, default=22),
    'hostKey': ref('Fingerprint'),
    'timeoutMs': whole('A bound on the whole call', minimum=1, maximum=600_000, default=600_000),
}
_PATIENT = {**_SERVER, 'timeoutMs': whole('A bound on the whole call', minimum=1, maximum=86_400_000,
                                          default=86_400_000)}
_NO_LOGIN = {'not': {'anyOf': [{'required': [name]} for name in (*_SERVER, *_CREDENTIALS) if name != 'timeoutMs']}}
_LOGGED_IN = [{'required': ['username', 'password']}, {'required': ['username', 'privateKey']}]


def _managed(server):
    """A managed connection in place of a server and a login."""
    return {**record({'connection': ref('ConnectionId'), 'timeoutMs': server['timeoutMs']}, ['timeoutMs']), **_NO_LOGIN}


def _either(login, server):
    return {'oneOf': [{'allOf': [ref(login)], 'not': {'required': ['connection']}}, _managed(server)]}


_ATTRIBUTES = {
    'isDirectory': flag(), 'isSymlink': flag(), 'size': ref('Size'),
    'permissions': whole('Type and permission bits', minimum=0, maximum=2**32 - 1),
    'permissionString': ref('Permissions'),
    'uid': ref('Number32'), 'gid': ref('Number32'), 'atime': ref('Date'), 'mtime': ref('Date')}
_CODE = {'enum': list(TABLE), 'description': 'Stable. ' + ' '.join(
    f'`{code}` ({status}): {meaning}.' for code, (status, meaning) in TABLE.items())}


SCHEMAS = {
    'Server': {**record(_SERVER, ['port', 'hostKey', 'timeoutMs']),
               'description': 'Where to. In every request a field that is `null` is absent; others than those described '
                              'are ignored, or refused where the schema is closed.'},
    'Login': {**record({**_SERVER, **_CREDENTIALS}, ['port', 'hostKey', 'timeoutMs', *_CREDENTIALS]),
              'anyOf': _LOGGED_IN, 'description': 'Where to, and as whom.'},
    'LoginForLong': {**record({**_PATIENT, **_CREDENTIALS}, ['port', 'hostKey', 'timeoutMs', *_CREDENTIALS]),
                     'anyOf': _LOGGED_IN, 'description': 'Where to, and as whom, for any amount of work.'},
    'Account': {**_either('Login', _SERVER),
                'description': 'Where to, and as whom; or a managed connection, which knows both.'},
    'AccountForLong': {**_either('LoginForLong', _PATIENT),
                       'description': 'Where to, and as whom, or a managed connection, for any amount of work.'},
    'PerhapsLogin': {**record({**_SERVER, **_CREDENTIALS}, ['port', 'hostKey', 'timeoutMs', *_CREDENTIALS]),
                     'description': 'Where to, and as whom if the login is to be tried.'},
    'ConnectionId': text('Of a managed connection', minLength=1),
    'Fingerprint': text('SHA-256 of a host key. In a request, a server with another key gets no credential',
                        pattern='^SHA256:[A-Za-z0-9+/]{43}=?$'),
    'Path': text('Sent as UTF-8, without NUL, at most 4096 octets; nothing is normalised', minLength=1),
    'PathBase64': {**BASE64, 'description': 'Any octets but NUL, at most 4096, in place of the text', 'minLength': 2},
    'ExactOctets': {**BASE64, 'description': 'There if the octets are no UTF-8: the text beside it then has U+FFFD for '
                                             'each wrong one, and this has them exactly'},
    'Mode': {'description': 'Permission bits', 'oneOf': [
        whole(minimum=0, maximum=0o7777), text('Octal digits', pattern='^[0-7]{1,4}$')]},
    'Date': text(format='date-time', pattern=r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$'),
    'Permissions': text('As `ls -l` shows them', pattern='^[-dl][-rwx]{9}$'),
    'Size': whole('Octets', minimum=0, maximum=2**64 - 1),
    'Number32': whole(minimum=0, maximum=2**32 - 1),
    'Number64': whole(minimum=0, maximum=2**64 - 1),
    'Entry': {**record({**octets('name'), 'isDirectory': flag(), 'isSymlink': flag(), 'size': ref('Size'),
                        'permissions': ref('Permissions'), 'mtime': ref('Date')},
                       ['nameBase64', 'size', 'permissions', 'mtime']),
              'description': 'What the server did not send is left out.'},
    'Listing': success({**octets('path'), 'count': whole(minimum=0),
                        'entries': listed(ref('Entry'), 'Folders first, then by name in Unicode collation order'),
                        'dropped': whole('Names left out because no file can have them', minimum=1)}, ['dropped']),
    'Attributes': {**success({**octets('path'), **_ATTRIBUTES},
                             [name for name in _ATTRIBUTES if not name.startswith('is')]),
                   'description': 'What the server did not send is left out.'},
    'PathAnswer': success(octets('path')),
    'PartlyRemoved': record({
        'success': {'const': False}, 'error': text(), 'code': {'const': 'partly_removed'}, 'phase': ref('Phase'),
        **octets('path'), **REMOVAL}, ['pathBase64']),
    'Checkup': success({'host': text(), 'port': whole(minimum=1, maximum=65535), 'healthy': flag(),
                        'steps': listed(ref('Step'), 'Ends at the first step that failed')}),
    'Step': record({
        'name': text(), 'ok': flag(), 'durationUs': whole(minimum=0),
        'findings': listed(record({'name': text(), 'value': text()})),
        'error': text(), 'code': ref('ErrorCode'), 'phase': ref('Phase'), 'advice': text()},
        ['error', 'code', 'phase', 'advice']),
    'ErrorCode': _CODE,
    'Phase': {'enum': PHASES, 'description': 'How far the call came'},
    'Error': record({
        'success': {'const': False}, 'error': text('For people; may change', minLength=1), 'code': ref('ErrorCode'),
        'phase': ref('Phase'), 'field': text('The field that is wrong'),
        'isCloudflare': {'const': True, 'description': 'That is why the host is blocked'},
        'methods': text('What the server would take, separated by commas'), 'allow': text('As the header `Allow`'),
        'run': text('That is on its way already'),
        'retryAfter': whole('Seconds, as the header `Retry-After`', minimum=0),
        'size': whole('Of the file', minimum=0), 'offset': text('Of the upload, in decimal digits'),
        'expectedFingerprint': ref('Fingerprint'), 'presentedFingerprint': ref('Fingerprint')},
        ['field', 'isCloudflare', 'methods', 'allow', 'run', 'retryAfter', 'size', 'offset', 'expectedFingerprint',
         'presentedFingerprint']),
}
