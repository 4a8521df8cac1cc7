"""A gateway at rest: how soon it is ready, what it occupies, and what 300 pooled sessions add."""
import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .outcome import NotAvailable, Sample
from .row import Contestant

SESSIONS = 300
_AT_ONCE = 8
_ESTABLISHED = '01'


def measure_start(stage, work):
    """From the start of the process to the first answer over HTTP, whatever it says, with an empty data folder."""
    began = time.perf_counter()
    gateway = stage.fresh_gateway('gateway-idle')
    try:
        connection = http.client.HTTPConnection('127.0.0.1', gateway.port, timeout=10)
        connection.request('GET', '/healthz')
        connection.getresponse().read()
        ready = time.perf_counter() - began
        connection.close()
        time.sleep(1)       # what starting took is given back by then
        return Sample({'ready_ms': ready * 1000, 'rss_mib': gateway.child.rss_mib()}, gateway.child.cpu_s(),
                      gateway.child.peak_mib())
    finally:
        gateway.stop()


@dataclass(frozen=True)
class Many:
    path: object
    logins: list


def prepare_sessions(stage, scale):
    return Many(stage.folder, stage.many_logins(max(5, round(SESSIONS * scale))))


def measure_sessions(stage, work):
    """One STAT with each of so many logins, none of which may share another's connection."""
    gateway = stage.fresh_gateway('gateway-sessions')
    try:
        gateway.call('GET', '/healthz')
        time.sleep(1)
        at_rest = gateway.child.rss_mib()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _ in pool.map(lambda login: gateway.stat(login, work.path), work.logins):
                pass
        time.sleep(1)
        kept = _connections(gateway.child.pid, {login.port for login in work.logins})
        if kept < len(work.logins):
            raise NotAvailable(f'of {len(work.logins)} sessions only {kept} were kept')
        return Sample({'sessions': kept, 'growth_mib': gateway.child.rss_mib() - at_rest}, gateway.child.cpu_s(),
                      gateway.child.peak_mib())
    finally:
        gateway.stop()


def _connections(pid, ports):
    """How many connections the process has to these ports."""
    mine = set()
    for link in Path(f'/proc/{pid}/fd').iterdir():
        try:
            target = str(link.readlink())
        except OSError:     # closed while we look
            continue
        if target.startswith('socket:['):
            mine.add(target[8:-1])
    rows = [line.split() for line in Path(f'/proc/{pid}/net/tcp').read_text().splitlines()[1:]]
    return sum(1 for row in rows
               if row[9] in mine and row[3] == _ESTABLISHED and int(row[2].split(':')[1], 16) in ports)


START = (Contestant('gangway serve', measure_start, ours=True),)
POOLED = (Contestant('gangway serve', measure_sessions, ours=True),)
