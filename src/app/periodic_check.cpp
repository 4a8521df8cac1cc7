#include "periodic_check.hpp"

#include <iterator>

namespace gangway::app {

net::awaitable<std::vector<std::string>> periodic_check::missing() {
    if (is_my_turn()) remember(co_await look());
    co_return found_last();
}

bool periodic_check::is_my_turn() {
    const auto now = clock_.steady();
    const std::scoped_lock lock{mutex_};
    if (now < next_look_) return false;
    next_look_ = now + remembered;
    return true;
}

void periodic_check::remember(std::vector<std::string> found) {
    const std::scoped_lock lock{mutex_};
    found_ = std::move(found);
}

std::vector<std::string> periodic_check::found_last() const {
    const std::scoped_lock lock{mutex_};
    return found_;
}

net::awaitable<std::vector<std::string>> all_checks::missing() {
    std::vector<std::string> names;
    for (auto* const each : all_) {
        auto more = co_await each->missing();
        names.insert(names.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
    co_return names;
}

}  // namespace gangway::app
