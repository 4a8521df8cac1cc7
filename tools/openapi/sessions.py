"""Sessions and their files: /api/v1/sessions."""
from . import errors
from .one_shot import LOGIN, MANAGED, either
from .schemas import flag, octets, one_of, record, ref, success, text, whole

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
_CHANGING = [*_NAMED, 'permission_denied']
_TAG = 'Sessions and files'


def header(name, description):
    return {'name': name, 'in': 'header', 'schema': {'type': 'string'}, 'description': description}


def query(name, schema):
    return {'name': name, 'in': 'query', 'schema': schema}


_CONDITIONS = [header('If-Match', 'Entity tags, one of which the file must have; `*`: it must be there'),
               header('If-None-Match', 'Entity tags that it must not have; `*`: it must not be there'),
               header('If-Unmodified-Since', 'A date as in `Last-Modified`')]
_READING = [*_CONDITIONS, header('If-Modified-Since', 'A date as in `Last-Modified`'),
            header('Range', 'One range of `bytes`'),
            header('If-Range', 'The range counts only for this entity tag or date; otherwise the whole file comes')]


_ARCHIVED = [query('archive', {'const': 'zip'}), query('compression', one_of('deflate', 'store'))]


def route(tag, name, summary, parameters, good, codes, description=None, body=None, more_answers=None):
    def build(responses):
        made = {'operationId': name, 'tags': [tag], 'summary': summary}
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


def answer(description, schema=None, example=None, headers=None, content=None):
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
    '200': answer('The file; or the entries of the folder, as one object, as a line for each as they come if `Accept` '
                   'has `application/x-ndjson`, or with all that is in it as a zip archive', headers=_OF_FILE,
                   content={**_CONTENT, **_LISTED, **_LINES, **_ARCHIVE}),
    '206': answer('The part that was asked for', headers={**_OF_FILE, **_RANGED}, content=_CONTENT),
    '304': answer('Not modified', headers={**_HOST_KEY, **_ETAG})}
_HEADS = {status: {name: value for name, value in answer.items() if name != 'content'}
          for status, answer in _READ.items() if status != '206'}


def files_of(tag, parameter, names, codes):
    """The methods of files: by `names`, what each is called; `codes` are those of reaching them."""
    codes = [*codes, *errors.FILES, 'precondition_failed']
    named = [parameter, _PATH]
    return {
        'get': route(tag, names['get'], 'Read a file, or list a folder', [*named, *_READING, *_ARCHIVED], _READ,
                     [*codes, 'range_not_satisfiable', 'payload_too_large'],
                     'Streamed. What fails in the middle ends the connection before the body is whole.'),
        'head': route(tag, names['head'], 'The headers alone', [*named, *_READING, *_ARCHIVED], _HEADS,
                      [*codes, 'range_not_satisfiable', 'payload_too_large']),
        'put': route(
            tag, names['put'], 'Write a file, or make a folder',
            [*named, *_CONDITIONS, query('mode', {'type': 'string', 'pattern': '^[0-7]{1,4}$'}),
             query('parents', flag('Make missing folders above it', default=False)),
             query('atomic', flag('A file is written beside the target, and renamed over it', default=True))],
            {'201': answer('There was no such file, or the folder is made', {'anyOf': [_UPLOADED, ref('PathAnswer')]},
                           None, {**_HOST_KEY, **_ETAG}),
             '204': answer('The file is replaced', headers={**_HOST_KEY, **_ETAG})},
            [*codes, 'unsupported_media_type'], 'Of any size, streamed.',
            {'description': 'The content of the file; nothing for a folder', 'content': _CONTENT}),
        'delete': route(
            tag, names['delete'], 'Remove a file, a link, or a folder',
            [*named, *_CONDITIONS, query('recursive', flag('With all that is in the folder', default=False))],
            {'204': answer('Removed', headers=_HOST_KEY)}, [*codes, 'partly_removed'],
            more_answers={'409': ref('PartlyRemoved')})}


PATHS = {
    '/api/v1/sessions': {'post': route(
        _TAG, 'openSession', 'Log in, and name the login by an id', [],
        {'201': answer('The session', _SESSION, _EXAMPLE,
                       {**_HOST_KEY, 'Location': {'schema': {'type': 'string', 'format': 'uri-reference'}}})},
        [*errors.WITH_JSON, *errors.LOGIN, *errors.MANAGED],
        'The credentials stay in memory until the session is closed, or was not used for ten minutes.',
        {'required': True, 'description': 'At most 1 MiB', 'content': {'application/json': {
            'schema': ref('Account'), 'examples': {'example': {'value': LOGIN},
                                                   'managed': {'value': MANAGED}}}}})},
    '/api/v1/sessions/{id}': {
        'get': route(_TAG, 'session', 'What a session is', [_ID], {'200': answer('The session', _SESSION, _EXAMPLE)},
                     _NAMED),
        'head': route(_TAG, 'sessionHead', 'Whether a session is there', [_ID], {'200': answer('It is')}, _NAMED),
        'delete': route(_TAG, 'closeSession', 'Close a session', [_ID], {'204': answer('Closed')}, _CHANGING)},
    '/api/v1/sessions/{id}/files/{path}': files_of(
        _TAG, _ID, {'get': 'readFile', 'head': 'fileHead', 'put': 'writeFile', 'delete': 'removeFile'},
        [*_NAMED, *errors.STORED]),
}
