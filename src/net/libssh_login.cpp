#include "libssh_login.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/net/errors.hpp>

#include <array>
#include <memory>
#include <type_traits>
#include <utility>

namespace gangway::net {
namespace {

/// `publickey,password,keyboard-interactive` is the longest chain that makes sense; one more to be told no.
constexpr int most_steps = 4;
/// Rounds of questions in one keyboard-interactive exchange; some servers end with a round without questions.
constexpr int most_rounds = 6;

struct method_name {
    unsigned bit;
    std::string_view name;
};
constexpr std::array<method_name, 5> method_names{{{SSH_AUTH_METHOD_PUBLICKEY, "publickey"},
                                                   {SSH_AUTH_METHOD_PASSWORD, "password"},
                                                   {SSH_AUTH_METHOD_INTERACTIVE, "keyboard-interactive"},
                                                   {SSH_AUTH_METHOD_HOSTBASED, "hostbased"},
                                                   {SSH_AUTH_METHOD_GSSAPI_MIC, "gssapi-with-mic"}}};

std::vector<std::string> names_of(int methods) {
    std::vector<std::string> names;
    for (const auto& method : method_names)
        if ((static_cast<unsigned>(methods) & method.bit) != 0) names.emplace_back(method.name);
    return names;
}

struct key_deleter {
    void operator()(::ssh_key key) const noexcept { ::ssh_key_free(key); }
};
using key_handle = std::unique_ptr<std::remove_pointer_t<::ssh_key>, key_deleter>;

template <class Step>
awaitable<int> authenticate(libssh_core& core, Step step) {
    return core.drive(std::move(step), SSH_AUTH_AGAIN);
}

/// One login; its steps decide in the order of RFC 4252 which method is next.
class login_attempt {
  public:
    login_attempt(libssh_core& core, const model::credentials& who, const crypto::private_key* key)
        : core_(core), who_(who), key_(key), key_left_(key != nullptr), agent_left_(key == nullptr && who.agent) {}

    async_result<void> run() {
        const std::string user = who_.username;
        ::ssh_options_set(session(), SSH_OPTIONS_USER, user.c_str());
        int outcome = co_await authenticate(core_, [this] { return ::ssh_userauth_none(session(), nullptr); });
        for (int step = 0; step < most_steps && outcome != SSH_AUTH_SUCCESS; ++step) {
            if (outcome == SSH_AUTH_ERROR || core_.session().failed())
                co_return std::unexpected(core_.session().error(base::phase::auth));
            // libssh keeps the list from before a refusal; what counts is what the server offers now.
            offered_ = ::ssh_userauth_list(session(), nullptr);
            if (outcome == SSH_AUTH_PARTIAL) password_allowed_ = true;
            const auto next = co_await try_next();
            if (!next) co_return std::unexpected(next.error());
            outcome = *next;
        }
        if (outcome != SSH_AUTH_SUCCESS) co_return std::unexpected(refused());
        co_return base::result<void>{};
    }

  private:
    ::ssh_session session() noexcept { return core_.session().get(); }
    [[nodiscard]] bool offers(unsigned method) const noexcept {
        return (static_cast<unsigned>(offered_) & method) != 0;
    }

    async_result<int> try_next() {
        if (offers(SSH_AUTH_METHOD_PUBLICKEY) && std::exchange(key_left_, false)) co_return co_await with_key();
        if (offers(SSH_AUTH_METHOD_PUBLICKEY) && std::exchange(agent_left_, false))
            co_return co_await authenticate(core_, [this] { return ::ssh_userauth_agent(session(), nullptr); });
        if (may_use_password() && offers(SSH_AUTH_METHOD_PASSWORD)) {
            password_used_ = true;
            co_return co_await with_password();
        }
        if (may_use_password() && offers(SSH_AUTH_METHOD_INTERACTIVE)) {
            password_used_ = true;
            co_return co_await with_questions();
        }
        co_return std::unexpected(refused());
    }

