"""Resumable uploads by the tus protocol 1.0.0: /api/v1/sessions/{id}/uploads."""
from . import errors
from .schemas import LARGEST_SIZE, whole

_TAG = ['Resumable uploads']
_ID = {'name': 'id', 'in': 'path', 'required': True, 'schema': {'type': 'string'}, 'description': 'Of the session'}
_UPLOAD = {'name': 'path', 'in': 'path', 'required': True, 'schema': {'type': 'string'},
           'description': 'Id of the upload, as `Location` told it'}
_VERSION = {'name': 'Tus-Resumable', 'in': 'header', 'required': True, 'schema': {'const': '1.0.0'}}
_HOST_KEY = {'Gangway-Host-Key': {'$ref': '#/components/headers/Gangway-Host-Key'}}
_SPOKEN = {'Tus-Resumable': {'schema': {'const': '1.0.0'}}}
_SIZE = whole(minimum=0, maximum=2**53 - 1)
_PROGRESS = {**_SPOKEN, **_HOST_KEY, 'Upload-Offset': {'schema': _SIZE, 'description': 'Octets that count'},
             'Upload-Expires': {'schema': {'type': 'string'}}}
_TEXT = {'schema': {'type': 'string'}}
_OFFER = {**_SPOKEN, 'Tus-Version': _TEXT, 'Tus-Extension': _TEXT, 'Tus-Checksum-Algorithm': _TEXT,
          'Tus-Max-Size': {'schema': whole(minimum=1, maximum=LARGEST_SIZE)}}
_OCTETS = {'description': 'Any number of octets, streamed',
           'content': {'application/offset+octet-stream': {'schema': {'type': 'string', 'format': 'binary'}}}}

_NAMED = [*errors.GUARDED, 'not_found', 'precondition_failed']
_OFFERING = [*errors.GUARDED, 'permission_denied']
_WORK = [*_NAMED, *errors.FILES, *errors.STORED, 'gone', 'locked']
_TAKING = [*_WORK, 'payload_too_large', 'unsupported_media_type', 'checksum_mismatch']


def _header(name, description, schema=None):
    return {'name': name, 'in': 'header', 'schema': schema or {'type': 'string'}, 'description': description}


_LENGTH = _header('Upload-Length', 'Of the whole file', _SIZE)
_CHECKSUM = _header('Upload-Checksum', '`sha1` or `sha256`, a space, and base64: these octets count as a whole or not')
_CREATING = [
    _LENGTH, _header('Upload-Defer-Length', 'In its place: the length comes later', {'const': '1'}), _CHECKSUM,
    _header('Upload-Metadata', 'Names and base64: `path`, and perhaps `mode`, `overwrite`, `parents`')]
_GOING_ON = [{**_header('Upload-Offset', 'Where these octets begin', _SIZE), 'required': True}, _LENGTH, _CHECKSUM]
_OVERRIDE = _header('X-HTTP-Method-Override', 'The method that is meant: `PATCH`, `HEAD` or `DELETE`')


def _route(name, summary, parameters, good, codes, body=None):
    def build(responses):
        made = {'operationId': name, 'tags': _TAG, 'summary': summary, 'parameters': parameters}
        if body:
            made['requestBody'] = body
        return {**made, 'responses': {**good, **responses.of(codes)}}
    return build


def _done(description, headers):
    return {'description': description, 'headers': headers}


PATHS = {
    '/api/v1/sessions/{id}/uploads': {
        'options': _route('uploadOffer', 'What is offered', [_ID], {'204': _done('The offer', _OFFER)}, _OFFERING),
        'post': _route('beginUpload', 'Begin an upload, perhaps with its first octets', [_ID, _VERSION, *_CREATING],
                       {'201': _done('Begun', {**_PROGRESS, 'Location': {'schema': {'type': 'string'}}})}, _TAKING,
                       _OCTETS)},
    '/api/v1/sessions/{id}/uploads/{path}': {
        'options': _route('uploadOfferAgain', 'What is offered', [_ID, _UPLOAD], {'204': _done('The offer', _OFFER)},
                          _OFFERING),
        'head': _route('uploadProgress', 'How far an upload came', [_ID, _UPLOAD, _VERSION],
                       {'200': _done('So far', {**_PROGRESS, 'Upload-Length': {'schema': _SIZE},
                                                'Upload-Defer-Length': {'schema': {'const': '1'}},
                                                'Upload-Metadata': _TEXT})}, _WORK),
        'patch': _route('continueUpload', 'Send more octets', [_ID, _UPLOAD, _VERSION, *_GOING_ON],
                        {'204': _done('Taken; if these were the last, the file has its name', _PROGRESS)}, _TAKING,
                        _OCTETS),
        'delete': _route('endUpload', 'Give an upload up', [_ID, _UPLOAD, _VERSION],
                         {'204': _done('What was sent is removed', {**_SPOKEN, **_HOST_KEY})}, _WORK),
        'post': _route('uploadByPost', 'The other methods, for clients that have only this one',
                       [_ID, _UPLOAD, _VERSION, _OVERRIDE],
                       {'200': _done('As of `HEAD`', _PROGRESS), '204': _done('As of `PATCH` and `DELETE`', _SPOKEN)},
                       [*_TAKING, 'method_not_allowed'], _OCTETS)},
}
