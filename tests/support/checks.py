"""What every answer must look like, so that a test only says what is special about its own."""

# Stable code → HTTP status: the error table of the design.
STATUS_OF = {
    'bad_request': 400, 'bad_private_key': 400, 'unauthorized': 401, 'host_blocked': 403, 'auth_failed': 403,
    'permission_denied': 403, 'no_such_file': 404, 'not_found': 404, 'method_not_allowed': 405, 'request_timeout': 408,
    'payload_too_large': 413, 'unsupported_media_type': 415, 'too_many_requests': 429, 'host_key_mismatch': 409,
    'already_exists': 409, 'not_empty': 409, 'is_a_directory': 409, 'conflict': 409, 'op_unsupported': 501,
    'dns_failed': 502, 'connection_refused': 502, 'connection_lost': 502, 'not_ssh': 502, 'handshake_failed': 502,
    'subsystem_unavailable': 502, 'bad_message': 502, 'failure': 502, 'timeout': 504,
    # What HTTP itself adds, and what is our own fault.
    'forbidden_origin': 403, 'uri_too_long': 414, 'expectation_failed': 417, 'headers_too_large': 431,
    'storage_failed': 500, 'storage_unavailable': 503, 'overloaded': 503, 'partly_removed': 409, 'gone': 410, 'locked': 423, 'checksum_mismatch': 460, 'precondition_failed': 412, 'range_not_satisfiable': 416,
}
PHASES = {'request', 'egress', 'dns', 'tcp', 'ssh', 'hostkey', 'auth', 'subsystem', 'sftp', 'storage'}


def good(answer, **wanted):
    """A success with at least these fields; returns its JSON."""
    assert answer.status == 200, f'{answer.status} {answer.json or answer.body[:300]}'
    assert answer.json['success'] is True, answer.json
    for name, value in wanted.items():
        assert answer.json.get(name) == value, f'{name}: {answer.json.get(name)!r}, not {value!r}'
    return answer.json


def error(answer, *codes, phase=None, field=None):
    """A typed error with one of `codes` (any of the table if none is given); returns its JSON."""
    value = answer.json
    assert isinstance(value, dict), f'{answer.status}, and not JSON: {answer.body[:300]}'
    assert value.get('success') is False and isinstance(value.get('error'), str) and value['error'], value
    assert value.get('code') in (codes or STATUS_OF), f'{answer.status} {value}'
    assert answer.status == STATUS_OF[value['code']], f'{answer.status} {value}'
    assert value.get('phase') in PHASES, value
    assert phase is None or value['phase'] in ([phase] if isinstance(phase, str) else phase), value
    assert field is None or value.get('field') == field, value
    assert is_clean(value['error']), f'not escaped: {value["error"]!r}'
    if answer.status == 405:
        assert answer.headers.get('allow')
    if answer.status == 429:
        assert int(answer.headers['retry-after']) >= 0
    return value


def is_clean(text):
    """Whether text from a peer was made safe to show: no control characters, nothing that turns it around."""
    unsafe = {*range(0x20), *range(0x7f, 0xa0), 0x2028, 0x2029, *range(0x202a, 0x202f), *range(0x2066, 0x206a)}
    return not any(ord(character) in unsafe for character in text)
