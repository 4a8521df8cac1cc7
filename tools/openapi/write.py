#!/usr/bin/python3
"""Writes docs/openapi.json, the description of the HTTP API, from its parts; with --check only compares.

    tools/openapi/write.py [--check]

The parts: errors.py (which codes, which route can give them), schemas.py (shared shapes), and a file of routes each for
the one-shot operations, sessions with their files, resumable uploads, managed connections, pulls, tokens with the
audit, and the gateway itself. The document is compiled into the gateway."""
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tools'))

from openapi import administration, connections, gateway_routes, one_shot, pulls, sessions, uploads  # noqa: E402
from openapi.errors import Responses  # noqa: E402
from openapi.schemas import SCHEMAS, ref  # noqa: E402

DOCUMENT = ROOT / 'docs' / 'openapi.json'
WIDTH = 120
DESCRIPTION = """SFTP servers over HTTP. Explained in docs/api.md.

A path is compared with these routes octet for octet; there is no other spelling of any. Another method than the ones
shown is answered 405 with `Allow`, another path 404. Answers may get further fields."""


def document():
    responses = Responses()
    paths = {path: {method: build(responses) for method, build in methods.items()}
             for part in (gateway_routes, one_shot, sessions, uploads, connections, pulls, administration)
             for path, methods in part.PATHS.items()}
    version = re.search(r'project\(gangway VERSION ([\d.]+)', (ROOT / 'CMakeLists.txt').read_text()).group(1)
    return {
        'openapi': '3.1.0',
        'info': {'title': 'Gangway', 'version': version, 'description': DESCRIPTION,
                 'license': {'name': 'Apache-2.0', 'identifier': 'Apache-2.0'}},
        'servers': [{'url': '/'}],
        'security': [{'token': []}],
        'paths': paths,
        'components': {
            'securitySchemes': {'token': {
                'type': 'http', 'scheme': 'bearer',
                'description': 'The gateway\'s API token, if it has one, or one made by `POST /api/v1/tokens`; '
                               'listening beyond loopback requires the former.'}},
            'headers': {'Gangway-Host-Key': {
                'description': 'The host key, wherever the call came to see it', 'schema': ref('Fingerprint')}},
            'schemas': {**SCHEMAS, **connections.SCHEMAS, **pulls.SCHEMAS, **administration.SCHEMAS},
            'responses': responses.components()}}


def formatted(value, indent=0):
    """JSON with as much on a line as fits."""
    flat = json.dumps(value, ensure_ascii=False)
    if indent + len(flat) <= WIDTH or not isinstance(value, (dict, list)) or not value:
        return flat
    pad = ' ' * (indent + 2)
    if isinstance(value, list):
        inner = [pad + formatted(each, indent + 2) for each in value]
        return '[\n' + ',\n'.join(inner) + '\n' + ' ' * indent + ']'
    inner = [f'{pad}{json.dumps(name)}: {formatted(each, indent + 2)}' for name, each in value.items()]
    return '{\n' + ',\n'.join(inner) + '\n' + ' ' * indent + '}'


def main():
    text = formatted(document()) + '\n'
    if sys.argv[1:] == ['--check']:
        if not DOCUMENT.is_file() or DOCUMENT.read_text() != text:
            sys.exit('docs/openapi.json is not what its parts make: run tools/openapi/write.py')
        return
    DOCUMENT.write_text(text)


if __name__ == '__main__':
    main()
