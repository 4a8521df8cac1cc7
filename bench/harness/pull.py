"""Folders that the gateway pulls, beside programs that copy them: new files, and the next run over the same ones."""
import hashlib
import os
import shutil
import time
from dataclasses import dataclass

from .files import Copy, look_of, make_tree
from .gateway import Gateway
from .outcome import NotAvailable, Sample, WrongContent

NEW_FILES, KNOWN_FILES = 10_000, 100_000
_TREE, _ONE_FOLDER = {'include': ['**/*']}, {}
_PATIENCE_S = 1800


class Puller:
    """A gateway that pulls from `near` to `stage.disk`, where its database lies as well; `near` lets its key in."""

    def __init__(self, stage, name):
        self._folder = stage.disk / name
        self._gateway = Gateway(stage.gangway, self._folder, '--pull-root', stage.disk)
        try:
            self._connect(stage)
        except BaseException:
            self.stop()
            raise

    def _connect(self, stage):
        login = stage.near
        self._connection = self._ask('POST', '/connections', {'name': 'bench', 'host': login.host, 'port': login.port,
                                                              'username': login.user})['id']
        stage.admit(self._ask('POST', f'/connections/{self._connection}/keys', {})['publicKey'])
        self._ask('POST', f'/connections/{self._connection}/test', {})

    def add(self, source, target, rules):
        """The id of a folder that pulls the remote folder `source` to `target`, when asked."""
        return self._ask('POST', f'/connections/{self._connection}/folders', {
            'name': target.name, 'remoteFolder': str(source), 'schedule': None,
            'rules': {'stable': {'by': 'at_once'}, **rules},
            'destination': {'to': 'local', 'folder': str(target)}})['id']

    def run(self, folder):
        """(what it cost from the request to the end that the history tells, the run)."""
        server = self._gateway.child
        server.forget_peak()
        before, began = server.cpu_s(), time.perf_counter()
        run = self._ask('POST', f'/folders/{folder}/run', {})['run']
        while not (told := self._ask('GET', f'/runs/{run}')).get('endedAt'):
            if time.perf_counter() - began > _PATIENCE_S:
                raise NotAvailable(f'the run has no end after {_PATIENCE_S} s')
            time.sleep(0.005)
        wall, peak = time.perf_counter() - began, server.peak_mib()
        if told['outcome'] != 'succeeded':
            raise NotAvailable(f'the run is {told["outcome"]}: {told.get("error")}')
        return Sample({'wall_s': wall, 'pulled': told['pulled'], 'peak_mib': peak}, server.cpu_s() - before, peak), told

    def recorded(self, folder):
        """SHA-256 of the names and digests that the ledger has of this folder, as files.digest makes it of files."""
        lines, after = [], ''
        while True:
            page = self._ask('GET', f'/files?folder={folder}&limit=500{after}')
            lines += [f'{row["path"]} {row.get("sha256")}\n' for row in page['files'] if row['state'] == 'finalised']
            if not page.get('next'):
                return hashlib.sha256(''.join(sorted(lines)).encode()).hexdigest()
            after = f'&after={page["next"]}'

    def stop(self):
        self._gateway.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, method, path, body=None):
        status, answer = self._gateway.call(method, f'/api/v1{path}', body)
        if status >= 300:
            raise NotAvailable(f'{method} {path}: {status} {answer}')
        return answer


def _pull(puller, folder, work):
    """The first run over a folder: what is recorded must be what is there; that it arrived is checked by the row."""
    sample, _ = puller.run(folder)
    if puller.recorded(folder) != work.wanted:
        raise WrongContent('the ledger does not have every file with its SHA-256 once')
    return sample


def prepare_new(source, stage, scale):
    return Copy.of(source(stage, scale), stage.disk / 'out-tree', stage.near)


def pull_new(stage, work):
    """With a gateway of its own, so that no run finds what an earlier one left."""
    puller = Puller(stage, 'gateway-new')
    try:
        return _pull(puller, puller.add(work.source, work.target, _TREE), work)
    finally:
        puller.stop()


def copy_durably(client, stage, work):
    """A peer, which leaves to the system when its files come to the disk, and then that they do."""
    return client(stage, work, then=['sync', '-f', stage.disk])


def clear_new(stage, work):
    """Nobody pays for what an earlier run has left to be written, or for removing it: ext4 goes around the places of
    files that were removed within the last minutes one by one when it looks for room for a new one."""
    if work.target.exists():
        work.target.rename(stage.disk / f'earlier-{len(list(stage.disk.iterdir()))}')
    os.sync()


@dataclass(frozen=True)
class Known:
    """Files that are there already: `ours` by an earlier run of the gateway, `theirs` as a copy with the same times."""
    puller: Puller
    folder: str
    ours: Copy
    theirs: Copy
    looks: tuple

    def check(self):
        if self.looks != (look_of(self.ours.target), look_of(self.theirs.target)):
            raise WrongContent('files that had arrived were touched again')


def _prepare_known(name, rules, source, stage):
    ours = Copy.of(source, stage.disk / f'{name}-ours', stage.near)
    theirs = Copy(source, stage.disk / f'{name}-theirs', stage.near, ours.wanted)
    if not theirs.target.exists():
        shutil.copytree(source, theirs.target)
    puller = stage.closing(Puller(stage, f'gateway-{name}'))
    folder = puller.add(source, ours.target, rules)
    _pull(puller, folder, ours)
    ours.check()
    theirs.check()
    os.sync()
    return Known(puller, folder, ours, theirs, (look_of(ours.target), look_of(theirs.target)))


def prepare_again(source, stage, scale):
    return _prepare_known('again', _TREE, source(stage, scale), stage)


def prepare_plan(stage, scale):
    count = max(20, round(KNOWN_FILES * scale))
    tree = make_tree(stage.folder / f'known-{count}', count, size=16, per_folder=count)
    return _prepare_known('plan', _ONE_FOLDER, next(tree.iterdir()), stage)


def pull_known(stage, work):
    sample, told = work.puller.run(work.folder)
    if told['pulled'] != 0 or told['octets'] != 0:
        raise WrongContent(f'{told["pulled"]} files with {told["octets"]} octets were pulled once more')
    return sample


def copy_known(client, stage, work):
    return client(stage, work.theirs)
