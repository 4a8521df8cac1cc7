"""What is pulled, what was, and who is told: folders, runs, the ledger, webhooks."""
from . import errors
from .connections import GONE, SUCCESS_EXAMPLE, page, sent
from .one_shot import FINGERPRINT, MANAGED
from .schemas import BASE64, closed, flag, listed, octets, one_of, record, ref, success, text, whole
from .sessions import answer, header, query, route

_TAG = 'Pulls'
_READING = [*errors.GUARDED, *errors.STORED]
_NAMED = [*_READING, 'not_found']
_CHANGING = [*_NAMED, 'permission_denied', 'conflict']
_SENDING = [*_CHANGING, *errors.WITH_JSON, 'already_exists']
_IF_MATCH = header('If-Match', 'The `ETag` that was read; `*`, or without it: whatever there is now')
_LOCATION = {'Location': {'schema': {'type': 'string', 'format': 'uri-reference'}}}
_ETAG = {'ETag': {'schema': {'type': 'string'}, 'description': 'Of the revision'}}
_WHEN = '2026-01-15T12:00:00.000Z'
_PLAIN = '^[^\\x00-\\x1f\\x7f]*$'
_NEXT = text('There are more: send it as `after`')
_AFTER = text('The `next` of the answer before')


def _id(of):
    return {'name': 'id', 'in': 'path', 'required': True, 'schema': {'type': 'string'}, 'description': f'Of the {of}'}


def _absent(schema):
    """The schema, or null."""
    return {'anyOf': [schema, {'type': 'null'}]}


_DURATION = text('A whole number and `s`, `m` or `h`', pattern='^[0-9]+[smh]$')
_COMPANION = text('With `{name}` or `{stem}` in it once', pattern='\\{(name|stem)\\}')
_PATTERNS = {'type': 'array', 'maxItems': 64, 'items': text(minLength=1, maxLength=255)}
_STABLE = {'oneOf': [
    closed({'by': {'const': 'at_once'}}),
    closed({'by': {'const': 'looks'}, 'apart': _DURATION}, ['apart']),
    closed({'by': {'const': 'age'}, 'age': _DURATION, 'clockTolerance': _DURATION}, ['age', 'clockTolerance']),
    closed({'by': {'const': 'marker'}, 'marker': _COMPANION})]}
_AFTERWARDS = {'oneOf': [closed({'do': one_of('none', 'delete')}),
                         closed({'do': {'const': 'move'}, 'folder': text(minLength=1)})]}
_COUNT = whole(minimum=1, maximum=2**53 - 1)
_LIMITS = closed({'files': _COUNT, 'octets': _COUNT, 'duration': _DURATION}, ['files', 'octets', 'duration'])
_RULES = {
    'include': {**_PATTERNS, 'description': 'Empty: everything'}, 'exclude': _PATTERNS, 'stable': _STABLE,
    'order': one_of('mtime', 'name', 'size'), 'limits': _LIMITS,
    'keyTemplate': text('Where files go, such as `{date:%Y}/{name}`', minLength=1, maxLength=512),
    'foldKeys': flag('The destination takes names for equal that differ in case or Unicode form'),
    'checksum': _absent(_COMPANION), 'unpack': one_of('none', 'gzip', 'zip'), 'after': _AFTERWARDS}
_EVERY = text('`15m`, `6h`; at most `168h`', pattern='^[0-9]+[mh]$')
_CRON = text('As in crontab(5), or `@daily` and its like', minLength=1, maxLength=255)
_ZONE = text('Of the IANA database; UTC without it')
_SCHEDULE = {'oneOf': [closed({'every': _EVERY}), closed({'cron': _CRON, 'zone': _ZONE}, ['zone'])]}
_LIKE = text('A pattern', minLength=1, maxLength=255)
_EXPECTED = {'oneOf': [closed({'like': _LIKE, 'every': _EVERY}),
                       closed({'like': _LIKE, 'cron': _CRON, 'zone': _ZONE}, ['zone'])]}
_BUCKET = {'to': {'const': 's3'}, 'endpoint': text('`https://` or `http://` and a host', format='uri'),
           'region': text(), 'bucket': text(), 'prefix': text('Ends with a slash, or is empty'),
           'pathStyle': flag('`endpoint/bucket/key`'), 'conditionalWrites': flag('The server knows `If-None-Match`'),
           'accessKeyId': text(minLength=1, maxLength=128)}
_DEFAULTED = ['region', 'prefix', 'pathStyle', 'conditionalWrites']
_LOCAL = {'to': {'const': 'local'}, 'folder': text('Beneath a folder of the setting `pull_roots`; relative to the '
                                                   'first', minLength=1)}
