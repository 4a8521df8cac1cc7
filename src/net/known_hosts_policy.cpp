#include "durable_file.hpp"

#include <gangway/crypto/digest.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/first_contact_gate.hpp>
#include <gangway/net/known_hosts.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

namespace gangway::net {
namespace {

using namespace std::chrono_literals;

/// How long another process may hold the lock, and how often it is asked for.
constexpr auto lock_limit = 5s;
constexpr auto lock_interval = 20ms;

/// The order in which key types are asked for.
constexpr std::array<std::string_view, 5> preferred_types{"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                                                          "ecdsa-sha2-nistp521", "ssh-rsa"};

bool contains(const std::vector<host_key>& keys, const host_key& wanted) {
    return std::ranges::find(keys, wanted) != keys.end();
}

base::error revoked_key(const model::endpoint& server, const host_key& presented) {
    const auto shown = presented.fingerprint().text();
    return base::error{
        errc::host_key_mismatch, base::phase::hostkey,
        "the host key " + shown + " that " + server.text() +
            " presented is marked @revoked in known_hosts: it must never be trusted again. No credential "
            "was sent"}
        .with("presentedFingerprint", shown);
}

base::error unknown_key(const model::endpoint& server, const host_key& presented) {
    const auto shown = presented.fingerprint().text();
    return base::error{errc::host_key_unknown, base::phase::hostkey,
                       server.text() + " is not in known_hosts, and presented the host key " + shown +
                           ". No credential was sent. Compare it with what the server's operator says, then add it, or "
                           "accept new servers"}
        .with("presentedFingerprint", shown);
}

class known_hosts_policy final : public host_key_policy {
  public:
    known_hosts_policy(std::filesystem::path own, std::vector<std::filesystem::path> others, first_contact unknown)
        : own_(std::move(own)), others_(std::move(others)), unknown_(unknown) {
        // A rename would put a file in the place of a symbolic link.
        std::error_code unresolved;
        const auto real = std::filesystem::weakly_canonical(own_, unresolved);
        if (!unresolved) own_ = real;
        if (unknown_ == first_contact::pin) sweep_staged_files(own_);
    }

    std::vector<std::string> known_types(const model::endpoint& server) override;
    async_result<std::unique_ptr<host_key_ticket>> check(model::endpoint server, host_key presented) override;

    /// Whether the key is trusted; not trusted means that nothing is known of the server. Errors: `host_key_mismatch`,
    /// `host_key_store_failed`.
    [[nodiscard]] base::result<bool> judge(const model::endpoint& server, const host_key& presented) const;
    [[nodiscard]] const std::filesystem::path& own() const noexcept { return own_; }

  private:
    [[nodiscard]] base::result<known_keys> look_up(const model::endpoint& server) const;

    std::filesystem::path own_;
    std::vector<std::filesystem::path> others_;
    first_contact unknown_;
    first_contact_gate gate_{};
};

/// For a key that is pinned already.
class known_ticket final : public host_key_ticket {
  public:
    async_result<void> confirm() override { co_return base::result<void>{}; }
};

/// For a first contact: holds the turn, and the file that has the new line.
class pinning_ticket final : public host_key_ticket {
  public:
    pinning_ticket(known_hosts_policy& policy, first_contact_gate::turn turn, model::endpoint server,
                   host_key presented)
        : policy_(policy), turn_(std::move(turn)), server_(std::move(server)), presented_(std::move(presented)) {}

    /// Writes the file as it is, and the new line, under a temporary name.
    [[nodiscard]] base::result<void> prepare();
    async_result<void> confirm() override;

  private:
    [[nodiscard]] async_result<void> take_lock();
    [[nodiscard]] base::result<void> pin();

    known_hosts_policy& policy_;
    std::optional<first_contact_gate::turn> turn_;
    model::endpoint server_;
    host_key presented_;
    std::string based_on_{};  ///< digest of the file that `staged_` adds a line to
    std::optional<staged_file> staged_{};
    std::optional<lock_file> lock_{};
};

base::result<known_keys> known_hosts_policy::look_up(const model::endpoint& server) const {
    known_keys all;
    auto files = others_;
    files.insert(files.begin(), own_);
    for (const auto& path : files) {
        const auto text = read_file(path);
        if (!text) return std::unexpected(text.error());
        auto found = find_known_keys(*text, server);
        std::ranges::move(found.trusted, std::back_inserter(all.trusted));
        std::ranges::move(found.revoked, std::back_inserter(all.revoked));
    }
    return all;
}

base::result<bool> known_hosts_policy::judge(const model::endpoint& server, const host_key& presented) const {
    const auto known = look_up(server);
    if (!known) return std::unexpected(known.error());
    if (contains(known->revoked, presented)) return std::unexpected(revoked_key(server, presented));
    if (contains(known->trusted, presented)) return true;
    if (known->trusted.empty()) return false;
    auto expected = std::ranges::find(known->trusted, presented.type, &host_key::type);
    if (expected == known->trusted.end()) expected = known->trusted.begin();
    return std::unexpected(host_key_mismatch(server, expected->fingerprint(), presented.fingerprint()));
}

std::vector<std::string> known_hosts_policy::known_types(const model::endpoint& server) {
    const auto known = look_up(server);
    if (!known) return {};  // check() reports it
    std::vector<std::string> types;
    for (const auto& key : known->trusted)
        if (!contains(known->revoked, key) && std::ranges::find(types, key.type) == types.end())
            types.push_back(key.type);
    std::ranges::sort(types, {}, [](const std::string& type) {
        return std::pair{std::ranges::find(preferred_types, type), std::string_view{type}};
    });
    return types;
}

/// `why`, for an error before the login.
std::unexpected<base::error> before_login(base::error why) {
    if (why.code == errc::host_key_store_failed) why.message += ". No credential was sent";
    return std::unexpected(std::move(why));
}

async_result<std::unique_ptr<host_key_ticket>> known_hosts_policy::check(model::endpoint server, host_key presented) {
    auto known = judge(server, presented);
    if (known && !*known) {
        if (unknown_ == first_contact::refuse) co_return std::unexpected(unknown_key(server, presented));
        auto turn = co_await gate_.enter(server.text());
        // Whoever had the turn before may have pinned a key meanwhile.
        known = judge(server, presented);
        if (known && !*known) {
            auto ticket =
                std::make_unique<pinning_ticket>(*this, std::move(turn), std::move(server), std::move(presented));
            const auto prepared = ticket->prepare();
            if (!prepared) co_return before_login(prepared.error());
            co_return ticket;
        }
    }
    if (!known) co_return before_login(known.error());
    co_return std::make_unique<known_ticket>();
}

base::result<void> pinning_ticket::prepare() {
    const auto line = known_hosts_line(server_, presented_);
    // The server named the type: a line that does not read back as this key would say something else.
    const auto read_back = find_known_keys(line, server_);
    if (read_back.trusted != std::vector{presented_})
        return base::fail(errc::host_key_store_failed, base::phase::hostkey,
                          "the host key of " + server_.text() + " is of a type that known_hosts cannot hold");
    auto text = read_file(policy_.own());
    if (!text) return std::unexpected(text.error());
    based_on_ = crypto::sha256(*text);
    if (!text->empty() && !text->ends_with('\n')) *text += '\n';
    auto staged = staged_file::write(policy_.own(), *text += line);
    if (!staged) return std::unexpected(staged.error());
    staged_ = std::move(*staged);
    if (lock_) return {};
    auto lock = lock_file::open(policy_.own());
    if (!lock) return std::unexpected(lock.error());
    lock_.emplace(std::move(*lock));
    return {};
}

async_result<void> pinning_ticket::take_lock() {
    asio::steady_timer pause{co_await asio::this_coro::executor};
    const auto end = std::chrono::steady_clock::now() + lock_limit;
    while (true) {
        const auto taken = lock_->try_take();
        if (!taken) co_return std::unexpected(taken.error());
        if (*taken) co_return base::result<void>{};
        if (std::chrono::steady_clock::now() >= end)
            co_return base::fail(errc::host_key_store_failed, base::phase::hostkey,
                                 "another process keeps " + policy_.own().string() + " locked");
        pause.expires_after(lock_interval);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

/// With the lock held. What others wrote since `prepare` is kept, and counts.
base::result<void> pinning_ticket::pin() {
    const auto text = read_file(policy_.own());
    if (!text) return std::unexpected(text.error());
    if (crypto::sha256(*text) != based_on_) {
        auto known = policy_.judge(server_, presented_);
        if (!known && known.error().code == errc::host_key_mismatch)
            known.error().message = "another process met " + server_.text() +
                                    " with another host key at the same time, " +
                                    "and pinned that one; this login is given up, and not repeated";
        if (!known) return std::unexpected(known.error());
        if (*known) return {};
        const auto prepared = prepare();
        if (!prepared) return prepared;
    }
    return staged_->publish();
}

async_result<void> pinning_ticket::confirm() {
    const auto held = co_await take_lock();
    if (!held) co_return std::unexpected(held.error());
    const auto pinned = pin();
    staged_.reset();
    lock_.reset();
    turn_.reset();
    co_return pinned;
}

}  // namespace

std::unique_ptr<host_key_policy> make_known_hosts_policy(std::filesystem::path own,
                                                         std::vector<std::filesystem::path> others,
                                                         first_contact unknown) {
    return std::make_unique<known_hosts_policy>(std::move(own), std::move(others), unknown);
}

}  // namespace gangway::net
