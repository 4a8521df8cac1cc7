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

net::awaitable<std::vector<std::string>> data_folder::missing() {
    if (is_my_turn())
        remember(co_await net::run_blocking(blocking_, [folder = folder_] { return can_be_written(folder); }));
    if (was_usable()) co_return std::vector<std::string>{};
    co_return std::vector<std::string>{"data_dir"};
}

bool data_folder::is_my_turn() {
    const auto now = clock_.steady();
    const std::scoped_lock lock{mutex_};
    if (now < next_look_) return false;
    next_look_ = now + remembered;
    return true;
}

void data_folder::remember(bool usable) {
    const std::scoped_lock lock{mutex_};
    usable_ = usable;
}

bool data_folder::was_usable() const {
    const std::scoped_lock lock{mutex_};
    return usable_;
}

}  // namespace gangway::app