    /// With a key the password is for a second step only, so that a refused key does not send it.
    [[nodiscard]] bool may_use_password() const noexcept {
        return who_.password && !password_used_ && (key_ == nullptr || password_allowed_);
    }

    async_result<int> with_key() {
        const auto text = key_->to_openssh();
        if (!text) co_return std::unexpected(text.error());
        const auto terminated = text->null_terminated();
        ::ssh_key raw = nullptr;
        ::ssh_pki_import_privkey_base64(terminated.view().data(), nullptr, nullptr, nullptr, &raw);
        const key_handle key{raw};
        if (!key)
            co_return base::fail(errc::auth_failed, base::phase::auth, "the SSH library cannot use this kind of key");
        co_return co_await authenticate(
            core_, [this, &key] { return ::ssh_userauth_publickey(session(), nullptr, key.get()); });
    }

    async_result<int> with_password() {
        const auto terminated = who_.password->null_terminated();
        co_return co_await authenticate(core_, [this, &terminated] {
            return ::ssh_userauth_password(session(), nullptr, terminated.view().data());
        });
    }

    /// Answers one hidden question, once; a round without questions is only acknowledged.
    async_result<int> with_questions() {
        bool answered = false;
        for (int round = 0; round < most_rounds; ++round) {
            const int outcome =
                co_await authenticate(core_, [this] { return ::ssh_userauth_kbdint(session(), nullptr, nullptr); });
            if (outcome != SSH_AUTH_INFO) co_return outcome;
            const int questions = ::ssh_userauth_kbdint_getnprompts(session());
            if (questions == 0) continue;
            char visible = 1;
            if (questions == 1) ::ssh_userauth_kbdint_getprompt(session(), 0, &visible);
            if (questions != 1 || visible != 0 || answered) co_return std::unexpected(odd_questions());
            answered = true;
            const auto terminated = who_.password->null_terminated();
            if (::ssh_userauth_kbdint_setanswer(session(), 0, terminated.view().data()) != 0)
                co_return std::unexpected(core_.session().error(base::phase::auth));
        }
        co_return std::unexpected(odd_questions());
    }

    static base::error odd_questions() {
        return {errc::auth_failed, base::phase::auth,
                "the server asks for more than a password; the password was not sent to those questions: use a key"};
    }

    [[nodiscard]] base::error refused() const {
        std::string methods;
        for (const auto& name : names_of(offered_))
            methods.append(methods.empty() ? "" : ", ").append(name);
        std::string message = "the server refused the login of \"" + base::escape(who_.username, 64) + "\"";
        message += methods.empty() ? "; it offers no method that Gangway knows" : "; it accepts: " + methods;
        return base::error{errc::auth_failed, base::phase::auth, std::move(message)}.with("methods", methods);
    }

    libssh_core& core_;
    const model::credentials& who_;
    const crypto::private_key* key_;
    bool key_left_;                  ///< is the key still to be tried?
    bool agent_left_;                ///< is the agent still to be tried?
    bool password_used_ = false;     ///< was the password sent already?
    bool password_allowed_ = false;  ///< did the server accept a first step and ask for another?
    int offered_ = 0;                ///< the methods the server would accept now
};

}  // namespace

async_result<login_progress> libssh_methods(libssh_core& core, std::string username) {
    auto* const session = core.session().get();
    ::ssh_options_set(session, SSH_OPTIONS_USER, username.c_str());
    const int outcome = co_await authenticate(core, [session] { return ::ssh_userauth_none(session, nullptr); });
    if (outcome == SSH_AUTH_ERROR || core.session().failed())
        co_return std::unexpected(core.session().error(base::phase::auth));
    co_return login_progress{.complete = outcome == SSH_AUTH_SUCCESS,
                             .methods = names_of(::ssh_userauth_list(session, nullptr))};
}

async_result<void> libssh_login(libssh_core& core, const model::credentials& who, const crypto::private_key* key) {
    login_attempt attempt{core, who, key};
    co_return co_await attempt.run();
}

}  // namespace gangway::net
