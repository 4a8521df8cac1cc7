"""Sessions and their files: /api/v1/sessions."""
from . import errors
from .one_shot import LOGIN, either
from .schemas import flag, octets, one_of, record, ref, success, text, whole

_TAG = ['Sessions and files']
_ID = {'name': 'id', 'in': 'path', 'required': True, 'schema': {'type': 'string'}, 'description': 'Of the session'}
_PATH = {'name': 'path', 'in': 'path', 'required': True, 'schema': {'type': 'string'},
         'description': 'An absolute path without its first slash, percent-encoded octets, with slashes between its '
                        'segments. `~` as the first segment is the login folder. A slash at the end means a folder'}
_HOST_KEY = {'Gangway-Host-Key': {'$ref': '#/components/headers/Gangway-Host-Key'}}
_ETAG = {'ETag': {'schema': {'type': 'string'}, 'description': 'Of size and time; missing where the server tells not'}}
_OF_FILE = {**_HOST_KEY, **_ETAG,
            'Last-Modified': {'schema': {'type': 'string'}},
            'Accept-Ranges': {'schema': {'const': 'bytes'}},
            'Content-Disposition': {'schema': {'type': 'string'}, 'description': 'An attachment with the file\'s name'}}
_CONTENT = {'application/octet-stream': {'schema': {'type': 'string', 'format': 'binary'}}}
_ARCHIVE = {'application/zip': {'schema': {'type': 'string', 'format': 'binary'}}}
_LINES = {'application/x-ndjson': {'schema': {'anyOf': [
    ref('Entry'), ref('Error'),
    record({'end': {'const': True}, 'count': whole(minimum=0), 'dropped': whole(minimum=0)})]}}}
_SESSION = success({'id': text('As good as the login itself: keep it secret'), 'host': text(),
                    'port': whole(minimum=1, maximum=65535), 'username': text(), 'hostKey': ref('Fingerprint'),
                    'expiresAfterSeconds': whole('Unused for so long, it is forgotten', minimum=1)}, ['hostKey'])
_EXAMPLE = {'success': True, 'id': 'mYw3b7nDqk2S0vXc9LrTe5PhA1ZuGf8J', 'host': 'sftp.example.com', 'port': 22,
            'username': 'ada', 'hostKey': 'SHA256:uNiVztksCsDhcc0u9e8BrJQXdUhLQJr1mZ2lQ7b4Z0c',
            'expiresAfterSeconds': 600}
_UPLOADED = success({**octets('path'), 'bytesWritten': whole(minimum=0)})

# Of every request that names a session.
_NAMED = [*errors.GUARDED, 'not_found']
_FILES = [*_NAMED, *errors.FILES, 'precondition_failed']


def _header(name, description):
    return {'name': name, 'in': 'header', 'schema': {'type': 'string'}, 'description': description}


def _query(name, schema):
    return {'name': name, 'in': 'query', 'schema': schema}


_CONDITIONS = [_header('If-Match', 'Entity tags, one of which the file must have; `*`: it must be there'),
               _header('If-None-Match', 'Entity tags that it must not have; `*`: it must not be there'),
               _header('If-Unmodified-Since', 'A date as in `Last-Modified`')]
_READING = [*_CONDITIONS, _header('If-Modified-Since', 'A date as in `Last-Modified`'),
            _header('Range', 'One range of `bytes`'),
            _header('If-Range', 'The range counts only for this entity tag or date; otherwise the whole file comes')]


_ARCHIVED = [_query('archive', {'const': 'zip'}), _query('compression', one_of('deflate', 'store'))]


def _route(name, summary, parameters, good, codes, description=None, body=None, more_answers=None):
    def build(responses):
        made = {'operationId': name, 'tags': _TAG, 'summary': summary}
        if description:
            made['description'] = description
        if parameters:
            made['parameters'] = parameters
        if body:
            made['requestBody'] = body
        made['responses'] = {**good, **responses.of(codes)}
        for status, schema in (more_answers or {}).items():
            made['responses'][status] = either(responses.shape(made['responses'][status]), schema)
        return made
    return build