_SECRET = text('Sealed, and shown by no route. Left out in a change, the one there is stays', minLength=1,
               maxLength=512, format='password')
_DESTINATION = {'oneOf': [closed(_LOCAL),
                          closed({**_BUCKET, 'secretAccessKey': _SECRET}, [*_DEFAULTED, 'secretAccessKey'])]}
_FIELDS = {
    'name': text('Of at most 100 octets; no other folder of the connection has it', minLength=1, maxLength=100,
                 pattern=_PLAIN),
    'remoteFolder': text('On the server; without `..`, and within the path root', minLength=1),
    'remoteFolderBase64': {**BASE64, 'description': 'The same as any octets, in place of the text'},
    'enabled': flag('Whether the schedule is followed'), 'rules': ref('PullRules'),
    'destination': ref('NewDestination'), 'schedule': _absent(ref('PullSchedule')),
    'expectedBy': _absent(ref('ExpectedFile'))}
_ONE_PATH = {'not': {'required': ['remoteFolder', 'remoteFolderBase64']}}
_NEW = {**closed(_FIELDS, [name for name in _FIELDS if name not in ('name', 'destination')]),
        'oneOf': [{'required': ['remoteFolder']}, {'required': ['remoteFolderBase64']}]}
_CHANGED = {**closed(_FIELDS, _FIELDS), **_ONE_PATH}

_FOLDER = {
    'id': text(), 'connection': ref('ConnectionId'), 'name': text(), **octets('remoteFolder'), 'enabled': flag(),
    'rules': ref('PullRules'), 'destination': ref('Destination'), 'schedule': _absent(ref('PullSchedule')),
    'expectedBy': _absent(ref('ExpectedFile')), 'nextRunAt': ref('Date'),
    'failures': whole('Runs in a row that failed', minimum=0), 'createdAt': ref('Date'), 'updatedAt': ref('Date'),
    'revision': whole('One more with each change', minimum=1)}
_FOLDER_PERHAPS = ['remoteFolderBase64', 'nextRunAt', 'failures']
_NUMBER = whole(minimum=0)
_PROGRESS = record({**{name: _NUMBER for name in ('listed', 'planned', 'pulled', 'failed', 'octets')},
                    'stopping': flag('Somebody has cancelled it')})
_RUN = {
    'id': text(), 'connection': ref('ConnectionId'), 'folder': text(),
    'cause': one_of('schedule', 'manual', 'dry_run', 'repull'),
    'outcome': one_of('waiting', 'running', 'succeeded', 'partial', 'failed', 'interrupted'),
    'startedAt': ref('Date'), 'endedAt': ref('Date'), 'listed': _NUMBER, 'pulled': _NUMBER, 'failed': _NUMBER,
    'octets': _NUMBER, 'error': text('Why it failed, or the first file that did'), 'code': ref('ErrorCode'),
    'phase': ref('Phase'), 'key': text('That the server accepted'), 'hostKey': ref('Fingerprint'),
    'node': text(), 'progress': _PROGRESS}
_RUN_PERHAPS = [name for name in _RUN if name not in ('id', 'connection', 'folder', 'cause', 'outcome')]
_TIMES = [f'{name}At' for name in ('discovered', 'stable', 'claimed', 'fetched', 'published', 'recorded', 'finalised')]
_STATE = one_of('discovered', 'stable', 'claimed', 'fetched', 'published', 'recorded', 'finalised', 'abandoned')
_UNPACKED = {**record({'by': one_of('gzip', 'zip'), 'size': ref('Size'),
                       'sha256': text('Of what was published', pattern='^[0-9a-f]{64}$')}, ['size', 'sha256']),
             'description': 'What was published in place of what was transferred'}
_ENTRY = record({**octets('name'), 'size': ref('Size'), 'sha256': text(pattern='^[0-9a-f]{64}$'),
                 'destinationKey': text(), 'publishedAt': ref('Date')}, ['nameBase64', 'publishedAt'])
_FILE = {
    'id': text(pattern='^[0-9a-f]{64}$'), 'connection': ref('ConnectionId'), 'folder': text(), **octets('path'),
    'size': ref('Size'), 'mtime': ref('Date'), 'state': _STATE, 'version': whole(minimum=1),
    'repull': whole('How often it was asked for again', minimum=0), 'run': text(),
    'sha256': text('Of what was transferred', pattern='^[0-9a-f]{64}$'), 'destinationKey': text(),
    'unpacked': _UNPACKED, 'attempts': _NUMBER, 'nextTryAt': ref('Date'),
    'error': text(), 'postAction': one_of('none', 'pending', 'done', 'failed'), 'postAttempts': _NUMBER,
    **{name: ref('Date') for name in _TIMES}}
