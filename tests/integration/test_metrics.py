"""What the gateway tells about itself: /healthz, /readyz, /metrics."""
import contextlib
import json
import re
import shutil
import sqlite3

import pytest

from support.checks import error, good
from support.gateway import REPOSITORY
from support.waiting import PATIENCE, until

LINE = re.compile(r'([a-z_]+)(?:\{(.*)\})? (\S+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def samples(gateway):
    """{(name, labels as a frozenset of pairs): value}, after a check of the form of every line."""
    answer = gateway.request('GET', '/metrics')
    assert answer.status == 200 and answer.headers['content-type'] == 'text/plain; version=0.0.4; charset=utf-8'
    assert answer.body.endswith(b'\n')
    found, kinds = {}, {}
    for line in answer.body.decode().splitlines():
        if line.startswith('#'):
            _, word, name, rest = line.split(' ', 3)
            assert word in ('HELP', 'TYPE') and rest
            if word == 'TYPE':
                assert name not in kinds, 'a family is written in one piece'
                kinds[name] = rest
            continue
        name, labels, value = LINE.fullmatch(line).groups()
        assert name in kinds or re.sub('_(bucket|sum|count)$', '', name) in kinds
        key = (name, frozenset(LABEL.findall(labels or '')))
        assert key not in found
        found[key] = float(value)
    return found


def value(found, name, **labels):
    return found.get((name, frozenset(labels.items())), 0)


def test_health_and_readiness_answer_anybody(own_gateway):
    gateway = own_gateway(token='secret')
    for host in ('127.0.0.1', 'gateway.example'):
        headers = {'Authorization': '', 'Host': host}
        assert gateway.request('GET', '/healthz', headers=headers).json == {'status': 'ok'}
        assert gateway.request('GET', '/readyz', headers=headers).json == {'status': 'ready'}


def test_metrics_need_the_token(own_gateway):
    gateway = own_gateway(token='secret')
    error(gateway.request('GET', '/metrics', headers={'Authorization': ''}), 'unauthorized')
    assert gateway.request('GET', '/metrics').status == 200


def test_every_metric_is_documented_and_nothing_else(own_gateway):
    told = set(re.findall('^# TYPE (gangway_[a-z_]+)', own_gateway().request('GET', '/metrics').body.decode(), re.M))
    section = (REPOSITORY / 'docs' / 'api.md').read_text().partition('\n## Metrics\n')[2].partition('\n## ')[0]
    assert set(re.findall('`(gangway_[a-z_]+)`', section)) == told


def test_lost_data_folder_is_unready_until_it_is_back(own_gateway, tmp_path):
    folder = tmp_path / 'data'
    gateway = own_gateway(data_dir=folder)
    assert gateway.request('GET', '/readyz').status == 200
    kept = tmp_path / 'kept'
    shutil.move(folder, kept)
    answer = until(lambda: (found := gateway.request('GET', '/readyz')).status == 503 and found, 6 * PATIENCE, 'a 503')
    assert answer.json == {'status': 'unready', 'failed': ['data_dir']}
    assert gateway.request('GET', '/healthz').status == 200
    shutil.move(kept, folder)
    until(lambda: gateway.request('GET', '/readyz').status == 200, 6 * PATIENCE, 'readiness')
    assert not list(folder.glob('.ready*'))


def test_database_that_takes_no_changes_is_unready_until_it_does(own_gateway, tmp_path):
    gateway = own_gateway(data_dir=tmp_path / 'data')
    assert gateway.request('GET', '/readyz').status == 200
    with contextlib.closing(sqlite3.connect(tmp_path / 'data' / 'gangway.db', isolation_level=None)) as other:
        other.execute('BEGIN IMMEDIATE')
        answer = until(lambda: (found := gateway.request('GET', '/readyz')).status == 503 and found, 12 * PATIENCE, 'a 503')
        assert answer.json == {'status': 'unready', 'failed': ['database']}
        other.execute('ROLLBACK')
    until(lambda: gateway.request('GET', '/readyz').status == 200, 12 * PATIENCE, 'readiness')


def test_requests_are_counted_by_route_and_not_by_what_clients_choose(own_gateway, openssh):
    gateway = own_gateway()
    for _ in range(3):
        good(gateway.post('stat', **openssh.login(path='.')))
    error(gateway.post('stat', **openssh.login(path=openssh.path('not there'))), 'no_such_file')
    for number in range(50):
        gateway.request(f'METHOD{number}', f'/nowhere/{number}')
        gateway.request('GET', f'/api/v1/sessions/{"x" * 31}{number}/files/{number}')
    found = samples(gateway)
    stat = {'route': '/api/sftp/stat', 'method': 'POST'}
    assert value(found, 'gangway_http_requests_total', **stat, status='200') == 3
    assert value(found, 'gangway_http_requests_total', **stat, status='404') == 1
    assert value(found, 'gangway_http_requests_total', route='other', method='other', status='404') == 50
    assert value(found, 'gangway_http_requests_total', route='/api/v1/sessions/{id}/files/*', method='GET',
                 status='404') == 50
    assert value(found, 'gangway_http_errors_total', code='no_such_file') == 1
    assert value(found, 'gangway_http_request_duration_seconds_count', route='/api/sftp/stat') == 4
    assert value(found, 'gangway_http_request_duration_seconds_bucket', route='/api/sftp/stat', le='+Inf') == 4
    assert value(found, 'gangway_http_received_bytes_total', route='/api/sftp/stat') > 400
    assert value(found, 'gangway_http_sent_bytes_total', route='/api/sftp/stat') > 400
    assert len(found) < 150
    text = gateway.request('GET', '/metrics').body.decode()
    assert openssh.username not in text and str(openssh.port) not in text and 'not there' not in text


def test_pool_is_told(own_gateway, openssh, keys):
    gateway = own_gateway()
    for _ in range(4):
        good(gateway.post('stat', **openssh.login(path='.')))
    refused = {**openssh.login(path='.'), 'privateKey': keys.stranger().private}
    error(gateway.post('stat', **refused), 'auth_failed')
    error(gateway.post('stat', **openssh.login(path='.', hostKey=f'SHA256:{"A" * 43}')), 'host_key_mismatch')
    found = samples(gateway)
    assert value(found, 'gangway_pool_connections') == 1
    assert value(found, 'gangway_pool_leases') == 0
    assert value(found, 'gangway_pool_dials_total') == 3
    assert value(found, 'gangway_pool_dial_failures_total', code='auth_failed') == 1
    assert value(found, 'gangway_pool_dial_failures_total', code='host_key_mismatch') == 1


def test_what_is_open_is_told(own_gateway, openssh):
    gateway = own_gateway()
    lines = [gateway.connect() for _ in range(5)]
    opened = gateway.request('POST', '/api/v1/sessions', json.dumps(openssh.login()).encode(),
                             {'Content-Type': 'application/json'})
    assert opened.status == 201
    until(lambda: value(samples(gateway), 'gangway_http_connections') == 6, 5, 'five open connections and the own one')
    assert value(samples(gateway), 'gangway_sessions') == 1
    with gateway.connect() as wire:
        wire.sendall(b'POST /api/sftp/list HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n{')
        until(lambda: value(samples(gateway), 'gangway_http_body_bytes') == 100000, 5, 'a body under way')
    until(lambda: value(samples(gateway), 'gangway_http_body_bytes') == 0, 5, 'its end')
    for line in lines:
        line.close()
    until(lambda: value(samples(gateway), 'gangway_http_connections') == 1, 5, 'the own connection alone')


def test_process_is_told(own_gateway):
    gateway = own_gateway()
    found = samples(gateway)
    assert value(found, 'process_resident_memory_bytes') == pytest.approx(gateway.rss(), rel=0.3)
    assert value(found, 'process_open_fds') == pytest.approx(gateway.fds(), abs=4)
    assert value(found, 'process_max_fds') > 100
    assert value(found, 'process_cpu_seconds_total') > 0
    assert value(found, 'process_threads') > 1
    assert any(name == 'gangway_build_info' for name, _ in found)