def _answer(description, schema=None, example=None, headers=None, content=None):
    made = {'description': description}
    if headers:
        made['headers'] = headers
    if schema:
        content = {'application/json': {'schema': schema, **({'example': example} if example else {})}}
    if content:
        made['content'] = content
    return made


_RANGED = {'Content-Range': {'schema': {'type': 'string'}}}
_LISTED = {'application/json': {'schema': ref('Listing')}}
_READ = {
    '200': _answer('The file; or the entries of the folder, as one object, as a line for each as they come if `Accept` '
                   'has `application/x-ndjson`, or with all that is in it as a zip archive', headers=_OF_FILE,
                   content={**_CONTENT, **_LISTED, **_LINES, **_ARCHIVE}),
    '206': _answer('The part that was asked for', headers={**_OF_FILE, **_RANGED}, content=_CONTENT),
    '304': _answer('Not modified', headers={**_HOST_KEY, **_ETAG})}
_HEADS = {status: {name: value for name, value in answer.items() if name != 'content'}
          for status, answer in _READ.items() if status != '206'}

PATHS = {
    '/api/v1/sessions': {'post': _route(
        'openSession', 'Log in, and name the login by an id', [],
        {'201': _answer('The session', _SESSION, _EXAMPLE,
                        {**_HOST_KEY, 'Location': {'schema': {'type': 'string', 'format': 'uri-reference'}}})},
        [*errors.WITH_JSON, *errors.LOGIN],
        'The credentials stay in memory until the session is closed, or was not used for ten minutes.',
        {'required': True, 'description': 'At most 1 MiB', 'content': {'application/json': {
            'schema': ref('Login'), 'examples': {'example': {'value': LOGIN}}}}})},
    '/api/v1/sessions/{id}': {
        'get': _route('session', 'What a session is', [_ID], {'200': _answer('The session', _SESSION, _EXAMPLE)},
                      _NAMED),
        'head': _route('sessionHead', 'Whether a session is there', [_ID], {'200': _answer('It is')}, _NAMED),
        'delete': _route('closeSession', 'Close a session', [_ID], {'204': _answer('Closed')}, _NAMED)},
    '/api/v1/sessions/{id}/files/{path}': {
        'get': _route('readFile', 'Read a file, or list a folder', [_ID, _PATH, *_READING, *_ARCHIVED], _READ,
                      [*_FILES, 'range_not_satisfiable', 'payload_too_large'],
                      'Streamed. What fails in the middle ends the connection before the body is whole.'),
        'head': _route('fileHead', 'The headers alone', [_ID, _PATH, *_READING, *_ARCHIVED], _HEADS,
                       [*_FILES, 'range_not_satisfiable', 'payload_too_large']),
        'put': _route(
            'writeFile', 'Write a file, or make a folder',
            [_ID, _PATH, *_CONDITIONS, _query('mode', {'type': 'string', 'pattern': '^[0-7]{1,4}$'}),
             _query('parents', flag('Make missing folders above it', default=False)),
             _query('atomic', flag('A file is written beside the target, and renamed over it', default=True))],
            {'201': _answer('There was no such file, or the folder is made', {'anyOf': [_UPLOADED, ref('PathAnswer')]},
                            None, {**_HOST_KEY, **_ETAG}),
             '204': _answer('The file is replaced', headers={**_HOST_KEY, **_ETAG})},
            [*_FILES, 'unsupported_media_type'], 'Of any size, streamed.',
            {'description': 'The content of the file; nothing for a folder', 'content': _CONTENT}),
        'delete': _route(
            'removeFile', 'Remove a file, a link, or a folder',
            [_ID, _PATH, *_CONDITIONS, _query('recursive', flag('With all that is in the folder', default=False))],
            {'204': _answer('Removed', headers=_HOST_KEY)}, [*_FILES, 'partly_removed'],
            more_answers={'409': ref('PartlyRemoved')})},
}
