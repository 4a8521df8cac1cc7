"""Warm STATs over HTTP: how long one client waits, and how many answers 32 clients get."""
import json
import subprocess
from dataclasses import dataclass
from functools import partial

from .gateway import file_path
from .outcome import NotAvailable, Sample, WrongContent
from .row import Contestant


@dataclass(frozen=True)
class Load:
    path: object
    clients: int
    seconds: float


def prepare(clients, seconds, stage, scale):
    path = stage.folder / 'stat-me'
    path.write_bytes(b'x' * 1024)
    return Load(path, clients, max(0.5, seconds * scale))


def _request(stage, work, kind):
    host = f'Host: 127.0.0.1:{stage.gateway.port}\r\n'
    if kind == 'HEAD':
        return f'HEAD {file_path(stage.session(), work.path)} HTTP/1.1\r\n{host}\r\n'
    body = json.dumps({**stage.near.credentials(), 'path': str(work.path)})
    return (f'POST /api/sftp/stat HTTP/1.1\r\n{host}Content-Type: application/json\r\n'
            f'Content-Length: {len(body.encode())}\r\n\r\n{body}')


def measure(kind, stage, work):
    size = stage.gateway.stat(stage.near, work.path)['size']    # also makes it warm
    if size != 1024:
        raise WrongContent(f'stat says size {size}, not 1024')
    request = stage.folder / 'request'
    request.write_bytes(_request(stage, work, kind).encode())
    server = stage.gateway.child
    server.forget_peak()
    before = server.cpu_s()
    done = subprocess.run([stage.programs / 'http_load', str(stage.gateway.port), request, str(work.clients),
                           str(work.seconds)], capture_output=True, text=True)
    if done.returncode != 0:
        raise NotAvailable(done.stderr.strip()[:400])
    return Sample(json.loads(done.stdout), server.cpu_s() - before, server.peak_mib())


CONTESTANTS = (Contestant('POST stat', partial(measure, 'POST'), ours=True),
               Contestant('HEAD in a session', partial(measure, 'HEAD'), ours=True))
