"""A process is killed at each labelled point of docs/read-once.md, and another one finishes its work: nothing is lost,
nothing comes twice, nothing partial is seen."""
import pytest

from support.crash_world import WHOLE, labels

BUCKETS = ('s3', 's3_blind', 's3rver')
# Points of one kind of destination; `linked` stands apart below, and the entries are those of archives.
ONLY = {**dict.fromkeys(('linked', 'entries_staged', 'entries_publishing', 'entries_published'), ()),
        'folder_made': ('local',), 'renamed': ('local',), 'put_sent': BUCKETS, 'put_answered': BUCKETS}
SELECTED = {'claimed', 'staged', 'fetched', 'renamed', 'put_sent', 'publishing', 'published', 'discarding', 'finishing'}
# Points that each file passes: also after some of them.
OFTEN = ('begun', 'written', 'compared', 'finished', 'folder_made', 'renamed', 'put_sent', 'put_answered',
         'source_looked', 'finishing')


def cases():
    for destination in ('local', *BUCKETS):
        for database in ('sqlite', 'postgresql'):
            usual = (destination, database) == ('local', 'sqlite')
            selected = SELECTED if destination in ('local', 's3') else ()
            for label in labels():
                # s3rver cannot list uploads, so there is nothing to sweep.
                if destination not in ONLY.get(label, (destination,)) or (destination, label) == ('s3rver', 'sweeping'):
                    continue
                if WHOLE or usual or label in selected:
                    yield destination, database, label, 0
                if WHOLE and label in OFTEN:
                    yield destination, database, label, 5


@pytest.mark.parametrize('destination,database,label,passes', cases())
def test_killed_at(world, destination, database, label, passes):
    here = world(destination, database)
    if label == 'looks_kept':
        here.stable = 'looks'
    if label == 'sweeping':     # There must be something to sweep: a large file that nobody knows to be staged.
        here.add(1)
        here.killed_at('staged')
    here.add(11)
    if label == 'discarding':
        here.place.obstruct('f101')
    here.killed_at(label, passes)
    if label == 'discarding':
        here.place.clear('f101')
        if database == 'postgresql':
            here.ledger.end_waits()
    here.finish()


# What a run passes that finds files staged, and nothing else to do first.
AFTERWARDS = {'local': ('folder_made', 'renamed', 'publishing', 'recording', 'recorded', 'listed'),
              's3': ('publishing', 'recording', 'recorded', 'listed')}


@pytest.mark.parametrize('destination,database,label', [
    (destination, database, label) for destination in AFTERWARDS for database in ('sqlite', 'postgresql')
    for label in AFTERWARDS[destination] if WHOLE or (label, database) in (('renamed', 'sqlite'), ('recording', 'postgresql'))])
def test_killed_again_while_it_recovers(world, destination, database, label):
    here = world(destination, database)
    here.add(11)
    # A bucket's recovery finds what was sent; what was only staged is fetched again.
    here.killed_at('fetched' if destination == 'local' else 'put_answered')
    here.killed_at(label)
    here.finish()


@pytest.mark.parametrize('destination', BUCKETS if WHOLE else ('s3',))
def test_killed_when_a_large_file_is_staged_in_parts(world, destination):
    """s3rver cannot tell what parts there are: then it is fetched again."""
    here = world(destination, 'sqlite')
    here.add(1)
    here.killed_at('fetched')
    here.finish()


NO_EXCLUSIVE_RENAME = {'fail': 'renameat2:EINVAL'}


@pytest.mark.parametrize('database,passes', [('sqlite', 0)] + [('sqlite', 5), ('postgresql', 0), ('postgresql', 5)] * WHOLE)
def test_killed_between_two_names_where_no_rename_is_exclusive(world, database, passes):
    """Whoever takes a file away before the next owner has looked would get it again; docs/read-once.md says so."""
    here = world('local_lazy', database)
    here.add(11)
    here.killed_at('linked', passes, **NO_EXCLUSIVE_RENAME)
    assert here.run(**NO_EXCLUSIVE_RENAME)[0] == 0
    here.place.lazy = False
    here.finish(**NO_EXCLUSIVE_RENAME)


def test_files_arrive_once_where_no_rename_is_exclusive(world):
    here = world('local', 'sqlite')
    here.add(11)
    here.finish(**NO_EXCLUSIVE_RENAME)
