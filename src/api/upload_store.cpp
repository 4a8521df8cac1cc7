#include "upload_store.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/base/base64.hpp>
#include <gangway/crypto/digest.hpp>

#include <algorithm>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::size_t id_octets = 24;

}  // namespace

std::optional<upload_lock> upload_lock::take(std::shared_ptr<stored_upload> upload) {
    if (upload->locked.exchange(true)) return std::nullopt;
    return upload_lock{std::move(upload)};
}

base::result<void> upload_store::has_room(const remote::stored_session& session) const {
    const std::scoped_lock lock{mutex_};
    return has_room_locked(session);
}

base::result<void> upload_store::has_room_locked(const remote::stored_session& session) const {
    const auto of_session = std::ranges::count_if(
        uploads_, [&](const auto& each) { return each.second.upload->session.get() == &session; });
    if (uploads_.size() < limits_.uploads && static_cast<std::size_t>(of_session) < limits_.per_session) return {};
    return std::unexpected(
        refusal(errc::too_many_requests, "There are as many uploads as may be; finish or delete some")
            .with("retryAfter", "10"));
}

base::result<std::string> upload_store::add(std::shared_ptr<stored_upload> upload) {
    auto id = base::to_base64url(crypto::random_bytes(id_octets));
    const std::scoped_lock lock{mutex_};
    if (auto room = has_room_locked(*upload->session); !room) return std::unexpected(std::move(room.error()));
    uploads_.emplace(crypto::sha256(id), entry{.upload = std::move(upload), .used = clock_.steady()});
    return id;
}

std::shared_ptr<stored_upload> upload_store::find(std::string_view id, const remote::stored_session& session) {
    const auto digest = crypto::sha256(id);
    const std::scoped_lock lock{mutex_};
    const auto found = uploads_.find(digest);
    if (found == uploads_.end() || found->second.upload->session.get() != &session) return nullptr;
    const auto now = clock_.steady();
    if (is_over(found->second, now)) return nullptr;
    found->second.used = now;
    return found->second.upload;
}

void upload_store::remove(std::string_view id) {
    const auto digest = crypto::sha256(id);
    const std::scoped_lock lock{mutex_};
    uploads_.erase(digest);
}

void upload_store::close(const remote::stored_session& session) {
    const std::scoped_lock lock{mutex_};
    for (auto& [digest, each] : uploads_)
        if (each.upload->session.get() == &session) each.closed = true;
}

std::vector<std::shared_ptr<stored_upload>> upload_store::take_expired() {
    std::vector<std::shared_ptr<stored_upload>> expired;
    const std::scoped_lock lock{mutex_};
    const auto now = clock_.steady();
    for (auto each = uploads_.begin(); each != uploads_.end();) {
        if (!is_over(each->second, now)) {
            ++each;
            continue;
        }
        expired.push_back(std::move(each->second.upload));
        each = uploads_.erase(each);
    }
    return expired;
}

/// The store's own reference is the only one of an upload that nobody works with.
bool upload_store::is_over(entry& each, time_point now) const {
    if (each.upload.use_count() > 1) {
        each.used = now;
        return false;
    }
    return each.closed || now - each.used >= limits_.idle;
}

}  // namespace gangway::api
