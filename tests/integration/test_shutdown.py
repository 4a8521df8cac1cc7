"""Starting with settings, and stopping without losing what runs."""
import json
import signal
import subprocess
import threading

import pytest

from support.checks import error, good
from support.child import ChildFailed
from support.event_loop import call_on_loop
from support.gateway import BINARY, environment
from support.scripted_sftp import Script, ScriptedSftp
from support.waiting import PATIENCE, until


class Gate:
    """A script whose STAT is answered when the test opens it."""

    def __init__(self):
        self.reached, self.opened = threading.Event(), threading.Event()

        def stat(script, request):
            self.reached.set()
            threading.Thread(target=self._answer_later, args=(script, request)).start()
        self.script = type('Gated', (Script,), {'stat': stat})

    def _answer_later(self, script, request):
        self.opened.wait(30)
        call_on_loop(lambda: script.send(Script.stat(script, request)))


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_stop_lets_a_running_request_finish(own_gateway, keys, number):
    gateway, gate, answers = own_gateway(), Gate(), []
    with ScriptedSftp(keys, gate.script) as server:
        caller = threading.Thread(
            target=lambda: answers.append(gateway.post('stat', **server.login(path='hello.txt'))))
        caller.start()
        assert gate.reached.wait(10 * PATIENCE)
        gateway.ask_to_stop(number)
        gateway.wait_event('stopping')
        until(lambda: not accepts(gateway), 5, 'no further connections')
        gate.opened.set()
        caller.join()
    good(answers[0], size=12)
    assert gateway.child.wait(10) == 0
    assert gateway.events('stopped')


def accepts(gateway):
    try:
        gateway.connect(1).close()
    except OSError:
        return False
    return True


def test_stop_waits_no_longer_than_its_limit(own_gateway, keys):
    gateway, gate = own_gateway('--stop-limit', '500ms'), Gate()
    with ScriptedSftp(keys, gate.script) as server:
        def call():
            try:
                gateway.post('stat', **server.login(path='hello.txt'))
            except OSError:
                pass    # cut off
        caller = threading.Thread(target=call)
        caller.start()
        assert gate.reached.wait(10 * PATIENCE)
        gateway.ask_to_stop()
        gateway.child.wait(5)
        gate.opened.set()
        caller.join()
    assert not gateway.alive


def test_idle_connection_does_not_hold_the_stop_up(own_gateway):
    gateway = own_gateway()
    with gateway.connect():
        gateway.ask_to_stop()
        assert gateway.child.wait(5) == 0


def test_second_signal_stops_at_once(own_gateway, keys):
    gateway, gate = own_gateway(), Gate()
    with ScriptedSftp(keys, gate.script) as server:
        def call():
            try:
                gateway.post('stat', **server.login(path='hello.txt'))
            except OSError:
                pass    # cut off
        caller = threading.Thread(target=call)
        caller.start()
        assert gate.reached.wait(10 * PATIENCE)
        gateway.ask_to_stop(signal.SIGINT)
        gateway.wait_event('stopping')
        gateway.ask_to_stop(signal.SIGINT)
        gateway.child.wait(5)
        gate.opened.set()
        caller.join()


def test_settings_rise_from_file_over_environment_to_flag(own_gateway, tmp_path, openssh):
    config = tmp_path / 'gangway.toml'
    config.write_text('timeout_operation = "300ms"\nblock_cloudflare = false\negress = "public"\n')
    from_file = own_gateway('--config', config)
    error(from_file.post('connect', **openssh.where()), 'host_blocked', phase='egress')
    from_environment = own_gateway('--config', config, env={'GANGWAY_EGRESS': 'open'})
    good(from_environment.post('connect', **openssh.where()))
    from_flag = own_gateway('--config', config, '--egress', 'public', env={'GANGWAY_EGRESS': 'open'})
    error(from_flag.post('connect', **openssh.where()), 'host_blocked', phase='egress')
    by_environment = own_gateway(env={'GANGWAY_CONFIG': str(config)})
    error(by_environment.post('connect', **openssh.where()), 'host_blocked', phase='egress')


@pytest.mark.parametrize('flags, named', [
    (['--timeout-connect', 'soon'], 'timeout-connect'), (['--egress', 'maybe'], 'egress'), (['--nonsense'], 'nonsense'),
    (['--egress-allow', '10.0.0.0/33'], 'egress'), (['--log-level', 'loud'], 'log-level'),
], ids=lambda value: str(value)[:30])
def test_wrong_setting_is_named_and_nothing_starts(own_gateway, flags, named):
    with pytest.raises(ChildFailed) as failure:
        own_gateway(*flags)
    assert named in str(failure.value).replace('_', '-')


@pytest.mark.parametrize('text, named', [('listen = 5\n', 'listen'), ('colour = "blue"\n', 'colour'),
                                         ('= broken', 'line 1')])
def test_wrong_config_file_is_explained(own_gateway, tmp_path, text, named):
    (tmp_path / 'gangway.toml').write_text(text)
    with pytest.raises(ChildFailed) as failure:
        own_gateway('--config', tmp_path / 'gangway.toml')
    assert named in str(failure.value) and 'gangway.toml' in str(failure.value)


def test_taken_port_is_explained(own_gateway):
    first = own_gateway()
    with pytest.raises(ChildFailed) as failure:
        own_gateway(listen=f'127.0.0.1:{first.address[1]}')
    assert 'use' in str(failure.value).lower()


def test_help_explains_every_setting():
    done = subprocess.run([BINARY, 'serve', '--help'], capture_output=True, text=True, env=environment(), timeout=20)
    assert done.returncode == 0
    for flag in ('--listen', '--data-dir', '--config', '--api-token-file', '--allowed-host', '--allowed-origin',
                 '--egress', '--egress-allow', '--block-cloudflare', '--timeout-connect', '--timeout-identification',
                 '--timeout-key-exchange', '--timeout-authentication', '--timeout-operation', '--stop-limit',
                 '--log-format', '--log-level'):
        assert flag in done.stdout, flag


def test_readable_log_is_no_json_and_still_one_line_an_event(own_gateway):
    done = subprocess.Popen([BINARY, 'serve', '--listen', '127.0.0.1:0', '--data-dir', own_gateway().data_dir / 'x',
                             '--log-format', 'text'], stderr=subprocess.PIPE, text=True, env=environment())
    line = done.stderr.readline()
    done.terminate()
    done.stderr.read()
    assert done.wait(20) == 0
    assert 'listening' in line.lower()
    with pytest.raises(ValueError):
        json.loads(line)
