#include <gangway/api/token_book.hpp>
#include <gangway/crypto/digest.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <utility>

namespace gangway::api {
namespace {

/// The database keeps the minute, so it hears no more often.
constexpr std::chrono::minutes note_interval{1};

}  // namespace

std::string token_hash(std::string_view token) {
    std::string digits;
    for (const char octet : crypto::sha256(token))
        digits += fmt::format("{:02x}", static_cast<unsigned char>(octet));
    return digits;
}

token_book::token_book(const net::asio::any_io_executor& executor, store::async_database& database,
                       const base::clock& clock)
    : database_(database), clock_(clock), timer_(executor) {
}

net::async_result<void> token_book::start() {
    auto read = co_await refresh();
    refresh_later();
    co_return read;
}

void token_book::stop() {
    const std::scoped_lock lock{mutex_};
    stopped_ = true;
    timer_.cancel();
}

net::async_result<void> token_book::refresh() {
    const auto rows = co_await database_.read([](store::transaction& tx) { return store::tokens::list(tx); });
    if (!rows) co_return std::unexpected(rows.error());
    std::unordered_map<std::string, entry> valid;
    for (const auto& row : *rows)
        if (!row.revoked_at) valid.emplace(row.hash, entry{row.id, {"token " + row.name, row.role}});
    const std::scoped_lock lock{mutex_};
    tokens_ = std::move(valid);
    co_return base::result<void>{};
}

void token_book::refresh_later() {
    const std::scoped_lock lock{mutex_};
    if (stopped_) return;
    timer_.expires_after(refresh_interval);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code stopped) {
        const auto self = weak.lock();
        if (stopped || !self) return;
        constexpr auto again = [](std::shared_ptr<token_book> book) -> net::awaitable<void> {
            // A database that cannot be read for a while leaves what was known.
            static_cast<void>(co_await book->refresh());
            book->refresh_later();
        };
        net::asio::co_spawn(self->timer_.get_executor(), again(self), net::asio::detached);
    });
}

std::optional<caller> token_book::find(std::string_view token) {
    const auto hash = token_hash(token);
    const std::scoped_lock lock{mutex_};
    const auto found = tokens_.find(hash);
    if (found == tokens_.end()) return std::nullopt;
    const auto now = clock_.steady();
    const auto [written, first] = used_.try_emplace(found->second.id, now);
    if (first || now - written->second >= note_interval) {
        written->second = now;
        note_use(found->second.id);
    }
    return found->second.who;
}

void token_book::note_use(std::string id) {
    constexpr auto note = [](std::shared_ptr<token_book> book, std::string which) -> net::awaitable<void> {
        static_cast<void>(
            co_await book->database_.write([&which](store::transaction& tx) { store::tokens::used(tx, which); }));
    };
    net::asio::co_spawn(timer_.get_executor(), note(shared_from_this(), std::move(id)), net::asio::detached);
}

}  // namespace gangway::api