_FILE_PERHAPS = ['pathBase64', 'size', 'mtime', 'version', 'run', 'sha256', 'destinationKey', 'unpacked',
                 'nextTryAt', 'error',
                 *_TIMES[1:]]
_VERDICT = record({**octets('path'), 'size': ref('Size'), 'mtime': ref('Date'),
                   'verdict': text('`new`, `changed`, `already_pulled`, `excluded`, …; docs/pulls.md has them all'),
                   'pulled': flag('A run would pull it now'), 'waiting': flag('It may be pulled later, by itself'),
                   'sentence': text('The verdict, for people'),
                   'unpack': one_of('gzip', 'zip'), 'key': text('Where it would go, unpacked where that is done')},
                  ['pathBase64', 'size', 'mtime', 'unpack', 'key'])
_EVENT = one_of('run_failed', 'run_recovered', 'host_key_changed', 'file_missing', 'files_failing')
_HOOK = {'id': text(), 'url': text(), 'events': listed(_EVENT), 'enabled': flag(), 'createdAt': ref('Date')}
_HOOK_FIELDS = {'url': text('http or https', format='uri', maxLength=2048),
                'events': {'type': 'array', 'items': _EVENT, 'minItems': 1},
                'enabled': flag('Whether it is told of what happens from now on')}
_DELIVERY = record({'id': text(), 'event': text(), 'attempts': _NUMBER, 'error': text(), 'createdAt': ref('Date'),
                    'nextTryAt': ref('Date'), 'deliveredAt': ref('Date')}, ['error', 'nextTryAt', 'deliveredAt'])

SCHEMAS = {
    'PullRules': {**closed(_RULES, _RULES), 'description': 'What is left out has its default; answers have all of it.'},
    'PullSchedule': {**_SCHEDULE, 'description': 'Null: only when somebody asks.'},
    'ExpectedFile': {**_EXPECTED, 'description': 'By each of these moments a file like this must have come since the '
                                                 'moment before.'},
    'NewDestination': _DESTINATION,
    'Destination': {'oneOf': [closed(_LOCAL), closed(_BUCKET)]},
    'Folder': record(_FOLDER, _FOLDER_PERHAPS), 'Run': record(_RUN, _RUN_PERHAPS),
    'PulledFile': record(_FILE, _FILE_PERHAPS), 'ArchiveEntry': _ENTRY, 'Verdict': _VERDICT, 'Webhook': record(_HOOK)}

_SENT_RULES = {'include': ['*.csv'], 'exclude': ['*.tmp'], 'stable': {'by': 'looks', 'apart': '2s'}}
_ALL_RULES = {**_SENT_RULES, 'order': 'mtime', 'limits': {'files': 100000, 'octets': 2**40, 'duration': '6h'},
              'keyTemplate': '{path}', 'foldKeys': False, 'checksum': None, 'unpack': 'none', 'after': {'do': 'none'}}
_ONE = {'id': 'fld_o5d3y7cqk2mzv4wa6thb2xjrne', 'connection': MANAGED['connection'], 'name': 'orders',
        'remoteFolder': '/incoming/orders', 'enabled': True, 'rules': _ALL_RULES,
        'destination': {'to': 'local', 'folder': '/var/lib/gangway/pulled/orders'}, 'schedule': {'every': '15m'},
        'expectedBy': None, 'createdAt': _WHEN, 'updatedAt': _WHEN, 'revision': 1}
_ONE_RUN = {'id': '019bc1f2-7c00-7a33-9b1e-5f0c2d7e8a41', 'connection': MANAGED['connection'], 'folder': _ONE['id'],
            'cause': 'schedule', 'outcome': 'succeeded', 'startedAt': _WHEN, 'endedAt': _WHEN, 'listed': 3,
            'pulled': 1, 'failed': 0, 'octets': 1024, 'key': 'key_o5d3y7cqk2mzv4wa6thb2xjrne',
            'hostKey': FINGERPRINT, 'node': 'gateway-1'}
_HEX = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
_ONE_FILE = {'id': _HEX, 'connection': MANAGED['connection'], 'folder': _ONE['id'], 'path': 'a.csv', 'size': 1024,
             'mtime': _WHEN, 'state': 'finalised', 'version': 1, 'repull': 0, 'run': _ONE_RUN['id'], 'sha256': _HEX,
             'destinationKey': 'a.csv', 'attempts': 0, 'postAction': 'none', 'postAttempts': 0,
             **{name: _WHEN for name in _TIMES}}
