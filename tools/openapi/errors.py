"""The error table: every code with its status, and which of them each kind of route can give."""

# code → (status, what it means)
TABLE = {
    'bad_request': (400, 'Malformed HTTP, JSON or query; `field` names the one that is wrong'),
    'bad_private_key': (400, 'The key is unreadable or of an unknown kind, or its passphrase is missing or wrong'),
    'unauthorized': (401, 'No API token, or a wrong one'),
    'forbidden_origin': (403, '`Host` or `Origin` is not of this gateway'),
    'host_blocked': (403, 'The gateway may not reach this address'),
    'auth_failed': (403, 'The SSH server refused the login; `methods` it would take'),
    'permission_denied': (403, 'The server refused the operation; or, in the phase `request`, a path outside the '
                               'path root, or a role that is too small'),
    'no_such_file': (404, 'There is no such file on the server; also a `list` of what is no folder'),
    'not_found': (404, 'No such route or resource'),
    'method_not_allowed': (405, 'Another method is needed: see `Allow`'),
    'request_timeout': (408, 'Head or body did not arrive in time'),
    'host_key_mismatch': (409, 'Another host key than expected; no credential was sent'),
    'already_exists': (409, 'The target exists, or the name is taken'),
    'not_empty': (409, 'The folder is not empty'),
    'is_a_directory': (409, 'A folder where a file is needed'),
    'conflict': (409, 'A file where a folder is needed, or a file that changed meanwhile; a connection that is paused, '
                      'has no credential, was changed meanwhile, or whose host key is not confirmed; a run that is on '
                      'its way already (`run`), or is over; a destination that is not what it was'),
    'gone': (410, 'What was uploaded is no longer on the server'),
    'locked': (423, 'Another request writes to this upload'),
    'checksum_mismatch': (460, 'The octets are not those that `Upload-Checksum` is about'),
    'precondition_failed': (412, 'The file or connection is not in the state that the conditions of the request name'),
    'range_not_satisfiable': (416, 'The file has no such single range; `size` is what it has'),
    'partly_removed': (409, 'A `remove` that left something'),
    'payload_too_large': (413, 'The body, or the folder that was to be listed'),
    'uri_too_long': (414, 'The request target has more than 8 KiB'),
    'unsupported_media_type': (415, 'Not JSON in UTF-8, or compressed'),
    'expectation_failed': (417, 'An `Expect` that is not `100-continue`'),
    'too_many_requests': (429, 'A limit is reached, a login was refused twice, or a server or the gateway is full'),
    'headers_too_large': (431, 'The head has more than 16 KiB or 100 fields'),
    'internal_error': (500, 'A fault of the gateway'),
    'storage_failed': (500, 'What is kept could not be read or written: a pin, the database, a sealed secret'),
    'op_unsupported': (501, 'This server cannot do that'),
    'dns_failed': (502, 'The name has no address'),
    'connection_refused': (502, 'Nothing answers there'),
    'connection_lost': (502, 'The server closed the connection'),
    'not_ssh': (502, 'What answers is no SSH server'),
    'handshake_failed': (502, 'The SSH key exchange failed'),
    'subsystem_unavailable': (502, 'The server offers no usable SFTP'),
    'bad_message': (502, 'The server broke the SFTP protocol'),
    'failure': (502, 'The server failed, and told no better reason'),
    'storage_unavailable': (503, 'The database is busy, full or away: try again; nothing was changed, unless '
                                 'the error says that it was lost during the commit'),
    'overloaded': (503, 'The gateway has no more descriptors or memory: try again'),
    'timeout': (504, 'No answer of the server in time, in the phase that is named'),
}

PHASES = ['request', 'egress', 'dns', 'tcp', 'ssh', 'hostkey', 'auth', 'subsystem', 'sftp', 'storage']

