"""The sink for buckets over real HTTP, against a server that checks every signature and fails as it is told."""
import signal

import pytest

from support.s3_stub import Answer, Drop, first
from support.sink_program import Sink
from support.waiting import until


def content(stub, key):
    return stub.buckets['files'][key][0]


def requests(stub, method):
    return sum(line.startswith(method) for line in stub.log)


def test_small_file_is_published_and_signed(stub, bucket, small):
    assert bucket('put', '7-1', 'a.csv', small) == 'published'
    assert content(stub, 'in/a.csv') == b'hello'
    assert stub.buckets['files']['in/a.csv'][1]['x-amz-meta-gangway-claim'] == '7-1'
    assert requests(stub, 'PUT') == 1


@pytest.mark.parametrize('key', ['Müller & Söhne/100%25 ~2.csv', "a+b=c,d;e@f!g'(h)[i]{j}", '報告/😀', 'x' * 255])
def test_every_key_is_encoded_and_signed_the_same_way(stub, bucket, small, key):
    assert bucket('put', '1-1', key, small) == 'published'
    assert content(stub, 'in/' + key) == b'hello'


def test_large_file_goes_in_parts(stub, bucket, large):
    assert bucket('put', '7-1', 'big', large) == 'published'
    assert content(stub, 'in/big') == large.read_bytes()
    assert requests(stub, 'PUT') == 3
    assert not stub.uploads


def test_session_token_is_signed_too(stub, small):
    sink = Sink(f's3={stub.endpoint},files,', AWS_SESSION_TOKEN='token/+==')
    assert sink('put', '1-1', 'a', small) == 'published'


def test_wrong_secret_is_permission_denied(stub, small):
    sink = Sink(f's3={stub.endpoint},files,', secret_key='CANARY')
    said = sink('put', '1-1', 'a', small)
    assert said.startswith('permission denied: ')
    assert 'CANARY' not in said
    assert not stub.buckets['files']


def test_missing_bucket_is_told(stub, small):
    assert Sink(f's3={stub.endpoint},nowhere,')('put', '1-1', 'a', small).startswith('the destination is missing')


def test_same_content_is_adopted_and_other_content_never_replaced(stub, bucket, small, large):
    stub.buckets['files'] = {'in/a': (b'hello', {}), 'in/b': (b'other', {}), 'in/big': (b'other', {})}
    assert bucket('put', '1-1', 'a', small) == 'already_there'
    assert bucket('put', '2-1', 'b', small).startswith('something else is there')
    assert bucket('put', '3-1', 'big', large).startswith('something else is there')
    blind = Sink(f's3={stub.endpoint},files,in/,blind')
    assert blind('put', '4-1', 'b', small).startswith('something else is there')
    assert blind('put', '5-1', 'big', large).startswith('something else is there')
    assert content(stub, 'in/b') == content(stub, 'in/big') == b'other'


@pytest.mark.parametrize('fault', [Answer(500, 'InternalError'), Answer(503, 'SlowDown'), Answer(400, 'BadDigest'),
                                   Answer(502), Drop('before'), Drop('after'), Drop('half')],
                         ids=['500', 'slow_down', 'bad_digest', 'gateway', 'dropped', 'lost', 'half'])
@pytest.mark.parametrize('method', ['HEAD', 'PUT', 'POST'])
def test_fault_of_a_moment_leads_to_one_publication(stub, bucket, large, small, method, fault):
    if method == 'HEAD' and getattr(fault, 'code', '') == 'BadDigest':
        fault = Answer(504)     # a HEAD has no body that could tell a code
    stub.faults = [first(method, fault, times=2)]
    for number, file in enumerate([small, large]):
        assert bucket('put', f'{number}-1', f'f{number}', file) == 'published'
        assert content(stub, f'in/f{number}') == file.read_bytes()


@pytest.mark.parametrize('fault, meaning', [
    (Answer(403, 'RequestTimeTooSkewed'), 'permission denied'), (Answer(403, 'AccessDenied'), 'permission denied'),
    (Answer(307, 'TemporaryRedirect', {'Location': 'http://127.0.0.1:1/elsewhere'}), 'refused'),
    (Answer(301, 'PermanentRedirect'), 'refused'), (Answer(501, 'NotImplemented'), 'refused'),
    (Answer(507), 'no space left')])
def test_lasting_refusal_is_told_at_once(stub, bucket, small, fault, meaning):
    stub.faults = [first('PUT', fault, times=99)]
    assert bucket('put', '1-1', 'a', small).startswith(meaning + ': ')
    assert requests(stub, 'PUT') == 1
    assert not stub.buckets['files']


def test_storage_that_is_not_there_is_unavailable(small):
    said = Sink('s3=http://127.0.0.1:1,files,')('put', '1-1', 'a', small)
    assert said.startswith('unavailable: the storage could not be reached')


def test_answer_that_is_too_large_is_a_bad_answer(stub, bucket, small):
    stub.faults = [first('PUT', Answer(400, 'X' * (3 << 20)), times=99)]
    assert bucket('put', '1-1', 'a', small).startswith('an answer that makes no sense')


def test_nothing_is_visible_until_an_upload_is_complete(stub, bucket, large):
    evidence = bucket('stage', '7-1', 'big', large)
    assert list(stub.uploads) == [evidence.removeprefix('7-1:')]
    assert not stub.buckets['files']
    assert bucket('recover', 'big', large, evidence) == 'published'
    assert content(stub, 'in/big') == large.read_bytes()
    assert bucket('recover', 'big', large, evidence) == 'published'


def test_recover_tells_lost_and_published_apart(stub, bucket, small, large):
    assert bucket('recover', 'a', small, '7-1') == 'lost'
    assert bucket('put', '7-1', 'a', small) == 'published'
    assert bucket('recover', 'a', small, '7-1') == 'published'
    assert bucket('recover', 'a', small, '8-1') == 'already_there'
    evidence = bucket('stage', '9-1', 'big', large)
    assert bucket('discard', 'big', evidence) == 'discarded'
    assert bucket('recover', 'big', large, evidence) == 'lost'


def test_sweep_aborts_orphans_and_leaves_what_is_known(stub, bucket, large):
    known = bucket('stage', '1-1', 'a', large).partition(':')[2]
    bucket('stage', '2-1', 'b', large)
    assert bucket('sweep', 0, known) == '1'
    assert list(stub.uploads) == [known]


def test_process_killed_in_the_middle_of_an_upload_leaves_no_object(stub, bucket, large):
    killed = []

    def kill(request):
        if request.command == 'PUT' and 'partNumber=2' in request.path and not killed:
            killed.append(True)
            running.send_signal(signal.SIGKILL)
    stub.faults = [kill]
    running = bucket.start('put', '1-1', 'big', large)
    running.wait(30)
    until(lambda: killed, 5, 'the second part')
    assert not stub.buckets['files']
    assert len(stub.uploads) == 1
    assert bucket('sweep', 0) == '1'
    assert bucket('put', '1-2', 'big', large) == 'published'


@pytest.mark.parametrize('host, address', [('127.0.0.1', '127.0.0.1'), ('localhost', None), ('[::1]', '::1')])
def test_address_that_may_not_be_reached_is_refused_before_a_connection(stub, small, host, address):
    said = Sink(f's3=http://{host}:{stub.port},files,,caged')('put', '1-1', 'a', small)
    assert said.startswith('refused: the address ') and said.endswith(' of the storage may not be reached')
    assert address is None or f' {address} ' in said
    assert not stub.log
