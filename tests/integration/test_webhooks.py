"""Webhooks, delivered to a receiver that checks signatures, fails, hangs and redirects."""
import contextlib
import hashlib
import itertools
import sqlite3
import time

import pytest

from support.authority import Authority
from support.checks import good
from support.gateway import Gateway
from support.managed import Connection, call
from support.pulls import Folder
from support.receiver import Receiver
from support.waiting import PATIENCE, until

_numbers = itertools.count()


@pytest.fixture
def receiver():
    with Receiver() as running:
        yield running


class Hook:
    def __init__(self, gateway, url, *events):
        answer = call(gateway, 'POST', '/webhooks', {'url': url, 'events': list(events)})
        assert answer.status == 201, f'{answer.status} {answer.body[:300]}'
        self.gateway, self.id, self.secret = gateway, answer.json['id'], answer.json['secret']

    def deliveries(self):
        return call(self.gateway, 'GET', f'/webhooks/{self.id}').json['deliveries']

    def failed_delivery(self):
        return until(lambda: [one for one in self.deliveries() if one.get('error')], 20, 'a failed delivery')[0]


def quarantine(gateway, openssh, keys):
    """An event to tell of: a connection whose server has another host key than the expected one."""
    connection = Connection(gateway, f'connection {next(_numbers)}', openssh, openssh.username,
                            expectedHostKey=keys.stranger().fingerprint)
    connection.new_key()
    connection.ask('POST', '/test')
    assert connection.health() == 'host_key_mismatch'
    return connection


def test_changed_host_key_is_told_signed_and_without_secrets(managed, receiver, openssh, keys):
    hook = Hook(managed, f'{receiver.url}/hooks?a=b', 'run_failed', 'host_key_changed')
    other = Hook(managed, f'{receiver.url}/other', 'run_failed')
    connection = quarantine(managed, openssh, keys)
    post = receiver.wait()[0]
    assert post.path == '/hooks?a=b' and post.headers['Content-Type'] == 'application/json'
    assert post.headers['Gangway-Event'] == 'host_key_changed'
    assert post.signed_with(hook.secret) and not post.signed_with(other.secret)
    assert abs(time.time() - int(post.headers['Gangway-Timestamp'])) < 60
    told = post.json
    assert told.pop('at').endswith('Z')
    assert told == {'event': 'host_key_changed',
                    'connection': {'id': connection.id, 'name': connection.shown()['name']},
                    'hostKey': {'pinned': keys.stranger().fingerprint, 'presented': openssh.host_key.fingerprint}}
    done = until(lambda: [one for one in hook.deliveries() if one.get('deliveredAt')], 10, 'the delivery')[0]
    assert done['id'] == post.id and done['attempts'] == 1
    managed.wait_event('webhook_delivered', webhook=hook.id, about='host_key_changed')

    connection.ask('POST', '/test')     # the same key again is no news
    quarantine(managed, openssh, keys)
    receiver.wait(2)
    assert len({one.id for one in receiver.posts}) == 2 and len(receiver.posts) == 2
    everything = '\n'.join(managed.log_lines) + str([one.body for one in receiver.posts])
    assert hook.secret not in everything and hook.secret.encode() not in (managed.data_dir / 'gangway.db').read_bytes()


@pytest.mark.early
def test_failed_delivery_is_tried_again_with_the_same_id_and_a_new_signature(managed, receiver, openssh, keys):
    hook = Hook(managed, receiver.url, 'host_key_changed')
    receiver.answers = [500, 503]
    quarantine(managed, openssh, keys)
    first, second, third = receiver.wait(3, 40)
    assert first.id == second.id == third.id and first.body == third.body
    assert int(third.headers['Gangway-Timestamp']) > int(first.headers['Gangway-Timestamp'])
    assert all(one.signed_with(hook.secret) for one in (first, second, third))
    failed = managed.wait_event('webhook_failed', webhook=hook.id, attempt=1)
    assert failed['error'] == 'the receiver answered 500' and failed['givenUp'] == 'false'
    until(lambda: [one for one in hook.deliveries() if one.get('deliveredAt')], 10, 'the delivery')


def test_redirect_is_not_followed(managed, receiver, openssh, keys):
    hook = Hook(managed, receiver.url, 'host_key_changed')
    with Receiver() as elsewhere:
        receiver.answers = [(307, {'Location': elsewhere.url})] * 9
        quarantine(managed, openssh, keys)
        assert 'redirects are not followed' in hook.failed_delivery()['error']
        assert not elsewhere.posts


