"""A whole gateway that is killed while its scheduler, its clients and its runs are at work (tests/crash)."""
import contextlib
import http.client
import signal
import threading
import time

from .crash_ledger import in_the_middle_of_a_run
from .crash_world import BUILT, Scene
from .gateway import Gateway
from .managed import Connection, call
from .pulls import Folder, everything
from .waiting import until

# What a client sees of a gateway that dies.
GONE = (OSError, http.client.HTTPException)


class _Clients(threading.Thread):
    """Ask and change things until nobody answers any more. What was acknowledged must be there for ever."""

    def __init__(self, gateway, acknowledged):
        super().__init__(daemon=True)
        self._gateway, self._acknowledged = gateway, acknowledged
        self.start()

    def run(self):
        with contextlib.suppress(*GONE):
            while True:
                name = f'client {len(self._acknowledged)} {time.monotonic_ns()}'
                made = call(self._gateway, 'POST', '/connections',
                            {'name': name, 'host': 'server.example', 'username': 'someone'})
                if made.status == 201:
                    self._acknowledged.append(name)
                for path in ('/files', '/runs', '/audit'):
                    call(self._gateway, 'GET', path)


class GatewayWorld(Scene):
    """`sshd` is an `OwnOpenSsh`."""

    def __init__(self, sshd, folder, ledger, make_place, large, rules=None):
        super().__init__(sshd.server.fresh(folder.name), make_place, large)
        self.folder, self.ledger = folder, ledger
        self._sshd, self._rules = sshd, rules or {'stable': {'by': 'at_once'}}
        self.acknowledged = []
        self.running = []

    def start(self, label=None, passes=0, by='kill', node='first'):
        env = {'GANGWAY_CRASH_AT': label, 'GANGWAY_CRASH_AFTER': str(passes), 'GANGWAY_CRASH_BY': by} if label else {}
        self.running.append(Gateway(self.folder, '--database', str(self.ledger.address), '--pull-root',
                                    self.folder, '--node-name', node, env=env, binary=BUILT / 'gangway_crash'))
        return self.running[-1]

    def stop(self):
        for gateway in self.running:
            gateway.child.signal(signal.SIGCONT)
            gateway.stop()

    def set_up(self):
        """A connection whose key the server lets in, and a folder of it that is pulled each minute."""
        gateway = self.start()
        self.connection = Connection(gateway, 'partner', self._sshd, self._sshd.username)
        self._sshd.lines.append(self.connection.new_key()['publicKey'])
        self._sshd.authorize(*self._sshd.lines)
        assert self.connection.ask('POST', '/test').json['success']
        rules = {'keyTemplate': 'sub/{name}', 'after': {'do': 'move', 'folder': 'done'}, **self._rules}
        self.pulled = Folder(self.connection, 'orders', self.remote, {'every': '1m'}, rules, self.place.destination)
        gateway.stop()

    def ask_for_a_run(self, gateway):
        with contextlib.suppress(*GONE):
            call(gateway, 'POST', f'/folders/{self.pulled.id}/run', {})

    def killed_at(self, label, passes=0):
        gateway = self.start(label, passes)
        clients = _Clients(gateway, self.acknowledged)
        self.ask_for_a_run(gateway)
        until(lambda: not gateway.alive, 30, f'the end of the gateway at {label}')
        clients.join()
        assert gateway.child.wait(10) == -signal.SIGKILL
        self.place.after_a_kill()
        self.counts.add(rounds=1, died=1)

    def killed_after(self, seconds):
        """Kills it so long after somebody has asked for a run. Whether it died in the middle of one."""
        gateway = self.start()
        clients = _Clients(gateway, self.acknowledged)
        self.ask_for_a_run(gateway)
        time.sleep(seconds)
        gateway.child.signal(signal.SIGKILL)
        clients.join()
        assert gateway.child.wait(10) == -signal.SIGKILL
        self.place.after_a_kill()
        died = in_the_middle_of_a_run(self.ledger)
        self.counts.add(rounds=1, died=int(died))
        return died

    def rows(self, gateway):
        return [[row['path'], row['state'], row.get('sha256'), row.get('destinationKey')]
                for row in everything(gateway, f'/files?folder={self.pulled.id}', 'files')]

    def finish(self, node='first', seconds=90):
        """Nobody asks for anything: what was cut off goes on by itself. Then judges."""
        with self.start(node=node) as gateway:
            def done():
                rows = self.rows(gateway)
                return len(rows) == len(self.names) and all(row[1] == 'finalised' for row in rows)
            try:
                until(done, seconds, 'the files, though nobody asks')
            finally:
                rows = self.rows(gateway)
                said = f'{rows}\n' + '\n'.join(gateway.log_lines[-30:])
            self.wait_for_all(5)
            known = {one['name'] for one in everything(gateway, '/connections?x=', 'connections')}
            assert set(self.acknowledged) <= known, 'a change that was acknowledged is gone'
            assert call(gateway, 'POST', '/audit/verify', {}).json['intact']
        self.judge(rows, said)
