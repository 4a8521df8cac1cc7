"""Who may, and who did what: /api/v1/tokens and /api/v1/audit."""
from . import errors
from .connections import GONE, SUCCESS_EXAMPLE, page, sent
from .schemas import closed, flag, listed, one_of, record, ref, success, text, whole
from .sessions import answer, query, route

_TAG = 'Tokens and audit'
_ID = {'name': 'id', 'in': 'path', 'required': True, 'schema': {'type': 'string'}, 'description': 'Of the token'}
_READING = [*errors.GUARDED, *errors.STORED]
# The audit may be checked from operator on, tokens are of admin alone.
_ROLED = [*_READING, 'permission_denied']
_NAMED = [*_ROLED, 'not_found']

_WHEN = '2026-01-15T12:00:00.000Z'
_ROLE = one_of('viewer', 'operator', 'admin')
_TOKEN = {'id': text(), 'name': text(), 'role': _ROLE, 'createdAt': ref('Date'),
          'lastUsedAt': ref('Date'), 'revokedAt': ref('Date')}
_PERHAPS = ['lastUsedAt', 'revokedAt']
_ONE = {'id': 'tok_c4m7wq2zr5xn3vbty6hdkja4ue', 'name': 'ops', 'role': 'operator', 'createdAt': _WHEN}
_MADE = success({'id': text(), 'name': text(), 'role': _ROLE, 'token': text('Shown this once; only its hash is kept')})
_HASH = text('SHA-256 over this entry and the hash of the one before', pattern='^[0-9a-f]{64}$')
_ENTRY = record({'seq': whole(minimum=1), 'at': ref('Date'),
                 'actor': text('A token, `anonymous`, or the gateway itself'),
                 'action': text(), 'subject': text('The id of what it was done to'), 'details': text('A JSON object'),
                 'hash': _HASH})
_ENTRIES = success({'entries': listed(ref('AuditEntry'), 'Newest first'),
                    'next': text('There are more: send it as `after`')}, ['next'])
_VERDICT = success({'intact': flag(), 'seq': whole('The first entry that is wrong or missing', minimum=0),
                    'fault': text('What is wrong with it')}, ['seq', 'fault'])

SCHEMAS = {'Token': record(_TOKEN, _PERHAPS), 'AuditEntry': _ENTRY}


def _good(schema, example):
    return {'200': answer('The answer', schema, {**SUCCESS_EXAMPLE, **example})}


def _mine(*arguments, **more):
    return route(_TAG, *arguments, **more)


PATHS = {
    '/api/v1/audit': {'get': _mine(
        'audit', 'Who did what',
        [*page(text('The `next` of the answer before', pattern='^[1-9][0-9]*$')),
         query('subject', text('Of this alone'))],
        _good(_ENTRIES, {'entries': [{
            'seq': 1, 'at': _WHEN, 'actor': 'token ops', 'action': 'token.revoke', 'subject': _ONE['id'],
            'details': '{"name":"old"}',
            'hash': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'}]}), _READING)},
    '/api/v1/audit/verify': {'post': _mine('verifyAudit', 'Walk the chain of the audit', [],
                                           _good(_VERDICT, {'intact': True}), _ROLED)},
    '/api/v1/tokens': {
        'get': _mine('tokens', 'List the API tokens', [],
                     _good(success({'tokens': listed(ref('Token'), 'By name, revoked ones too')}), {'tokens': [_ONE]}),
                     _ROLED),
        'post': _mine(
            'createToken', 'Make an API token', [],
            {'201': answer('The token', _MADE, {
                **SUCCESS_EXAMPLE, 'id': _ONE['id'], 'name': 'ops', 'role': 'operator',
                'token': 'gwt_q3Zt8mV0yLr5Xn1cKd7PwB4hUaE9sGfJ2oTiQvRzM6k'},
                {'Location': {'schema': {'type': 'string', 'format': 'uri-reference'}}})},
            [*_ROLED, *errors.WITH_JSON, 'already_exists'],
            body=sent(closed({'name': text('Of at most 100 octets; no other token has or had it', minLength=1,
                                           maxLength=100, pattern='^[^\\x00-\\x1f\\x7f]*$'), 'role': _ROLE}),
                      {'name': 'ops', 'role': 'operator'}))},
    '/api/v1/tokens/{id}': {
        'get': _mine('token', 'One token', [_ID], _good(success(_TOKEN, _PERHAPS), _ONE), _NAMED),
        'delete': _mine('revokeToken', 'Revoke a token, at once', [_ID], GONE, _NAMED)},
}
