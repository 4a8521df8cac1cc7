#include "ssh_login.hpp"

#include "ssh_agent.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/crypto/sign.hpp>
#include <gangway/net/errors.hpp>

#include <algorithm>
#include <utility>

namespace gangway::net {
namespace {

/// `publickey,password,keyboard-interactive` is the longest chain that makes sense; one more to be told no.
constexpr int most_steps = 4;
/// Rounds of questions in one keyboard-interactive exchange; some servers end with a round without questions.
constexpr int most_rounds = 6;

/// The server's answer to a login request; the client keeps to one of these.
async_result<ssh::event> answer_of(ssh_core& core, base::result<void> request) {
    if (!request) co_return std::unexpected(translate(request.error(), base::phase::auth));
    for (;;) {
        auto news = co_await core.next_event(base::phase::auth);
        if (!news || !std::holds_alternative<ssh::login_ready>(*news)) co_return news;
    }
}

/// One login; its steps decide in the order of RFC 4252 which method is next.
class login_attempt {
  public:
    login_attempt(ssh_core& core, const model::credentials& who, const crypto::private_key* key,
                  std::deque<std::unique_ptr<ssh_channel>>& ahead)
        : core_(core),
          ahead_(ahead),
          who_(who),
          key_(key),
          key_left_(key != nullptr),
          agent_left_(key == nullptr && who.agent),
          signers_left_(key == nullptr && !who.agent && !who.signers.empty()) {}

    /// The id of the signer that the server accepted, if it was one.
    async_result<std::string> run() {
        auto settled = co_await first_try();
        for (int step = 0; step < most_steps && settled && !*settled; ++step)
            settled = co_await try_next();
        if (!settled) co_return std::unexpected(settled.error());
        if (!*settled) co_return std::unexpected(refused());
        co_return std::move(accepted_);
    }

  private:
    /// Whether the login is complete; else `offered_` and `password_allowed_` tell how to go on.
    using progress = async_result<bool>;

    [[nodiscard]] ssh::client& machine() noexcept { return core_.machine(); }
    [[nodiscard]] bool offers(std::string_view method) const noexcept {
        return std::ranges::find(offered_, method) != offered_.end();
    }

    progress settle(base::result<void> request) {
        const auto news = co_await answer_of(core_, std::move(request));
        if (!news) co_return std::unexpected(news.error());
        co_return take(*news);
    }

    base::result<bool> take(const ssh::event& news) {
        if (std::holds_alternative<ssh::login_succeeded>(news)) return true;
        const auto* const refusal = std::get_if<ssh::login_refused>(&news);
        if (refusal == nullptr) return std::unexpected(odd_questions());
        ahead_.clear();
        offered_ = refusal->methods;
        if (refusal->partial) password_allowed_ = true;
        return false;
    }

    /// Which methods the server offers is only worth a round trip where the answer decides something. With an RSA key
    /// it brings the algorithms that the server takes, too (RFC 8308 section 2.4).
    progress first_try() {
        const bool sure = key_left_ && key_->algorithm() != "ssh-rsa";
        if (!sure) co_return co_await settle(machine().login_without_proof(who_.username));
        key_left_ = false;
        co_return co_await with_key();
    }

    progress try_next() {
        if (offers("publickey") && std::exchange(key_left_, false)) co_return co_await with_key();
        if (offers("publickey") && std::exchange(agent_left_, false)) co_return co_await with_agent();
        if (offers("publickey") && std::exchange(signers_left_, false)) co_return co_await with_signers();
        if (may_use_password() && offers("password")) {
            password_used_ = true;
            co_return co_await settle(machine().login_with_password(who_.username, *who_.password));
        }
        if (may_use_password() && offers("keyboard-interactive")) {
            password_used_ = true;
            co_return co_await with_questions();
        }
        co_return std::unexpected(refused());
    }

    /// With a key the password is for a second step only, so that a refused key does not send it.
    [[nodiscard]] bool may_use_password() const noexcept {
        const bool alone = key_ == nullptr && who_.signers.empty();
        return who_.password && !password_used_ && (alone || password_allowed_);
    }

    progress with_key() {
        const auto algorithm = machine().signature_algorithm(key_->algorithm());
        if (!algorithm)
            co_return base::fail(errc::auth_failed, base::phase::auth,
                                 "the server takes RSA keys only with SHA-1, which is broken: use an Ed25519 key");
        const auto octets = machine().octets_to_sign(who_.username, *algorithm, key_->public_blob());
        const auto signature = crypto::sign(*key_, *algorithm, octets);
        if (!signature) co_return std::unexpected(signature.error());
        const auto sent = machine().login_with_key(who_.username, *algorithm, key_->public_blob(), *signature);
        if (sent && !ahead_.empty()) ahead_.front()->ask();
        co_return co_await settle(sent);
    }

