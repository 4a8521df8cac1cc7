"""Managed connections and what belongs to them: /api/v1/connections."""
from . import errors
from .one_shot import FINGERPRINT, ILL, MANAGED
from .schemas import BASE64, closed, flag, listed, one_of, record, ref, success, text, whole
from .sessions import answer, files_of, header, query, route

_TAG = 'Managed connections'
_ID = {'name': 'id', 'in': 'path', 'required': True, 'schema': {'type': 'string'}, 'description': 'Of the connection'}
_KEY = {'name': 'path', 'in': 'path', 'required': True, 'schema': {'type': 'string'}, 'description': 'Id of the key'}
_IF_MATCH = header('If-Match', 'The `ETag` that was read; `*`, or without it: whatever there is now')

_ALL = [*errors.GUARDED, *errors.STORED]
_NAMED = [*_ALL, 'not_found']
# Of changes, which take a role and can meet another change.
_CHANGING = [*_NAMED, 'permission_denied', 'conflict']
_SENDING = [*_CHANGING, *errors.WITH_JSON]

_PLAIN = '^[^\\x00-\\x1f\\x7f]*$'
_ALGORITHM = one_of('ed25519', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa-4096', default='ed25519')
_PORT = whole(minimum=1, maximum=65535, default=22)
_FIELDS = {
    'name': text('Of at most 100 octets; no other connection has it', minLength=1, maxLength=100, pattern=_PLAIN),
    'description': text('Of at most 1000 octets', maxLength=1000, pattern=_PLAIN),
    'host': text('DNS name, IPv4 in four decimal parts, or IPv6', minLength=1), 'port': _PORT,
    'username': text('Of at most 255 octets', minLength=1, maxLength=255, pattern=_PLAIN),
    'authentication': one_of('key', 'password', default='key'),
    'pathRoot': text('The folder that operations stay in: absolute, without `.`, `..`, doubled slashes or a slash at '
                     'the end. Empty or `/`: none', pattern='^(/.*)?$'),
    'pathRootBase64': {**BASE64, 'description': 'The same as any octets, in place of the text'},
    'expectedHostKey': ref('Fingerprint')}
_ONE_ROOT = {'not': {'required': ['pathRoot', 'pathRootBase64']}}
_NEW = {**closed(_FIELDS, [name for name in _FIELDS if name not in ('name', 'host', 'username')]), **_ONE_ROOT}
# A default would say that a field which is left out is set.
_CHANGED = {**closed({name: {key: value for key, value in schema.items() if key != 'default'}
                      for name, schema in _FIELDS.items()}, _FIELDS), **_ONE_ROOT}

_WHEN = '2026-01-15T12:00:00.000Z'
_LINE = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGwYn8vQ3zWm0rj2TtqkZ5cXo7aB1dE4fHiKlMnPsUyV gateway@example'
_ONE_KEY = {'id': 'key_o5d3y7cqk2mzv4wa6thb2xjrne', 'algorithm': 'ssh-ed25519', 'publicKey': _LINE,
            'restrictedPublicKey': f'restrict {_LINE}', 'fingerprint': FINGERPRINT, 'createdAt': _WHEN}
_PINNED = {'fingerprint': FINGERPRINT, 'keyType': 'ssh-ed25519', 'how': 'first_success', 'pinnedAt': _WHEN}
_ONE = {'id': MANAGED['connection'], 'name': 'acme', 'description': '', 'host': 'sftp.example.com', 'port': 22,
        'username': 'ada', 'authentication': 'key', 'pathRoot': '/incoming', 'paused': False, 'hostKey': _PINNED,
        'health': {'state': 'healthy', 'reason': '', 'since': _WHEN}, 'keys': [_ONE_KEY], 'createdAt': _WHEN,
        'updatedAt': _WHEN, 'revision': 1}

_KEY_FIELDS = {
    'id': text(), 'algorithm': text('As SSH names it'), 'publicKey': text('A line of `authorized_keys`'),
    'restrictedPublicKey': text('The same with `restrict` in front of it'), 'fingerprint': ref('Fingerprint'),
    'createdAt': ref('Date'), 'lastAcceptedAt': ref('Date'), 'revokedAt': ref('Date')}
_KEY_PERHAPS = ['lastAcceptedAt', 'revokedAt']
_HOST_KEY = record({
    'fingerprint': ref('Fingerprint'), 'keyType': text('Missing while an expected key was never seen'),
    'how': one_of('expected', 'first_success', 'relocked'), 'pinnedAt': ref('Date'),
    'presentedFingerprint': ref('Fingerprint'), 'presentedKeyType': text(), 'presentedAt': ref('Date')},
    ['keyType', 'presentedFingerprint', 'presentedKeyType', 'presentedAt'])
_HEALTH = record({
    'state': one_of('unknown', 'healthy', 'failing', 'host_key_mismatch', 'authentication_failed', 'paused'),
    'reason': text('For people'), 'since': ref('Date')})
_CONNECTION = {
    'id': ref('ConnectionId'), 'name': text(), 'description': text(), 'host': text(),
    'port': whole(minimum=1, maximum=65535), 'username': text(), 'authentication': one_of('key', 'password'),
    'pathRoot': text('Empty: none'), 'pathRootBase64': ref('ExactOctets'), 'paused': flag(),
    'hostKey': ref('PinnedKey'), 'health': _HEALTH,
    'keys': listed(ref('Key'), 'Revoked ones too, oldest first'), 'createdAt': ref('Date'),
    'updatedAt': ref('Date'), 'revision': whole('One more with each change', minimum=1)}
_CONNECTION_PERHAPS = ['pathRootBase64', 'hostKey']

SCHEMAS = {
    'Key': record(_KEY_FIELDS, _KEY_PERHAPS),
    'PinnedKey': {**_HOST_KEY, 'description': 'The host key that is trusted; and while the connection is in '
                                              'quarantine, the other one that the server presented'},
    'Connection': record(_CONNECTION, _CONNECTION_PERHAPS),
}

_SHOWN = success(_CONNECTION, _CONNECTION_PERHAPS)
_SHOWN_KEY = success(_KEY_FIELDS, _KEY_PERHAPS)
_SHOWN_PIN = success({'quarantined': flag('Another key was presented: it dials no more'), 'hostKey': ref('PinnedKey')},
                     ['hostKey'])
_ETAG = {'ETag': {'schema': {'type': 'string'}, 'description': 'Of the revision'}}
_LOCATION = {'Location': {'schema': {'type': 'string', 'format': 'uri-reference'}}}
SUCCESS_EXAMPLE = {'success': True}


def _good(schema, example, description='The answer', headers=None):
    return {'200': answer(description, schema, {**SUCCESS_EXAMPLE, **example}, headers)}


_AS_IT_IS = _good(_SHOWN, _ONE, 'The connection', _ETAG)
GONE = {'204': answer('Done')}


def sent(schema, example):
    """The body of a request."""
    return {'required': True, 'description': 'At most 1 MiB', 'content': {'application/json': {
        'schema': schema, 'examples': {'example': {'value': example}}}}}


def page(after):
    """The query of a list that comes in pages."""
    return [query('limit', whole(minimum=1, maximum=500, default=100)), query('after', after)]


def _mine(*arguments, **more):
    return route(_TAG, *arguments, **more)


def _switch(name, summary, paused):
    shown = {**_ONE, 'paused': paused, 'health': {**_ONE['health'], 'state': 'paused' if paused else 'healthy'}}
    return {'post': _mine(name, summary, [_ID, _IF_MATCH], _good(_SHOWN, shown, 'The connection', _ETAG),
                          [*_CHANGING, 'precondition_failed'])}


_LISTED = success({'connections': listed(ref('Connection'), 'By name'),
                   'next': text('There are more: send it as `after`')}, ['next'])
_COLLECTION = {
    'get': _mine('connections', 'List the connections', page(text('The `next` of the answer before')),
                 _good(_LISTED, {'connections': [_ONE]}), _ALL),
    'post': _mine(
        'createConnection', 'Set a connection up', [],
        {'201': answer('The connection', _SHOWN, {
            **SUCCESS_EXAMPLE, **{name: value for name, value in _ONE.items() if name != 'hostKey'}, 'keys': [],
            'health': {'state': 'unknown', 'reason': '', 'since': _WHEN}}, {**_ETAG, **_LOCATION})},
        [*_ALL, *errors.WITH_JSON, 'permission_denied', 'conflict', 'already_exists'],
        description='Nothing is dialled. It needs a key or a password next.',
        body=sent(_NEW, {'name': 'acme', 'host': 'sftp.example.com', 'username': 'ada', 'pathRoot': '/incoming'}))}
_SINGLE = {
    'get': _mine('connection', 'What a connection is', [_ID], _AS_IT_IS, _NAMED),
    'patch': _mine('changeConnection', 'Change a connection', [_ID, _IF_MATCH], _AS_IT_IS,
                   [*_SENDING, 'already_exists', 'precondition_failed'],
                   description='Fields that are left out stay. Its sessions end at once. The pin stays, also with '
                               'another host; `expectedHostKey` replaces it.',
                   body=sent(_CHANGED, {'description': 'Orders of Acme', 'port': 2222})),
    'delete': _mine('deleteConnection', 'Delete a connection with its keys', [_ID, _IF_MATCH], GONE,
                    [*_CHANGING, 'precondition_failed'])}
_KEYS = {
    'get': _mine('keys', 'The keys of a connection', [_ID],
                 _good(success({'keys': listed(ref('Key'), 'Revoked ones too, oldest first')}), {'keys': [_ONE_KEY]}),
                 _NAMED),
    'post': _mine(
        'generateKey', 'Make a key pair', [_ID],
        {'201': answer('Its public half', _SHOWN_KEY, {**SUCCESS_EXAMPLE, **_ONE_KEY})}, _SENDING,
        description='The private half is sealed, signs inside the gateway, and is shown by no route. At most five keys '
                    'are active.',
        body=sent(closed({'algorithm': _ALGORITHM,
                          'comment': text('Of at most 200 octets', maxLength=200, pattern=_PLAIN)},
                         ['algorithm', 'comment']), {'comment': 'gateway@example'}))}
_SINGLE_KEY = {
    'get': _mine('key', 'One key', [_ID, _KEY], _good(_SHOWN_KEY, _ONE_KEY), _NAMED),
    'delete': _mine('revokeKey', 'Destroy the private half of a key', [_ID, _KEY], GONE, _CHANGING,
                    description='The sessions of the connection end at once.')}
_WARNING = success({'warning': text('For people')})
_PASSWORD = {
    'put': _mine('setPassword', 'Keep a password, sealed', [_ID],
                 _good(_WARNING, {'warning': 'A key is safer: a password is shown to the server at each login'}),
                 _SENDING, body=sent(closed({'password': text(minLength=1, format='password')}),
                                     {'password': 'correct horse'})),
    'delete': _mine('deletePassword', 'Destroy the password', [_ID], GONE, _CHANGING)}
_PIN = {
    'get': _mine('hostKey', 'Whom a connection trusts', [_ID],
                 _good(_SHOWN_PIN, {'quarantined': False, 'hostKey': _PINNED}), _NAMED),
    'put': _mine('lockHostKey', 'Trust the key that the server presents now', [_ID],
                 _good(_SHOWN_PIN, {'quarantined': False, 'hostKey': {**_PINNED, 'how': 'relocked'}}),
                 [*_SENDING, *errors.SERVER, 'handshake_failed'],
                 description='If it has this fingerprint; otherwise nothing is locked. No credential is sent. Ends a '
                             'quarantine.',
                 body=sent(closed({'fingerprint': ref('Fingerprint')}), {'fingerprint': FINGERPRINT}))}

_ROOT = '/api/v1/connections'
PATHS = {
    _ROOT: _COLLECTION,
    f'{_ROOT}/{{id}}': _SINGLE,
    f'{_ROOT}/{{id}}/pause': _switch('pauseConnection', 'Dial no more', True),
    f'{_ROOT}/{{id}}/resume': _switch('resumeConnection', 'Dial again', False),
    f'{_ROOT}/{{id}}/test': {'post': _mine(
        'testConnection', 'Examine a connection, step by step', [_ID], _good(ref('Checkup'), ILL),
        [*_CHANGING, 'timeout'],
        description='With its own credentials, also while it is paused or in quarantine. The first success with a key '
                    'pins the host key. A server that is ill is a finding and no error: the status is 200.')},
    f'{_ROOT}/{{id}}/keys': _KEYS,
    f'{_ROOT}/{{id}}/keys/{{path}}': _SINGLE_KEY,
    f'{_ROOT}/{{id}}/password': _PASSWORD,
    f'{_ROOT}/{{id}}/host-key': _PIN,
    f'{_ROOT}/{{id}}/files/{{path}}': files_of(
        _TAG, _ID, {'get': 'readManagedFile', 'head': 'managedFileHead', 'put': 'writeManagedFile',
                    'delete': 'removeManagedFile'}, [*errors.GUARDED, *errors.MANAGED]),
}
