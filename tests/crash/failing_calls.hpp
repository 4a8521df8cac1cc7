#pragma once
/// Makes system calls of the programs of this folder fail, as their environment says: GANGWAY_CRASH_FAIL is
/// "NAME:REASON" for every call of that name, or "NAME:REASON:N" for the one with number N alone (the first is 0). NAME
/// is write, pwrite, fsync, fdatasync, syncfs, ftruncate, close or renameat2; REASON is EIO, ENOSPC, EDQUOT, EINTR or
/// EINVAL, and "short" for a write that takes one octet. Only files and folders count, no sockets and pipes.
///
/// Calls of shared libraries come here as well: SQLite's are among them.

#include <cstddef>

namespace gangway::crash {

/// How many calls of that name there were.
[[nodiscard]] std::size_t calls_that_could_fail() noexcept;

}  // namespace gangway::crash
