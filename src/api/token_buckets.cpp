#include <gangway/api/token_buckets.hpp>

#include <algorithm>

namespace gangway::api {

std::optional<token_buckets::duration> token_buckets::take(std::string_view key) {
    const auto now = clock_.steady();
    const std::scoped_lock lock{mutex_};
    auto& found = touched(key);
    const auto full = std::max(found.full, now) + share_;
    if (full > now + period_) return full - now - period_;
    found.full = full;
    return std::nullopt;
}

std::optional<token_buckets::duration> token_buckets::wait(std::string_view key) const {
    const auto now = clock_.steady();
    const std::scoped_lock lock{mutex_};
    const auto place = places_.find(key);
    if (place == places_.end()) return std::nullopt;
    const auto full = place->second->full + share_;
    return full > now + period_ ? std::optional{full - now - period_} : std::nullopt;
}

void token_buckets::charge(std::string_view key) {
    const auto now = clock_.steady();
    const std::scoped_lock lock{mutex_};
    auto& found = touched(key);
    found.full = std::min(std::max(found.full, now) + share_, now + 2 * period_);
}

std::size_t token_buckets::keys() const {
    const std::scoped_lock lock{mutex_};
    return places_.size();
}

token_buckets::bucket& token_buckets::touched(std::string_view key) {
    if (const auto place = places_.find(key); place != places_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, place->second);
        return buckets_.front();
    }
    if (buckets_.size() >= most_keys_) {
        places_.erase(buckets_.back().key);
        buckets_.pop_back();
    }
    buckets_.push_front({std::string{key}, time_point{}});
    places_.emplace(buckets_.front().key, buckets_.begin());
    return buckets_.front();
}

}  // namespace gangway::api
