#include <gangway/base/base64.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/remote/errors.hpp>
#include <gangway/remote/session_store.hpp>

#include <iterator>
#include <utility>

namespace gangway::remote {
namespace {

constexpr std::size_t id_octets = 24;

}  // namespace

session_store::session_store(const net::asio::any_io_executor& executor, const base::clock& clock,
                             session_store_limits limits)
    : clock_(clock), limits_(limits), timer_(executor) {
}

base::result<std::string> session_store::add(stored_session session) {
    auto id = base::to_base64url(crypto::random_bytes(id_octets));
    const std::scoped_lock lock{mutex_};
    if (sessions_.size() >= limits_.sessions) expire_locked();
    if (sessions_.size() >= limits_.sessions)
        return std::unexpected(base::error{errc::too_many_sessions, base::phase::request,
                                           "the gateway keeps as many sessions as it may; delete those that are done"}
                                   .with("retryAfter", "10"));
    sessions_.emplace(crypto::sha256(id),
                      entry{std::make_shared<const stored_session>(std::move(session)), clock_.steady()});
    expire_later();
    return id;
}

std::shared_ptr<const stored_session> session_store::find(std::string_view id) {
    const auto digest = crypto::sha256(id);
    const std::scoped_lock lock{mutex_};
    const auto found = sessions_.find(digest);
    if (found == sessions_.end()) return nullptr;
    const auto now = clock_.steady();
    if (is_over(found->second, now)) {
        sessions_.erase(found);
        return nullptr;
    }
    found->second.used = now;
    return found->second.session;
}

bool session_store::remove(std::string_view id) {
    const auto digest = crypto::sha256(id);
    const std::scoped_lock lock{mutex_};
    const auto node = sessions_.extract(digest);
    return !node.empty() && clock_.steady() - node.mapped().used < limits_.idle;
}

void session_store::expire() {
    const std::scoped_lock lock{mutex_};
    expire_locked();
}

std::size_t session_store::size() const {
    const std::scoped_lock lock{mutex_};
    return sessions_.size();
}

/// The store's own reference is the only one of a session that nobody uses.
bool session_store::is_over(entry& each, time_point now) const {
    if (each.session.use_count() > 1) each.used = now;
    return now - each.used >= limits_.idle;
}

void session_store::expire_locked() {
    const auto now = clock_.steady();
    for (auto each = sessions_.begin(); each != sessions_.end();)
        each = is_over(each->second, now) ? sessions_.erase(each) : std::next(each);
}

void session_store::expire_later() {
    if (std::exchange(waiting_, true)) return;
    timer_.expires_after(std::clamp<std::chrono::milliseconds>(limits_.idle / 10, std::chrono::milliseconds{100},
                                                               std::chrono::milliseconds{30'000}));
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code stopped) {
        const auto self = weak.lock();
        if (stopped || !self) return;
        const std::scoped_lock lock{self->mutex_};
        self->waiting_ = false;
        self->expire_locked();
        if (!self->sessions_.empty()) self->expire_later();
    });
}

}  // namespace gangway::remote
