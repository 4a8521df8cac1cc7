"""Recursive get and put: whole trees, with many files in flight, that never leave the folder they belong to."""
import json
import os

import pytest

from support.cli import FAILED, OK, USAGE


@pytest.fixture
def place(openssh, request):
    """A fresh folder on the server: its name in URLs, and itself."""
    name = 'tree-' + request.node.name.split('[')[0]
    return ':' + openssh.path(name), openssh.fresh(name)


@pytest.fixture
def run(cli, openssh):
    """run(command, arguments…) on the usual server; the outcome."""
    return lambda command, *arguments, **options: cli.to(openssh, command, *arguments, **options)


def plant(folder):
    """A tree with all that trees have; the files' content by name."""
    content = {f'f{number:03}': os.urandom(number * 7) for number in range(300)}
    content |= {'sub/medium': os.urandom(700_000), 'sub/deep/large': os.urandom(5_000_000), 'sub/empty': b'',
                'sub/deep/odd \\ name €': b'odd'}
    for name, octets in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(octets)
    (folder / 'nothing').mkdir()
    return content


def files_in(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob('*') if path.is_file() and not path.is_symlink()}


def done(outcome):
    assert outcome.status == OK, f'{outcome.status}: {outcome.stderr}'
    return outcome


def test_a_tree_comes_down_whole(run, place, tmp_path):
    url, folder = place
    content = plant(folder)
    told = done(run('get', '-r', '--json', url, tmp_path / 'here')).json()
    assert files_in(tmp_path / 'here') == content
    assert (tmp_path / 'here/nothing').is_dir()
    assert told['files'] == len(content) and told['bytes'] == sum(map(len, content.values()))


def test_a_tree_goes_up_whole_and_again_over_itself(run, place, tmp_path):
    url, folder = place
    source = tmp_path / 'source'
    content = plant(source)
    done(run('put', '-r', source, f'{url}/there'))
    assert files_in(folder / 'there') == content
    assert (folder / 'there/nothing').is_dir()
    (source / 'f007').write_bytes(b'changed')
    done(run('put', '-r', source, f'{url}/there'))
    assert (folder / 'there/f007').read_bytes() == b'changed'


def test_into_a_folder_the_tree_goes_under_its_own_name(run, place, tmp_path):
    url, folder = place
    (folder / 'a').write_bytes(b'a')
    done(run('get', '-r', url, tmp_path))
    assert (tmp_path / folder.name / 'a').read_bytes() == b'a'
    done(run('put', '-r', f'{tmp_path / folder.name}/', f'{url}/'))
    assert (folder / folder.name / 'a').read_bytes() == b'a'


def test_permissions_and_times_are_kept_on_request(run, place, tmp_path):
    url, folder = place
    source = tmp_path / 'source'
    (source / 'sub').mkdir(parents=True)
    (source / 'sub/a').write_bytes(b'a')
    (source / 'sub/a').chmod(0o4750)
    for name in ('sub/a', 'sub', ''):
        os.utime(source / name, (1_000_000_000, 1_100_000_000))
    (source / 'sub').chmod(0o711)
    done(run('put', '-r', '-p', source, f'{url}/up'))
    done(run('get', '-r', '-p', f'{url}/up', tmp_path / 'back'))
    for tree in (folder / 'up', tmp_path / 'back'):
        assert (tree / 'sub/a').stat().st_mode & 0o7777 == 0o750, 'set-id bits stay behind'
        assert (tree / 'sub').stat().st_mode & 0o777 == 0o711
        assert {(tree / name).stat().st_mtime for name in ('sub/a', 'sub', '')} == {1_100_000_000}


def test_links_are_passed_over_both_ways(run, place, tmp_path):
    url, folder = place
    (folder / 'a').write_bytes(b'a')
    (folder / 'outside').symlink_to('/etc')
    (folder / 'dangling').symlink_to('/nowhere')
    told = done(run('get', '-r', '--json', url, tmp_path / 'here')).json()
    assert os.listdir(tmp_path / 'here') == ['a'] and told['passedOver'] == 2
    (tmp_path / 'here/out').symlink_to('/etc')
    done(run('put', '-r', tmp_path / 'here', f'{url}/up'))
    assert os.listdir(folder / 'up') == ['a']


