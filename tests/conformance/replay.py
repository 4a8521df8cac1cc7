#!/usr/bin/python3
"""Replays recorded requests against a running gateway and compares status, code and JSON.

    replay.py --url http://127.0.0.1:8080 --target DIR [--token TOKEN] [--only NAME ...] [CASES.json ...]

A case is {name, request: {method, path, headers?, json? | rawBody?}, expect, login?, disk?}; `login` names a server
whose host, port, user and password join the JSON. What `expect` may hold: see _JUDGES. Placeholders: {{PORT:server}},
{{KEY:file}}, {{FINGERPRINT:host key}}, {{USER}}, {{PASSWORD}}, {{HOME}}, {{BANNER}}, {{SOFTWARE}}."""
import argparse
import base64
import hashlib
import json
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.http import Client  # noqa: E402

CASES = sorted((Path(__file__).parent / 'cases').glob('*.json'), key=lambda path: path.name != 'recorded.json')
# What differs from one machine to the next.
_VARIES = {'uid', 'gid', 'atime'}


class Target:
    """What target.py wrote, and how it fills the placeholders of a case."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self.facts = json.loads((self._folder / 'target.json').read_text())
        self.home = self.facts['home']

    def login(self, server):
        return {'host': '127.0.0.1', 'port': self.facts['ports'][server], 'username': self.facts['user'],
                'password': self.facts['password']}

    def fill(self, value):
        if isinstance(value, dict):
            return {name: self.fill(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self.fill(part) for part in value]
        if not isinstance(value, str):
            return value
        whole = re.fullmatch(r'\{\{PORT:(\w+)\}\}', value)
        if whole:
            return self.facts['ports'][whole.group(1)]
        return re.sub(r'\{\{(\w+)(?::(\w+))?\}\}', self._placeholder, value)

    def _placeholder(self, match):
        kind, name = match.groups()
        if kind == 'PORT':
            return str(self.facts['ports'][name])
        if kind == 'KEY':
            return (self._folder / name).read_text()
        if kind == 'FINGERPRINT':
            return self.facts['fingerprints'][name]
        return str(self.facts[kind.lower()])


def difference(want, got, where=''):
    """Why `got` is not what is wanted, or None. More fields than wanted are allowed."""
    if isinstance(want, dict) and want.get('__long_string__'):
        same = isinstance(got, str) and _sha256(got.encode('utf-8', 'surrogatepass')) == want['sha256_utf8']
        return None if same else f'{where}: long text differs'
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return f'{where}: not an object'
        skipped = _VARIES | ({'size'} if want.get('isDirectory') else set())
        for name, part in want.items():
            if name not in skipped:
                inner = f'{where}.{name}'
                why = difference(part, got[name], inner) if name in got else f'{inner} is missing'
                if why:
                    return why
        return None
    if isinstance(want, list):
        if not isinstance(got, list) or len(want) != len(got):
            return f'{where}: {len(got) if isinstance(got, list) else got} items, not {len(want)}'
        return next(filter(None, (difference(*pair, f'{where}[{at}]') for at, pair in enumerate(zip(want, got)))), None)
    if where.endswith(('permissionString', 'permissions')) and isinstance(want, str) and isinstance(got, str):
        want, got = _plain(want), _plain(got)
    if want == got and isinstance(want, bool) == isinstance(got, bool):
        return None
    return f'{where}: {got!r}, not {want!r}'


def _plain(permissions):
    """Without what servers and clients show differently: the letter of special files, and the s and t bits."""
    kind = permissions[:1].replace('p', '-').replace('c', '-').replace('s', '-')
    return kind + permissions[1:].replace('s', 'x').replace('S', '-').replace('t', 'x').replace('T', '-')


def _sha256(octets):
    return hashlib.sha256(octets).hexdigest()


def _content(value):
    return base64.b64decode(value['content']) if value.get('encoding') == 'base64' else value['content'].encode()


def _same_file(home, name, value):
    return None if _content(value) == Path(home, 'data', name).read_bytes() else 'the content differs'


# Key of `expect` → why an answer is not as expected: (wanted, answer, home) → text or None.
_JUDGES = {
    'status': lambda want, answer, home: None if answer.status in want else
    f'status {answer.status}, not {want}: {str(answer.json)[:200]}',
    'code': lambda want, answer, home: None if answer.code == want else f'code {answer.code}, not {want}',
    'phase': lambda want, answer, home: None if answer.phase == want else f'phase {answer.phase}, not {want}',
    'field': lambda want, answer, home: None if answer.json.get('field') == want else
    f'field {answer.json.get("field")}, not {want}',
    # Only what the request was and what the server called it; the server's own words may differ.
    'error': lambda want, answer, home: None if answer.json['error'].startswith(want.split(' — ')[0]) else
    f'error {answer.json["error"]!r}, not {want!r}',
    'json': lambda want, answer, home: difference(want, answer.json),
    'subset': lambda want, answer, home: difference(want, answer.json),
    'absent': lambda want, answer, home: next((f'{name} is there' for name in want if name in answer.json), None),
    'headers': lambda want, answer, home: difference(want, answer.headers, 'headers'),
    'names': lambda want, answer, home: difference(want, [entry['name'] for entry in answer.json['entries']], 'names'),
    'like': lambda want, answer, home: difference(['inner.txt'], [entry['name'] for entry in answer.json['entries']]),
    'sha_of': lambda want, answer, home: _same_file(home, want, answer.json),
}


def _shape(answer):
    if not isinstance(answer.json, dict):
        return f'no JSON object: {answer.body[:200]}'
    if answer.status >= 400 and not (answer.json.get('success') is False and isinstance(answer.json.get('error'), str)
                                     and isinstance(answer.json.get('code'), str)):
        return f'not the shape of an error: {str(answer.json)[:200]}'
    return None


def _on_disk(want, path):
    """`want`: bytes and sha256, or text, or mode, or gone."""
    path = want.get('path', path)
    if want.get('gone'):
        return f'{path} is there' if os.path.lexists(path) else None
    if 'sha256' in want and _sha256(Path(path).read_bytes()) != want['sha256'] or \
            'text' in want and Path(path).read_bytes() != want['text'].encode():
        return f'the content of {path} differs'
    mode = f'{os.stat(path).st_mode & 0o7777:04o}'
    return f'mode {mode}, not {want["mode"]}' if 'mode' in want and mode != want['mode'] else None


def judge(case, client, target):
    """Replays one case; why it failed, or None."""
    request, expect = target.fill(case['request']), target.fill(case['expect'])
    if 'login' in case:
        request['json'] = {**target.login(case['login']), **request.get('json', {})}
    headers, body = dict(request.get('headers') or {}), request.get('rawBody')
    if 'json' in request:
        body = json.dumps(request['json'])
        headers.setdefault('Content-Type', 'application/json')
    answer = client.request(request['method'], request['path'], None if body is None else body.encode(), headers)
    if why := _shape(answer):
        return why
    for key, want in expect.items():
        if why := _JUDGES[key](want, answer, target.home):
            return why
    if 'disk' in case:
        return _on_disk(target.fill(case['disk']), request['json'].get('path'))
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--url', required=True)
    parser.add_argument('--target', required=True)
    parser.add_argument('--token')
    parser.add_argument('--only', nargs='*')
    parser.add_argument('cases', nargs='*', type=Path, default=CASES)
    arguments = parser.parse_args()
    client, target = Client(arguments.url, arguments.token), Target(arguments.target)
    passed = failed = 0
    for case in (case for path in arguments.cases for case in json.loads(path.read_text())):
        if arguments.only and case['name'] not in arguments.only:
            continue
        why = judge(case, client, target)
        passed, failed = passed + (not why), failed + bool(why)
        if why:
            print(f'FAIL {case["name"]}: {why}')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