@pytest.mark.early
def test_receiver_that_hangs_holds_up_neither_the_others_nor_the_end(managed, receiver, openssh, keys):
    with Receiver() as dead:
        dead.answers = [Receiver.hang] * 9
        hook = Hook(managed, dead.url, 'host_key_changed')
        Hook(managed, receiver.url, 'host_key_changed')
        quarantine(managed, openssh, keys)
        dead.wait()
        receiver.wait(seconds=5)
        failed = managed.wait_event('webhook_failed', 15, webhook=hook.id)
        assert failed['error'].startswith('the receiver could not be reached')
        quarantine(managed, openssh, keys)
        dead.wait(2)
        begun = time.monotonic()
        assert managed.stop() == 0
        assert time.monotonic() - begun < 5 * PATIENCE


def test_receiver_that_is_not_there_gets_it_after_a_restart(tmp_path, receiver, openssh, keys):
    with Gateway(tmp_path / 'data') as gateway:
        hook = Hook(gateway, receiver.url, 'host_key_changed')
        receiver.answers = [500] * 2
        quarantine(gateway, openssh, keys)
        first = receiver.wait()[0]
    receiver.answers = []
    seen = len(receiver.posts)
    with Gateway(tmp_path / 'data'):
        again = receiver.wait(seen + 1)[-1]
        assert again.id == first.id and again.signed_with(hook.secret)


def test_private_addresses_are_refused_under_the_public_policy(own_gateway, receiver, openssh, keys):
    gateway = own_gateway('--egress', 'public', '--egress-allow', '127.0.0.1/32')
    allowed = Hook(gateway, receiver.url, 'host_key_changed')
    with Receiver('127.0.0.2') as private:
        mapped = private.url.replace('127.0.0.2', '[::ffff:127.0.0.2]')
        hooks = [Hook(gateway, url, 'host_key_changed')
                 for url in (private.url, mapped, 'http://metadata.google.internal/')]
        quarantine(gateway, openssh, keys)
        assert receiver.wait()[0].signed_with(allowed.secret)
        for hook in hooks:
            assert hook.failed_delivery()
        assert not private.posts and len(receiver.posts) == 1


def test_https_wants_a_certificate_of_a_trusted_authority_for_the_right_name(own_gateway, tmp_path, openssh, keys):
    ours, theirs, other = (Authority(tmp_path / name) for name in ('ours', 'theirs', 'other'))
    authorities = tmp_path / 'authorities.pem'
    authorities.write_bytes(ours.certificate.read_bytes() + other.certificate.read_bytes())
    trusting, usual = own_gateway('--ca-file', authorities), own_gateway()
    with Receiver(tls=ours.issue('IP:127.0.0.1')) as good_one, Receiver(tls=theirs.issue('IP:127.0.0.1')) as stranger, \
            Receiver(tls=other.issue('DNS:other.example')) as misnamed:
        hook = Hook(trusting, good_one.url, 'host_key_changed')
        refused = [Hook(trusting, one.url, 'host_key_changed') for one in (stranger, misnamed)]
        quarantine(trusting, openssh, keys)
        assert good_one.wait()[0].signed_with(hook.secret)
        refused.append(Hook(usual, good_one.url, 'host_key_changed'))
        quarantine(usual, openssh, keys)
        for each in refused:
            assert 'certificate' in each.failed_delivery()['error']
        assert not stranger.posts and not misnamed.posts and len(good_one.posts) == 1


def test_changed_webhook_is_told_elsewhere_of_other_things_with_another_secret(managed, receiver, openssh, keys):
    hook = Hook(managed, f'{receiver.url}/old', 'run_failed')
    changed = call(managed, 'PATCH', f'/webhooks/{hook.id}',
                   {'url': f'{receiver.url}/new', 'events': ['host_key_changed'], 'newSecret': True})
    assert changed.status == 200 and changed.json['secret'] != hook.secret
    quarantine(managed, openssh, keys)
    post = receiver.wait()[0]
    assert post.path == '/new' and post.signed_with(changed.json['secret']) and not post.signed_with(hook.secret)

    off = call(managed, 'PATCH', f'/webhooks/{hook.id}', {'enabled': False})
    assert off.json['enabled'] is False and 'secret' not in off.json
    Hook(managed, f'{receiver.url}/other', 'host_key_changed')
    quarantine(managed, openssh, keys)
    assert receiver.wait(2)[1].path == '/other'
    until(lambda: managed.events('webhook_delivered'), 10, 'the delivery in the log')
    assert len(receiver.posts) == 2 and len(hook.deliveries()) == 1


def pulled(managed, sshd, **more):
    """A connection that works, and a folder that is not there on the server."""
    connection = Connection(managed, f'connection {next(_numbers)}', sshd, sshd.username)
    sshd.authorize(connection.new_key()['publicKey'])
    return Folder(connection, 'orders', sshd.folder / 'tree' / 'out', **more)


