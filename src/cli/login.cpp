#include "login.hpp"

#include "listing_text.hpp"

#include <gangway/crypto/errors.hpp>
#include <gangway/net/errors.hpp>

#include <fmt/format.h>

#include <utility>

namespace gangway::cli {
namespace {

using attempted = base::result<net::sftp_connection>;

constexpr int most_tries = 3;

/// What one connection offers to the server.
struct offer {
    const identity* key = nullptr;
    bool agent = false;
    const base::secret* password = nullptr;  ///< with a key only as the second step
};

bool is_refusal(const attempted& tried) {
    return !tried && tried.error().code == net::errc::auth_failed;
}

bool takes_passwords(const base::error& refusal) {
    const auto methods = refusal.fact_named("methods");
    return methods.contains("password") || methods.contains("keyboard-interactive");
}

class login {
  public:
    login(dialer& dial, person& asked, model::endpoint server, login_means means)
        : dial_(dial),
          person_(asked),
          server_(std::move(server)),
          means_(std::move(means)),
          unknown_(means_.accept_new ? net::first_contact::pin : net::first_contact::refuse) {}

    net::async_result<net::sftp_connection> run() {
        auto tried = co_await with_agent();
        for (std::size_t i = 0; i < means_.identities.size() && is_refusal(tried); ++i) {
            auto next = co_await with_identity(means_.identities[i]);
            if (next) tried = std::move(*next);
        }
        const bool nothing_tried = attempts_ == 0;
        if (is_refusal(tried) && (nothing_tried || (means_.password && !password_tried_)))
            tried = co_await attempt({.password = given_password()});
        if (is_refusal(tried) && !means_.password && person_.present()) tried = co_await with_asked_password(tried);
        co_return tried;
    }

  private:
    [[nodiscard]] const base::secret* given_password() const { return means_.password ? &*means_.password : nullptr; }

    /// Without any key this is also what finds out how the server lets people in.
    net::async_result<net::sftp_connection> with_agent() {
        if (means_.agent) co_return co_await attempt({.agent = true});
        if (means_.identities.empty()) co_return co_await attempt({.password = given_password()});
        co_return base::fail(net::errc::auth_failed, base::phase::auth, "no key could be used");
    }

    /// Nothing if this key is to be passed over.
    net::awaitable<std::optional<attempted>> with_identity(identity& key) {
        if (key.encrypted) {
            auto plain = co_await unlock(key);
            if (!plain && !key.required) co_return std::nullopt;
            if (!plain) co_return attempted{std::unexpected(std::move(plain.error()))};
            key = std::move(*plain);
        }
        co_return co_await attempt({.key = &key, .password = given_password()});
    }

    net::async_result<identity> unlock(const identity& key) {
        const auto name = shown(key.file.native());
        auto failure = base::error{
            crypto::errc::passphrase_missing, base::phase::request,
            name + " is encrypted: add it to an agent (ssh-add), or give its passphrase with --passphrase-stdin"};
        if (means_.passphrase) co_return unlocked(key, *means_.passphrase);
        for (int left = most_tries; left > 0 && person_.present(); --left) {
            const auto typed = co_await person_.ask_hidden("Passphrase of " + name + ": ");
            if (!typed || typed->empty()) break;
            auto plain = unlocked(key, *typed);
            if (plain) co_return plain;
            failure = std::move(plain.error());
            if (failure.code != crypto::errc::passphrase_wrong) break;
        }
        co_return std::unexpected(std::move(failure));
    }

    /// A `publickey,password` server asks for the password only after the right key: the one after which it did.
    net::async_result<net::sftp_connection> with_asked_password(attempted& before) {
        if (!password_after_) co_return std::move(before);
        auto tried = std::move(before);
        for (int left = most_tries; left > 0 && is_refusal(tried); --left) {
            const auto typed = co_await person_.ask_hidden(
                fmt::format("Password of {} on {}: ", shown(means_.username), server_.text()));
            if (!typed || typed->empty()) break;
            auto second_step = *password_after_;
            second_step.password = &*typed;
            tried = co_await attempt({.password = &*typed});
            if (is_refusal(tried) && !takes_passwords(tried.error())) tried = co_await attempt(second_step);
        }
        co_return tried;
    }

    net::async_result<net::sftp_connection> attempt(offer what) {
        ++attempts_;
        auto tried = co_await dial_.dial(credentials_of(what), unknown_, expected_);
        if (!tried && tried.error().code == net::errc::host_key_unknown && co_await trusts(tried.error()))
            tried = co_await dial_.dial(credentials_of(what), unknown_, expected_);
        if (is_refusal(tried) && takes_passwords(tried.error())) password_after_ = what;
        password_tried_ = password_tried_ || (what.password != nullptr && what.key == nullptr);
        co_return tried;
    }

    [[nodiscard]] model::credentials credentials_of(const offer& what) const {
        model::credentials who{.username = means_.username, .agent = what.agent};
        if (what.key != nullptr) who.key = model::key_file{.text = what.key->text.clone(), .passphrase = {}};
        if (what.password != nullptr) who.password = what.password->clone();
        return who;
    }

    /// Shows the key to the person. What they accept is expected of the connections to come, so that no other key is
    /// pinned in its place.
    net::awaitable<bool> trusts(const base::error& unknown) {
        const auto presented = model::fingerprint::parse(unknown.fact_named("presentedFingerprint"));
        if (!presented || !person_.present()) co_return false;
        const bool trusted = co_await person_.confirm(
            fmt::format("The server {} is not known yet. Its key has the fingerprint\n  {}\nCompare it with what the "
                        "server's operator told you. Trust this key from now on?",
                        server_.text(), presented->text()));
        if (trusted) {
            unknown_ = net::first_contact::pin;
            expected_ = *presented;
        }
        co_return trusted;
    }

    dialer& dial_;
    person& person_;
    model::endpoint server_;
    login_means means_;
    net::first_contact unknown_;
    std::optional<model::fingerprint> expected_{};  ///< what the person accepted
    std::optional<offer> password_after_{};         ///< the last offer after which the server would take a password
    int attempts_ = 0;
    bool password_tried_ = false;  ///< on its own, not as a second step
};

}  // namespace

net::async_result<net::sftp_connection> log_in(dialer& dial, person& asked, model::endpoint server, login_means means) {
    login attempts{dial, asked, std::move(server), std::move(means)};
    co_return co_await attempts.run();
}

}  // namespace gangway::cli