_ONE_HOOK = {'id': 'whk_c4m7wq2zr5xn3vbty6hdkja4ue', 'url': 'https://ops.example.com/hook',
             'events': ['run_failed', 'run_recovered'], 'enabled': True, 'createdAt': _WHEN}
_SHOWN = success(_FOLDER, _FOLDER_PERHAPS)


def _good(schema, example, headers=None):
    return {'200': answer('The answer', schema, {**SUCCESS_EXAMPLE, **example}, headers)}


def _mine(*arguments, **more):
    return route(_TAG, *arguments, **more)


def _begun(name, of):
    """What is on its way: where to look for it."""
    return {'202': answer('It was begun, or waits for its turn', success({name: text(f'The id of the {of}')}),
                          {**SUCCESS_EXAMPLE, name: _ONE_RUN['id'] if name == 'run' else _HEX}, _LOCATION)}


def _also(good, content):
    """The same answer in other media types as well."""
    return {'200': {**good['200'], 'content': {**good['200']['content'], **content}}}


def _list(name, shape, example):
    return _good(success({name: listed(ref(shape)), 'next': _NEXT}, ['next']), {name: [example]})


_TOTALS = {'count': _NUMBER, 'pulled': whole('Of these: would be pulled', minimum=0), 'lookAgainAt': ref('Date')}
_DRY = success({**_TOTALS, 'files': listed(ref('Verdict'), 'By path')}, ['lookAgainAt'])
_DRY_LINES = {'application/x-ndjson': {'schema': {'anyOf': [
    ref('Verdict'), record({'end': {'const': True}, **_TOTALS}, ['lookAgainAt'])]}}}
_OF = [query('connection', text('Of this alone')), query('folder', text('Of this alone'))]
_HOOKS_GUARD = [*_READING, 'permission_denied']

