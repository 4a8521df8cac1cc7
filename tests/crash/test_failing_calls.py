"""System calls fail, one after the other, and disks are full at any octet: the run ends with a clear state, nothing
partial is seen, and all arrives once when the cause is gone."""
import re

import pytest

from support.crash_world import WHOLE
from support.small_disk import small_disk

# What a call may say, and every how many-th of them fails: in the selection, where 0 leaves it out, and in the whole.
FAULTS = [('write', 'EIO', 3, 1), ('write', 'ENOSPC', 0, 1), ('write', 'EDQUOT', 0, 1), ('write', 'EINTR', 0, 1),
          ('write', 'short', 3, 1), ('pwrite', 'EIO', 20, 1), ('pwrite', 'ENOSPC', 20, 4), ('pwrite', 'EDQUOT', 0, 7),
          ('pwrite', 'EINTR', 0, 7), ('pwrite', 'short', 0, 7), ('fsync', 'EIO', 2, 1), ('fsync', 'ENOSPC', 0, 1),
          ('fdatasync', 'EIO', 4, 1), ('fdatasync', 'EDQUOT', 0, 1), ('renameat2', 'EIO', 1, 1),
          ('renameat2', 'ENOSPC', 0, 1), ('close', 'EIO', 0, 1), ('ftruncate', 'EIO', 0, 1)]


def ends_clearly(status, output):
    """It has ended by itself, and where it gave up it has said why in a sentence."""
    assert status in (0, 1), f'exit status {status}\n{output}'
    assert status == 0 or re.search(r'\w+ \w+ \w+', output.splitlines()[-1]), output


@pytest.mark.parametrize('call,reason,step', [(call, reason, whole if WHOLE else selected)
                                              for call, reason, selected, whole in FAULTS if WHOLE or selected])
def test_call_that_fails_once_loses_and_repeats_nothing(world, call, reason, step):
    here = world('local', 'sqlite', large=1_200_000)
    failing = 0
    while True:
        here.add(2)
        status, output = here.run(fail=f'{call}:{reason}:{failing}')
        ends_clearly(status, output)
        assert not here.place.partial
        made = int(re.search(r'^calls (\d+)$', output, re.M).group(1)) if status == 0 else failing + 1
        here.counts.add(rounds=1)
        assert here.run(runs=2)[0] == 0
        here.wait_for_all(5)
        assert sorted(here.place.seen) == sorted(here.names), (f'{call} number {failing}: {reason}', output)
        if made <= failing:
            break
        failing += step
        assert failing < 1000, 'it never gets through'
    assert failing > 0, 'nothing calls it'
    here.finish()


def filled(disk, free):
    """Leaves `free` octets on the disk, by a file that takes the rest."""
    filler = disk / 'filler'
    with open(filler, 'wb', buffering=0) as file:
        size = 1 << 16
        while size >= 4096:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
        file.truncate(max(file.tell() - free, 0))
    return filler


@pytest.mark.parametrize('what,most,step', [('pulled', 48, 12), ('kept', 240, 40)])      # in KiB
def test_disk_that_is_full_at_any_octet_loses_and_repeats_nothing(world, tmp_path, what, most, step):
    """That of the destination, and that of the database: wherever a transaction has come to in SQLite's log."""
    with small_disk(tmp_path / 'disk', 'size=16m') as disk:
        here = world('local', 'sqlite', large=300_000, **{what: disk / what})
        here.add(1)
        assert here.run()[0] == 0       # the tables are there
        full = 0
        for free in range(0, most << 10, (step // 4 if WHOLE else step) << 10):
            filler = filled(disk, free)
            here.add(10)
            status, output = here.run()
            ends_clearly(status, output)
            full += status != 0 or 'succeeded' not in output
            here.counts.add(rounds=1)
            filler.unlink()
            status, output = here.run(runs=2)
            assert status == 0, output
            here.wait_for_all(5)
            assert sorted(here.place.seen) == sorted(here.names), (free, output)
        assert full > 2, 'it was hardly ever full'
        here.finish()