def test_first_failure_of_a_folder_and_its_recovery_are_told_once_each(managed, receiver, sshd):
    folder = pulled(managed, sshd)
    hook = Hook(managed, receiver.url, 'run_failed', 'run_recovered')
    failed = [folder.run_to_its_end() for _ in range(2)]
    assert [run['outcome'] for run in failed] == ['failed', 'failed']
    (sshd.folder / 'tree' / 'out').mkdir()
    (sshd.folder / 'tree' / 'out' / 'a.csv').write_bytes(b'content')
    worked = [folder.run_to_its_end() for _ in range(2)]
    first, second = receiver.wait(2)
    assert first.signed_with(hook.secret) and second.signed_with(hook.secret)
    for post, event, run in ((first, 'run_failed', failed[0]), (second, 'run_recovered', worked[0])):
        told = post.json
        assert post.headers['Gangway-Event'] == told['event'] == event
        assert told['connection']['id'] == folder.connection.id and told['folder']['id'] == folder.id
        assert {name: told['run'][name] for name in ('id', 'outcome', 'pulled')} == {
            'id': run['id'], 'outcome': run['outcome'], 'pulled': run['pulled']}
    assert first.json['run']['code'] == 'no_such_file' and first.json['run']['error'] == failed[0]['error']
    assert 'error' not in second.json['run'] and second.json['run']['pulled'] == 1
    until(lambda: all(one.get('deliveredAt') for one in hook.deliveries()), 10, 'both deliveries')
    assert len(hook.deliveries()) == len(receiver.posts) == 2


def test_file_that_fails_again_and_again_is_told_though_the_rest_is_pulled(managed, receiver, sshd):
    hook = Hook(managed, receiver.url, 'files_failing', 'run_failed')
    out = sshd.folder / 'tree' / 'out'
    out.mkdir()
    folder = pulled(managed, sshd, rules={'stable': {'by': 'at_once'}, 'checksum': '{name}.sha256'})
    (out / 'good.csv').write_bytes(b'good')
    (out / 'good.csv.sha256').write_text(hashlib.sha256(b'good').hexdigest())
    (out / 'bad.csv').write_bytes(b'bad')
    (out / 'bad.csv.sha256').write_text('0' * 64)
    first = folder.run_to_its_end()
    assert first['outcome'] == 'partial' and first['pulled'] == 1 and folder.arrived() == {'good.csv': b'good'}
    with contextlib.closing(sqlite3.connect(managed.data_dir / 'gangway.db', timeout=10)) as database, database:
        database.execute('UPDATE files SET attempts = 4, next_try = 0 WHERE attempts > 0')    # some minutes later
    assert folder.run_to_its_end()['outcome'] == 'partial'
    post, = receiver.wait()
    assert post.signed_with(hook.secret) and post.headers['Gangway-Event'] == 'files_failing'
    assert post.json['folder']['id'] == folder.id and post.json['run']['outcome'] == 'partial'
    assert (post.json['files']['count'], post.json['files']['path']) == (1, 'bad.csv')
    assert 'SHA-256' in post.json['files']['error']


@pytest.mark.early
def test_expected_file_that_does_not_come_is_told(managed, receiver, sshd):
    hook = Hook(managed, receiver.url, 'file_missing')
    folder = pulled(managed, sshd, expectedBy={'like': 'orders-*.csv', 'every': '1m'})
    post = receiver.wait(seconds=130)[0]
    assert post.signed_with(hook.secret) and post.headers['Gangway-Event'] == 'file_missing'
    told = post.json
    assert told['folder']['id'] == folder.id and told['expected']['like'] == 'orders-*.csv'
    assert told['expected']['dueBy'] <= told['at'] and 'run' not in told
    managed.wait_event('file_missing', folder=folder.id, like='orders-*.csv')


def test_unfit_webhooks_are_refused(managed):
    for value, field in (({'url': 'ftp://a.example/', 'events': ['run_failed']}, 'url'),
                         ({'url': 'https://user:word@a.example/', 'events': ['run_failed']}, 'url'),
                         ({'url': 'https://a.example/', 'events': []}, 'events'),
                         ({'url': 'https://a.example/', 'events': ['run_filed']}, 'events')):
        answer = call(managed, 'POST', '/webhooks', value)
        assert answer.status == 400 and answer.json['field'] == field


def test_deleted_webhook_gets_nothing(managed, receiver, openssh, keys):
    gone = Hook(managed, f'{receiver.url}/gone', 'host_key_changed')
    Hook(managed, f'{receiver.url}/stays', 'host_key_changed')
    good(call(managed, 'GET', f'/webhooks/{gone.id}'))
    assert call(managed, 'DELETE', f'/webhooks/{gone.id}').status == 204
    quarantine(managed, openssh, keys)
    assert [one.path for one in receiver.wait()] == ['/stays']