def test_a_local_link_in_the_way_leads_nowhere(run, place, tmp_path):
    url, folder = place
    (folder / 'sub').mkdir()
    (folder / 'sub/a').write_bytes(b'a')
    (folder / 'b').write_bytes(b'b')
    elsewhere = tmp_path / 'elsewhere'
    elsewhere.mkdir()
    (elsewhere / 'kept').write_bytes(b'kept')
    here = tmp_path / folder.name
    here.mkdir()
    (here / 'sub').symlink_to(elsewhere)
    (here / 'b').symlink_to(elsewhere / 'kept')
    assert run('get', '-r', url, tmp_path).status == FAILED
    assert os.listdir(elsewhere) == ['kept'] and (elsewhere / 'kept').read_bytes() == b'kept'
    assert (here / 'b').read_bytes() == b'b' and not (here / 'b').is_symlink()


def test_a_link_on_the_server_is_not_written_through(run, place, tmp_path):
    url, folder = place
    (folder / 'elsewhere').mkdir()
    (folder / 'kept').write_bytes(b'kept')
    (folder / 'up').mkdir()
    (folder / 'up/sub').symlink_to(folder / 'elsewhere')
    (folder / 'up/a').symlink_to(folder / 'kept')
    source = tmp_path / 'source'
    (source / 'sub').mkdir(parents=True)
    (source / 'sub/b').write_bytes(b'b')
    (source / 'a').write_bytes(b'new')
    (source / 'c').write_bytes(b'c')
    outcome = run('put', '-r', source, f'{url}/up')
    assert outcome.status == FAILED
    assert os.listdir(folder / 'elsewhere') == [] and (folder / 'kept').read_bytes() == b'kept'
    assert (folder / 'up/c').read_bytes() == b'c'


def test_each_failure_is_told_and_the_rest_goes_on(run, place, tmp_path):
    url, folder = place
    for name in 'abc':
        (folder / name).write_bytes(name.encode())
    here = tmp_path / folder.name
    (here / 'b').mkdir(parents=True)
    outcome = run('get', '-r', '--json', url, tmp_path)
    assert outcome.status == FAILED
    lines = [json.loads(line) for line in outcome.stderr.splitlines()]
    assert len(lines) == 2 and lines[0]['error'].startswith('b: ') and '1' in lines[1]['error']
    assert sorted(os.listdir(here)) == ['a', 'b', 'c']


def test_nothing_is_replaced_with_no_overwrite(run, place, tmp_path):
    url, folder = place
    (folder / 'a').write_bytes(b'new')
    here = tmp_path / folder.name
    here.mkdir()
    (here / 'a').write_bytes(b'old')
    assert run('get', '-r', '--no-overwrite', url, tmp_path).status == FAILED
    assert (here / 'a').read_bytes() == b'old' and os.listdir(here) == ['a']
    assert run('put', '-r', '--no-overwrite', here, url).status == FAILED
    assert (folder / 'a').read_bytes() == b'new'


@pytest.mark.parametrize('options', [['--atomic'], ['--sync'], ['--atomic', '--sync', '-p', '--parallel', '2']])
def test_a_tree_goes_up_under_temporary_names_and_to_stable_storage(run, place, tmp_path, options):
    url, folder = place
    source = tmp_path / 'source'
    content = plant(source)
    for _ in range(2):
        done(run('put', '-r', *options, source, f'{url}/there'))
        assert files_in(folder / 'there') == content


def test_several_large_files_go_both_ways(run, place, tmp_path):
    url, folder = place
    source = tmp_path / 'source'
    source.mkdir()
    for number in range(6):
        (source / f'large{number}').write_bytes(os.urandom(9_000_000 + number))
    told = done(run('put', '-r', '--json', source, f'{url}/there')).json()
    assert told['files'] == 6 and told['bytes'] == 54_000_015
    assert files_in(folder / 'there') == files_in(source)
    done(run('get', '-r', '--parallel', '3', f'{url}/there', tmp_path / 'back'))
    assert files_in(tmp_path / 'back') == files_in(source)


def test_a_missing_folder_is_an_error(run, place, tmp_path):
    url, _ = place
    assert run('get', '-r', f'{url}/nothing', tmp_path / 'here').status == FAILED
    assert run('put', '-r', tmp_path / 'nothing', f'{url}/up').status == USAGE
    (tmp_path / 'source').mkdir()
    assert run('put', '-r', tmp_path / 'source', f'{url}/no/folder').status == FAILED
    assert run('put', '-r', '--parents', tmp_path / 'source', f'{url}/no/folder').status == OK


@pytest.mark.parametrize('options', [('--append',), ('--mode', '600')])
def test_what_does_not_go_together_is_said_before_anything_is_sent(run, place, tmp_path, options):
    assert run('put', '-r', *options, tmp_path, place[0]).status == USAGE
