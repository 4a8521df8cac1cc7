"""The description of the API, as something that answers can be held against."""
import copy
import json

import jsonschema

from .gateway import REPOSITORY

DOCUMENT = json.loads((REPOSITORY / 'docs/openapi.json').read_text())
METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']


def _closed(schema):
    """The same schema, but an object may only have the properties that are described: clients must expect more, the
    document must not hide any."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _closed(value) for name, value in schema.items()}
    if made.get('type') == 'object' and 'properties' in made:
        made['additionalProperties'] = False
    return made


_STRICT = copy.deepcopy(DOCUMENT)
_STRICT['components']['schemas'] = _closed(DOCUMENT['components']['schemas'])


def resolved(node):
    """What a reference within the document stands for."""
    while '$ref' in node:
        target = DOCUMENT
        for part in node['$ref'].removeprefix('#/').split('/'):
            target = target[part.replace('~1', '/').replace('~0', '~')]
        node = target
    return node


def why_not(value, schema, strict=True):
    """Why `value` is not of this schema of the document, or None."""
    within = _STRICT if strict else DOCUMENT
    checker = jsonschema.Draft202012Validator(_closed(schema) if strict else schema,
                                              resolver=jsonschema.RefResolver('', within))
    fault = jsonschema.exceptions.best_match(checker.iter_errors(value))
    return fault and f'{fault.json_path}: {fault.message[:300]}'


def operations():
    """(path, METHOD, operation) of everything that the document describes."""
    return [(path, method.upper(), operation) for path, item in DOCUMENT['paths'].items()
            for method, operation in item.items() if method.upper() in METHODS]


def paths():
    """(path, its methods)."""
    return [(path, [method.upper() for method in item if method.upper() in METHODS])
            for path, item in DOCUMENT['paths'].items()]


def is_public(operation):
    return operation.get('security') == []


def filled(path):
    """A path of the document with something in place of what is in braces."""
    return path.replace('{id}', 'A' * 32).replace('{path}', 'x')


def security_headers_missing(answer):
    """What every answer must carry (H10), and this one lacks."""
    wanted = {'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer'}
    missing = [name for name, value in wanted.items() if answer.headers.get(name) != value]
    if "default-src 'none'" not in answer.headers.get('content-security-policy', ''):
        missing.append('content-security-policy')
    if not {'no-store', 'no-cache'} & set(answer.headers.get('cache-control', '').replace(',', ' ').split()):
        missing.append('cache-control')
    return missing


def fault_in(answer, path, method):
    """Why an answer is not one that the document describes for this operation, or None."""
    described = DOCUMENT['paths'][path][method.lower()]['responses'].get(str(answer.status))
    if described is None:
        return f'{answer.status} is not described: {answer.json or answer.body[:300]}'
    described = resolved(described)
    for name in described.get('headers', {}):
        if name.lower() not in answer.headers and name in ('Retry-After', 'Allow', 'WWW-Authenticate'):
            return f'{answer.status} without {name}'
    content = described.get('content')
    if content is None:
        return f'a body that is not described: {answer.body[:300]}' if answer.body else None
    kind = answer.headers.get('content-type', '').partition(';')[0]
    if kind not in content:
        return f'content of type {kind!r}, which is none of {list(content)}'
    if answer.json is None:
        return None
    return why_not(answer.json, content[kind]['schema'])


class Described:
    """A client all of whose answers must be as described, where the route is."""

    def __init__(self, client):
        self._client = client

    def request(self, method, path, body=None, headers=None):
        answer = self._client.request(method, path, body, headers)
        route = path.partition('?')[0]
        if method.lower() in DOCUMENT['paths'].get(route, {}):
            fault = fault_in(answer, route, method)
            assert fault is None, f'{method} {path}: {fault}'
        return answer


class Walk:
    """Requests whose answers must have a status, and be as the document says."""

    def __init__(self, gateway, token=None):
        self.gateway, self.token, self.seen = gateway, token, set()

    def __call__(self, method, template, status, value=None, path=None, body=None, **headers):
        named = {name.replace('_', '-'): text for name, text in headers.items()}
        if value is not None:
            body, named['Content-Type'] = json.dumps(value).encode(), 'application/json'
        if self.token is not None:
            named['Authorization'] = f'Bearer {self.token}'
        answer = self.gateway.request(method, path or template, body, named)
        assert answer.status == status, f'{method} {path or template}: {answer.status} {answer.body[:300]}'
        fault = fault_in(answer, template.partition('?')[0], method)
        assert fault is None, f'{method} {path or template}: {fault}'
        self.seen.add((template.partition('?')[0], method))
        return answer


def example_of(path, method='POST'):
    content = DOCUMENT['paths'][path][method.lower()]['requestBody']['content']['application/json']
    return content['examples']['example']['value']
