"""What the numbers were measured on, and with."""
import os
import platform
import re
import subprocess
import time
from pathlib import Path
from statistics import median

_VERSIONS = {'OpenSSH': ['ssh', '-V'], 'lftp': ['lftp', '--norc', '--version'], 'rclone': ['rclone', 'version'],
             'curl': ['curl', '--version']}


def describe(gangway, revision):
    return {
        'cpu': _field('/proc/cpuinfo', r'model name\s*:\s*(.+)'), 'cpus': os.cpu_count(),
        'memory_gib': round(int(_field('/proc/meminfo', r'MemTotal:\s*(\d+)')) / (1 << 20), 1),
        'kernel': platform.release(), 'system': _field('/etc/os-release', r'PRETTY_NAME="(.+)"'),
        'load_at_start': round(os.getloadavg()[0], 2), 'gangway': _first_line([gangway, '--version']),
        'revision': revision, 'peers': {name: _first_line(argv) for name, argv in _VERSIONS.items()}}


def describe_disk(folder):
    """What kind of file system it is on, and the median time after which a small write is safe there."""
    took = []
    with (folder / 'probe').open('wb', buffering=0) as out:
        for _ in range(20):
            began = time.perf_counter()
            out.write(bytes(4096))
            os.fsync(out.fileno())
            took.append(time.perf_counter() - began)
    return {'kind': _first_line(['findmnt', '-n', '-o', 'FSTYPE', '-T', folder]), 'fsync_ms': round(median(took) * 1000, 3)}


def _field(path, pattern):
    found = re.search(pattern, Path(path).read_text())
    return found[1].strip() if found else 'unknown'


def _first_line(argv):
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
    except OSError:
        return 'not installed'
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    return lines[0].strip()[:60] if lines else 'unknown'
