"""A folder of 100,000 entries as NDJSON: when the first row comes, when the last, and what it costs the gateway."""
import json
import socket
import time
from dataclasses import dataclass

from .files import make_empty_files
from .gateway import file_path
from .outcome import NotAvailable, Sample, WrongContent
from .row import Contestant

ENTRIES = 100_000


@dataclass(frozen=True)
class Folder:
    path: object
    entries: int


def prepare(stage, scale):
    entries = max(10, round(ENTRIES * scale))
    return Folder(make_empty_files(stage.folder / 'listing', entries), entries)


def measure(stage, work):
    request = (f'GET {file_path(stage.session(), work.path)}/ HTTP/1.1\r\nHost: 127.0.0.1:{stage.gateway.port}\r\n'
               'Accept: application/x-ndjson\r\nConnection: close\r\n\r\n').encode()
    server = stage.gateway.child
    at_rest, before = server.rss_mib(), server.cpu_s()
    server.forget_peak()
    first, whole, octets = _ask(stage.gateway.port, request)
    peak, cpu = server.peak_mib(), server.cpu_s() - before
    head, _, body = octets.partition(b'\r\n\r\n')
    status = head.split(b' ', 2)[1]
    if status != b'200':
        raise NotAvailable(f'GET of a folder: {status.decode()} {body[:200].decode(errors="replace")}')
    if b'application/x-ndjson' not in head.lower():
        raise NotAvailable('GET of a folder: the answer is not NDJSON')
    _check(work, _unchunked(body) if b'transfer-encoding: chunked' in head.lower() else body)
    return Sample({'first_ms': first * 1000, 'all_s': whole, 'growth_mib': peak - at_rest}, cpu, peak)


def _ask(port, request):
    """(seconds to the first whole row, seconds to the end, all octets). Nothing is understood while the time runs: a
    row ends with a brace and a line feed, which no head or chunk size contains."""
    pieces, first, tail = [], None, b''
    with socket.create_connection(('127.0.0.1', port), timeout=60) as connection:
        began = time.perf_counter()
        connection.sendall(request)
        while piece := connection.recv(1 << 20):
            pieces.append(piece)
            if first is None:
                if b'}\n' in tail + piece:
                    first = time.perf_counter() - began
                tail = piece[-1:]
        whole = time.perf_counter() - began
    return whole if first is None else first, whole, b''.join(pieces)


def _unchunked(body):
    pieces, at = [], 0
    while True:
        end = body.find(b'\r\n', at)
        if end < 0:
            raise WrongContent('the answer ends without its last chunk')
        size = int(body[at:end].split(b';')[0], 16)
        if size == 0:
            return b''.join(pieces)
        pieces.append(body[end + 2:end + 2 + size])
        at = end + 2 + size + 2


def _check(work, body):
    names = set()
    for line in body.splitlines():
        name = json.loads(line).get('name')     # a line without a name is no entry, e.g. a closing summary
        if name is not None:
            names.add(name)
    wanted = {path.name for path in work.path.iterdir()}
    if names != wanted:
        raise WrongContent(f'{len(names)} names, {len(names & wanted)} of them right; the folder has {len(wanted)}')


CONTESTANTS = (Contestant('gangway serve', measure, ours=True),)