    /// Whether the server would take this key: nothing if so, else what became of the login (RFC 4252 section 7).
    async_result<std::optional<bool>> ask_about(std::string algorithm, std::string_view blob) {
        const auto news = co_await answer_of(core_, machine().query_key(who_.username, algorithm, blob));
        if (!news) co_return std::unexpected(news.error());
        if (std::holds_alternative<ssh::key_acceptable>(*news)) co_return std::optional<bool>{};
        const auto done = take(*news);
        if (!done) co_return std::unexpected(done.error());
        co_return std::optional{*done};
    }

    /// Asks for each of the agent's keys whether it would do, and lets the agent sign with the first that does.
    progress with_agent() {
        ssh_agent agent{core_.executor()};
        const auto blobs = co_await agent.keys();
        if (!blobs) co_return std::unexpected(blobs.error());
        for (const auto& blob : *blobs) {
            const auto algorithm = machine().signature_algorithm(base::byte_reader(blob).string());
            if (!algorithm) continue;
            const auto refused = co_await ask_about(*algorithm, blob);
            if (!refused) co_return std::unexpected(refused.error());
            if (*refused && **refused) co_return true;
            if (*refused) continue;
            const auto octets = machine().octets_to_sign(who_.username, *algorithm, blob);
            const auto signature = co_await agent.sign(blob, octets, *algorithm);
            if (!signature) co_return std::unexpected(signature.error());
            co_return co_await settle(machine().login_with_key(who_.username, *algorithm, blob, *signature));
        }
        co_return false;
    }

    /// Asks about each key in turn, so that the one that signs is the one that the server takes.
    progress with_signers() {
        for (const auto& signer : who_.signers) {
            const auto algorithm = machine().signature_algorithm(base::byte_reader(signer->public_blob()).string());
            if (!algorithm) continue;
            const auto refused = co_await ask_about(*algorithm, signer->public_blob());
            if (!refused) co_return std::unexpected(refused.error());
            if (*refused && **refused) co_return true;
            if (*refused) continue;
            const auto octets = machine().octets_to_sign(who_.username, *algorithm, signer->public_blob());
            const auto signature = signer->sign(*algorithm, octets);
            if (!signature) co_return std::unexpected(signature.error());
            const auto done =
                co_await settle(machine().login_with_key(who_.username, *algorithm, signer->public_blob(), *signature));
            if (!done) co_return std::unexpected(done.error());
            if (!*done && !password_allowed_) continue;
            accepted_ = signer->id();
            co_return *done;
        }
        co_return false;
    }

    /// Answers one hidden question, once; a round without questions is only acknowledged.
    progress with_questions() {
        bool answered = false;
        auto news = co_await answer_of(core_, machine().login_interactively(who_.username));
        for (int round = 0; round < most_rounds; ++round) {
            if (!news) co_return std::unexpected(news.error());
            const auto* const asked = std::get_if<ssh::prompts_received>(&*news);
            if (asked == nullptr) co_return take(*news);
            if (asked->prompts.empty()) {
                news = co_await answer_of(core_, machine().answer({}));
                continue;
            }
            if (asked->prompts.size() != 1 || asked->prompts[0].echo || std::exchange(answered, true))
                co_return std::unexpected(odd_questions());
            news = co_await answer_of(core_, machine().answer({&*who_.password, 1}));
        }
        co_return std::unexpected(odd_questions());
    }

    static base::error odd_questions() {
        return {errc::auth_failed, base::phase::auth,
                "the server asks for more than a password; the password was not sent to those questions: use a key"};
    }

    [[nodiscard]] base::error refused() const {
        std::string methods;
        for (const auto& name : offered_)
            methods.append(methods.empty() ? "" : ", ").append(base::escape(name));
        std::string message = "the server refused the login of \"" + base::escape(who_.username, 64) + "\"";
        message += methods.empty() ? "; it offers no method" : "; it accepts: " + methods;
        return base::error{errc::auth_failed, base::phase::auth, std::move(message)}.with("methods", methods);
    }

    ssh_core& core_;
    std::deque<std::unique_ptr<ssh_channel>>& ahead_;
    const model::credentials& who_;
    const crypto::private_key* key_;
    bool key_left_;                       ///< is the key still to be tried?
    bool agent_left_;                     ///< is the agent still to be tried?
    bool signers_left_;                   ///< are the signers still to be tried?
    std::string accepted_{};              ///< which signer did the server accept?
    bool password_used_ = false;          ///< was the password sent already?
    bool password_allowed_ = false;       ///< did the server accept a first step and ask for another?
    std::vector<std::string> offered_{};  ///< the methods the server would accept now
};

}  // namespace

async_result<login_progress> ssh_methods(ssh_core& core, std::string username) {
    const auto news = co_await answer_of(core, core.machine().login_without_proof(username));
    if (!news) co_return std::unexpected(news.error());
    if (const auto* refusal = std::get_if<ssh::login_refused>(&*news))
        co_return login_progress{.complete = false, .methods = refusal->methods};
    co_return login_progress{.complete = true};
}

async_result<std::string> ssh_login(ssh_core& core, const model::credentials& who, const crypto::private_key* key,
                                    std::deque<std::unique_ptr<ssh_channel>>& ahead) {
    login_attempt attempt{core, who, key, ahead};
    co_return co_await attempt.run();
}

}  // namespace gangway::net
