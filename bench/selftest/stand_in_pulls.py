"""What the rows ask of a gateway that pulls, done by copying local files."""
import hashlib
from pathlib import Path


class Pulls:
    """One folder of one connection. `flip` changes one octet of every file that arrives, `repeat` pulls again what was
    pulled, `forget` keeps one file out of the ledger."""

    def __init__(self, fault):
        self._fault = fault
        self._source = self._target = None
        self._pulled = {}
        self._run = {}

    def post(self, path, body):
        """(status, answer) below /api/v1, or None for what is no such route."""
        if path == '/connections':
            return 201, {'id': 'con_1'}
        if path == '/connections/con_1/keys':
            return 201, {'publicKey': 'ssh-ed25519 AAAA stand-in'}
        if path == '/connections/con_1/test':
            return 200, {}
        if path == '/connections/con_1/folders':
            self._source, self._target = Path(body['remoteFolder']), Path(body['destination']['folder'])
            return 201, {'id': 'fld_1'}
        if path == '/folders/fld_1/run':
            self._pull()
            return 202, {'run': 'run_1'}
        return None

    def get(self, path):
        if path == '/runs/run_1':
            return 200, self._run
        if path.startswith('/files?folder=fld_1'):
            return 200, {'files': [{'path': name, 'sha256': sha256, 'state': 'finalised'}
                                   for name, sha256 in list(self._pulled.items())[self._fault == 'forget':]]}
        return None

    def _pull(self):
        pulled = octets = 0
        for file in sorted(self._source.rglob('*')):
            name = str(file.relative_to(self._source))
            if not file.is_file() or (name in self._pulled and self._fault != 'repeat'):
                continue
            content = bytearray(file.read_bytes())
            self._pulled[name] = hashlib.sha256(content).hexdigest()
            if self._fault == 'flip':
                content[len(content) // 2] ^= 1
            (self._target / name).parent.mkdir(parents=True, exist_ok=True)
            (self._target / name).write_bytes(content)
            pulled, octets = pulled + 1, octets + len(content)
        self._run = {'outcome': 'succeeded', 'pulled': pulled, 'octets': octets, 'endedAt': 'now'}
