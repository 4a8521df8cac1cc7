#include "data_folder.hpp"

#include <gangway/net/blocking.hpp>

#include <cstdlib>
#include <string>
#include <unistd.h>

namespace gangway::app {

bool can_be_written(const std::filesystem::path& folder) noexcept {
    auto name = (folder / ".ready-XXXXXX").native();
    const int file = ::mkostemp(name.data(), 0);
    if (file < 0) return false;
    const bool written = ::write(file, "ready\n", 6) == 6;
    // What does not fit on the disk may show only here.
    const bool closed = ::close(file) == 0;
    const bool removed = ::unlink(name.c_str()) == 0;
    return written && closed && removed;
}

net::awaitable<std::vector<std::string>> data_folder::look() {
    const bool usable = co_await net::run_blocking(blocking_, [folder = folder_] { return can_be_written(folder); });
    co_return usable ? std::vector<std::string>{} : std::vector<std::string>{"data_dir"};
}

}  // namespace gangway::app
