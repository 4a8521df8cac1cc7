"""File systems that fill up and close, for a test alone."""
import contextlib

from .privilege import privileged


@contextlib.contextmanager
def small_disk(mount_point, options):
    """A file system of its own, so small that it fills up."""
    mount_point.mkdir()
    privileged('mount', '-t', 'tmpfs', '-o', f'mode=777,{options}', 'tmpfs', mount_point)
    try:
        yield mount_point
    finally:
        privileged('umount', '-l', mount_point)


def remount(mount_point, options):
    privileged('mount', '-o', f'remount,{options}', mount_point)


def fill(path):
    """Writes `path` until nothing more fits."""
    with open(path, 'wb', buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1 << 9, 1):
            with contextlib.suppress(OSError):
                while file.write(b'x' * size):
                    pass
    return path