# What HTTP itself can refuse, on every route.
HTTP = ['bad_request', 'request_timeout', 'uri_too_long', 'expectation_failed', 'too_many_requests',
        'headers_too_large', 'internal_error']
GUARDED = [*HTTP, 'unauthorized', 'forbidden_origin']
WITH_JSON = [*GUARDED, 'payload_too_large', 'unsupported_media_type']
# On the way to a server, to its login, and to its files. Servers give what status they like to any operation.
SERVER = ['host_blocked', 'dns_failed', 'connection_refused', 'connection_lost', 'not_ssh', 'overloaded', 'timeout']
HOST_KEY = [*SERVER, 'host_key_mismatch', 'handshake_failed']
LOGIN = [*HOST_KEY, 'bad_private_key', 'auth_failed', 'subsystem_unavailable', 'storage_failed', 'bad_message',
         'failure']
FILES = [*LOGIN, 'permission_denied', 'no_such_file', 'already_exists', 'not_empty', 'is_a_directory', 'conflict',
         'op_unsupported']
# What is kept in the database; and what naming a managed connection adds to what a login can give.
STORED = ['storage_failed', 'storage_unavailable']
MANAGED = [*STORED, 'not_found', 'conflict', 'permission_denied']

_TITLES = {
    400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed',
    408: 'Request Timeout', 409: 'Conflict', 410: 'Gone', 412: 'Precondition Failed', 413: 'Content Too Large',
    414: 'URI Too Long', 415: 'Unsupported Media Type', 416: 'Range Not Satisfiable', 417: 'Expectation Failed',
    423: 'Locked', 429: 'Too Many Requests', 431: 'Request Header Fields Too Large', 460: 'Checksum Mismatch',
    500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway',
    503: 'Service Unavailable', 504: 'Gateway Timeout'}
_HEADERS = {401: {'WWW-Authenticate': {'schema': {'const': 'Bearer'}}},
            405: {'Allow': {'schema': {'type': 'string'}, 'description': 'The methods of this route'}},
            416: {'Content-Range': {'schema': {'type': 'string'}}},
            429: {'Retry-After': {'schema': {'type': 'integer'}, 'description': 'Seconds'}}}


class Responses:
    """The error answers of routes, each different one kept once."""

    def __init__(self):
        self._names = {}

    def of(self, codes):
        """The `responses` of a route that can give these codes."""
        unknown = set(codes) - set(TABLE)
        assert not unknown, unknown
        statuses = sorted({TABLE[code][0] for code in codes})
        return {str(status): {'$ref': f'#/components/responses/{self._name(status, codes)}'} for status in statuses}

    def _name(self, status, codes):
        here = tuple(code for code in TABLE if code in codes and TABLE[code][0] == status)
        if (status, here) not in self._names:
            taken = sum(1 for known, _ in self._names if known == status)
            title = _TITLES[status].title().replace(' ', '')
            self._names[status, here] = title if taken == 0 else f'{title}{taken + 1}'
        return self._names[status, here]

    def shape(self, reference):
        """What `of` refers to, by itself."""
        name = reference['$ref'].rpartition('/')[2]
        return next(self._component(*key) for key, known in self._names.items() if known == name)

    def components(self):
        self._name(405, ['method_not_allowed'])
        self._name(404, ['not_found'])
        return {name: self._component(status, codes) for (status, codes), name in sorted(self._names.items())}

    @staticmethod
    def _component(status, codes):
        made = {'description': '; '.join(f'`{code}`: {TABLE[code][1]}' for code in codes)}
        headers = dict(_HEADERS.get(status, {}))
        headers |= {'Gangway-Host-Key': {'$ref': '#/components/headers/Gangway-Host-Key'}} if status >= 403 else {}
        if headers:
            made['headers'] = headers
        schema = {'allOf': [{'$ref': '#/components/schemas/Error'}, {'properties': {'code': {'enum': list(codes)}}}]}
        made['content'] = {'application/json': {'schema': schema}}
        return made