PATHS = {
    '/api/v1/connections/{id}/folders': {
        'get': _mine('folders', 'The folders of a connection', [_id('connection'), *page(_AFTER)],
                     _list('folders', 'Folder', _ONE), _NAMED),
        'post': _mine(
            'createFolder', 'Have a folder pulled', [_id('connection')],
            {'201': answer('The folder', _SHOWN, {**SUCCESS_EXAMPLE, **_ONE}, {**_ETAG, **_LOCATION})},
            [*_SENDING, 'storage_failed'],
            description='A local destination is made where it is not there. docs/pulls.md explains the members.',
            body=sent(_NEW, {'name': 'orders', 'remoteFolder': '/incoming/orders', 'rules': _SENT_RULES,
                             'destination': {'to': 'local', 'folder': 'orders'}, 'schedule': {'every': '15m'}}))},
    '/api/v1/folders/{id}': {
        'get': _mine('folder', 'What a folder is', [_id('folder')], _good(_SHOWN, _ONE, _ETAG), _NAMED),
        'patch': _mine(
            'changeFolder', 'Change a folder', [_id('folder'), _IF_MATCH], _good(_SHOWN, _ONE, _ETAG),
            [*_SENDING, 'precondition_failed'],
            description='Fields that are left out stay. `rules`, `destination`, `schedule` and `expectedBy` are '
                        'replaced as a whole.',
            body=sent(_CHANGED, {'schedule': {'cron': '0 6 * * *', 'zone': 'Europe/Berlin'}})),
        'delete': _mine('deleteFolder', 'Pull a folder no more', [_id('folder'), _IF_MATCH], GONE,
                        [*_CHANGING, 'precondition_failed'], description='Its history stays.')},
    '/api/v1/folders/{id}/run': {'post': _mine(
        'runFolder', 'Pull a folder now', [_id('folder')], _begun('run', 'run'), _CHANGING,
        description='After whatever its connection is doing. Where a run of it is on its way already, `conflict` '
                    'names it as `run`.')},
    '/api/v1/folders/{id}/dry-run': {'post': _mine(
        'dryRunFolder', 'What a run would do, and why not the rest', [_id('folder')],
        _also(_good(_DRY, {'count': 1, 'pulled': 0, 'files': [
            {'path': 'a.csv', 'size': 1024, 'mtime': _WHEN, 'verdict': 'already_pulled', 'pulled': False,
             'waiting': False, 'sentence': 'already pulled as version 1'}]}), _DRY_LINES),
        [*_CHANGING, *errors.FILES],
        description='Touches nothing. With `Accept: application/x-ndjson` one object a line, and a last one with '
                    '`end` and the totals.')},
    '/api/v1/runs': {'get': _mine('runs', 'The history of runs, newest first', [*_OF, *page(_AFTER)],
                                  _list('runs', 'Run', _ONE_RUN), _READING)},
    '/api/v1/runs/{id}': {'get': _mine('run', 'One run', [_id('run')],
                                       _good(success(_RUN, _RUN_PERHAPS), _ONE_RUN), _NAMED)},
    '/api/v1/runs/{id}/files': {'get': _mine('runFiles', 'The files that a run took on',
                                             [_id('run'), *page(_AFTER)],
                                             _list('files', 'PulledFile', _ONE_FILE), _NAMED)},
    '/api/v1/runs/{id}/cancel': {'post': _mine(
        'cancelRun', 'End a run soon', [_id('run')], {'202': answer('It ends', success({}), SUCCESS_EXAMPLE)},
        _CHANGING, description='What is there stays; the next run goes on from it.')},
    '/api/v1/files': {'get': _mine(
        'pulledFiles', 'The ledger: every version of every file that was seen, newest first',
        [*_OF, query('state', _STATE), query('name', text('A pattern, as in `rules.include`')), *page(_AFTER)],
        _list('files', 'PulledFile', _ONE_FILE), _READING,
        description='A page looks at 5000 rows: with `state` or `name` it may have few files, or none, and still a '
                    '`next`.')},
    '/api/v1/files/{id}': {'get': _mine('pulledFile', 'One version of a file', [_id('file')],
                                        _good(success(_FILE, _FILE_PERHAPS), _ONE_FILE), _NAMED)},
    '/api/v1/files/{id}/entries': {'get': _mine(
        'pulledEntries', 'What an archive came to, file by file', [_id('file'), *page(_AFTER)],
        _list('entries', 'ArchiveEntry', {'name': 'orders/a.csv', 'size': 1024, 'sha256': _HEX,
                                          'destinationKey': 'today/orders/a.csv', 'publishedAt': _WHEN}), _NAMED,
        description='In the order of the archive; none for a file that is no archive or was not unpacked.')},
    '/api/v1/files/{id}/pull-again': {'post': _mine('pullAgain', 'Pull a file once more', [_id('file')],
                                                    _begun('file', 'new version'), _CHANGING)},
    '/api/v1/webhooks': {
        'get': _mine('webhooks', 'List the webhooks', [],
                     _good(success({'webhooks': listed(ref('Webhook'))}), {'webhooks': [_ONE_HOOK]}), _HOOKS_GUARD),
        'post': _mine(
            'createWebhook', 'Be told of events', [],
            {'201': answer('The webhook', success({**_HOOK, 'secret': text('Signs deliveries. Shown this once')}),
                           {**SUCCESS_EXAMPLE, **_ONE_HOOK,
                            'secret': 'whsec_q3Zt8mV0yLr5Xn1cKd7PwB4hUaE9sGfJ2oTiQvRzM6k'}, _LOCATION)},
            [*_HOOKS_GUARD, *errors.WITH_JSON, 'conflict'],
            body=sent(closed(_HOOK_FIELDS, ['enabled']), {'url': _ONE_HOOK['url'], 'events': _ONE_HOOK['events']}))},
    '/api/v1/webhooks/{id}': {
        'get': _mine('webhook', 'One webhook and its latest deliveries', [_id('webhook')],
                     _good(success({**_HOOK, 'deliveries': listed(_DELIVERY, 'At most 20')}),
                           {**_ONE_HOOK, 'deliveries': []}), [*_HOOKS_GUARD, 'not_found']),
        'patch': _mine(
            'changeWebhook', 'Change a webhook', [_id('webhook')],
            _good(success({**_HOOK, 'secret': text('The new one. Shown this once')}, ['secret']),
                  {**_ONE_HOOK, 'enabled': False}),
            [*_HOOKS_GUARD, *errors.WITH_JSON, 'not_found'],
            description='Fields that are left out stay. What is queued already goes to the new URL, signed with the '
                        'secret that there is by then; it is given up while the webhook is not enabled.',
            body=sent(closed({**_HOOK_FIELDS, 'newSecret': flag('Have the gateway make a new secret')},
                             [*_HOOK_FIELDS, 'newSecret']), {'enabled': False})),
        'delete': _mine('deleteWebhook', 'Tell it no more', [_id('webhook')], GONE, [*_HOOKS_GUARD, 'not_found'])},
}
