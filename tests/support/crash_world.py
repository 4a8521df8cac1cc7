"""One pulled folder and everything around it, for tests that kill the process that pulls (tests/crash)."""
import hashlib
import os
import random
import re
import select
import signal
import subprocess
import time
from pathlib import Path

from .crash_ledger import in_the_middle_of_a_run
from .waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(os.environ.get('GANGWAY_BINARY', ROOT / 'build/release/gangway')).resolve().parent


WHOLE = bool(os.environ.get('GANGWAY_CRASH_WHOLE'))
# So many must die in the middle of a run, in all tests that kill at any moment together.
ROUNDS = int(os.environ.get('GANGWAY_CRASH_ROUNDS', '8'))


def labels():
    """The points that docs/read-once.md lists, in their order."""
    return re.findall(r'^\| \d+ \| `(\w+)`', (ROOT / 'docs/read-once.md').read_text(), re.M)


def chance():
    """Dice; who sets GANGWAY_CRASH_SEED throws the same again."""
    seed = int(os.environ.get('GANGWAY_CRASH_SEED', '0')) or random.SystemRandom().randrange(1, 2**32)
    print('GANGWAY_CRASH_SEED', seed)
    return random.Random(seed)


class Counts(dict):
    """What a test has to tell: how many files there were, what became of them, how often somebody died."""

    def add(self, **more):
        for name, count in more.items():
            self[name] = self.get(name, 0) + count


class Scene:
    """Files on a server (`remote` is their folder there), and the place where they must arrive."""

    def __init__(self, remote, make_place, large):
        self.remote, self._large = remote, large
        self.names = []
        self.place = make_place(self.content)
        self.counts = Counts()

    def content(self, name):
        """What the file `name` has in it."""
        if name.endswith('00'):
            return (hashlib.sha256(name.encode()).digest() * (self._large // 32 + 1))[:self._large]
        return f'content of {name} '.encode() * (1 + int(name[1:]) % 50)

    def add(self, count, first=100):
        """So many more files, of which each hundredth is large: also the very first, unless they begin elsewhere."""
        for _ in range(count):
            name = f'f{max(first, int(self.names[-1][1:]) + 1) if self.names else first}'
            (self.remote / f'.{name}').write_bytes(self.content(name))
            (self.remote / f'.{name}').rename(self.remote / name)
            self.names.append(name)

    def wait_for_all(self, seconds):
        deadline = time.monotonic() + seconds * PATIENCE
        while len(self.place.seen) < len(self.names) and time.monotonic() < deadline:
            time.sleep(0.01)

    def judge(self, rows, said):
        """Each file must be there once, whole, recorded, and moved away on the server. `rows`: path, state, SHA-256 and
        key of each in the ledger; `said` is shown where something is wrong."""
        self.place.close()
        seen = self.place.seen
        lost = sorted(set(self.names) - set(seen))
        repeated = sorted({name for name in seen if seen.count(name) > 1})
        self.counts.add(files=len(self.names), lost=len(lost), repeated=len(repeated), partial=len(self.place.partial))
        assert not self.place.partial, f'partial under a final name: {self.place.partial}\n{said}'
        assert sorted(seen) == sorted(self.names), f'lost: {lost}, repeated: {repeated}\n{said}'
        wanted = [[name, 'finalised', hashlib.sha256(self.content(name)).hexdigest(), f'sub/{name}']
                  for name in self.names]
        assert sorted(rows) == sorted(wanted), said
        assert sorted(path.name for path in (self.remote / 'done').iterdir()) == sorted(self.names)
        assert not self.place.left_over(), said


class CrashWorld(Scene):
    """The folder is pulled by a program of its own. `server` is an OpenSSH server; `folder` is for this world alone."""

    def __init__(self, server, folder, ledger, make_place, large=3_000_000):
        super().__init__(server.fresh(folder.name), make_place, large)
        self.server, self.folder, self.ledger = server, folder, ledger
        self.stable = 'at_once'

    def start(self, label=None, passes=0, runs=1, by='kill', fail=None, **words):
        words = {'database': self.ledger.address, 'host': self.server.host, 'port': self.server.port,
                 'user': self.server.username, 'key': self.server.key.path, 'known_hosts': self.folder / 'known_hosts',
                 'remote': self.server.path(self.folder.name), 'after': 'done', 'stable': self.stable,
                 'runs': runs, **words}
        environment = {**os.environ, **self.place.environment}
        if label:
            environment |= {'GANGWAY_CRASH_AT': label, 'GANGWAY_CRASH_AFTER': str(passes), 'GANGWAY_CRASH_BY': by}
        if fail:
            environment |= {'GANGWAY_CRASH_FAIL': fail}
        return subprocess.Popen([BUILT / 'gangway_crash_folder', *(f'{name}={value}' for name, value in words.items()),
                                 self.place.word],
                                env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, **how):
        """Exit status and output; minus the signal, where it died."""
        process = self.start(**how)
        output, _ = process.communicate(timeout=60 * PATIENCE)
        return process.returncode, output

    def killed_at(self, label, passes=0, **how):
        status, output = self.run(label=label, passes=passes, **how)
        assert status == -signal.SIGKILL, f'nothing passes {label} (exit status {status}):\n{output}'
        self.place.after_a_kill()
        self.counts.add(rounds=1, died=1)

    def killed_after(self, seconds):
        """Lets a run begin, and kills it so much later. Whether it died in the middle of it."""
        process = self.start()
        begun, _, _ = select.select([process.stdout], [], [], 60 * PATIENCE)
        assert begun, 'nothing begins'
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60 * PATIENCE)
        self.place.after_a_kill()
        died = process.returncode == -signal.SIGKILL and in_the_middle_of_a_run(self.ledger)
        self.counts.add(rounds=1, died=int(died))
        return died

    def finish(self, runs=4, **how):
        """Runs to the end, and judges."""
        status, output = self.run(runs=runs, **how)
        assert status == 0, output
        self.wait_for_all(5)
        self.judge([line.split(' ')[:4] for line in output.splitlines() if re.match(r'f\d+ ', line)], output)
