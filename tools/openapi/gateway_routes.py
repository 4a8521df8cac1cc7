"""What the gateway tells about itself."""
from . import errors
from .schemas import listed, record, text


def _route(name, summary, content, *, codes=errors.HTTP, public=False, more=None, description=None):
    def build(responses):
        made = {'operationId': name, 'tags': ['The gateway'], 'summary': summary}
        if description:
            made['description'] = description
        if public:
            made['security'] = []
        return {**made, 'responses': {'200': {'description': 'The answer', 'content': content}, **(more or {}),
                                      **responses.of(codes)}}
    return {'get': build}


def _json(schema, example):
    return {'application/json': {'schema': schema, 'example': example}}


_UNREADY = record({'status': {'const': 'unready'}, 'failed': listed(text())})

PATHS = {
    '/healthz': _route('health', 'Whether the process is alive', _json(record({'status': {'const': 'ok'}}),
                                                                       {'status': 'ok'}), public=True),
    '/readyz': _route(
        'readiness', 'Whether requests can be served', _json(record({'status': {'const': 'ready'}}),
                                                             {'status': 'ready'}), public=True,
        more={'503': {'description': 'Something that the gateway needs is missing',
                      'content': _json(_UNREADY, {'status': 'unready', 'failed': ['data_dir']})}},
        description='Checks that the data folder can be written to (`data_dir`), that the database takes changes '
                    '(`database`), and that the master keys it names are there (`vault`). An answer may be two '
                    'seconds old.'),
    '/metrics': _route(
        'metrics', 'Counters and gauges for Prometheus', {'text/plain': {'schema': {'type': 'string'}}},
        codes=errors.GUARDED, description='The text format 0.0.4.'),
    '/openapi.json': _route('description', 'This document', {'application/json': {'schema': {'type': 'object'}}},
                            codes=errors.GUARDED),
}
