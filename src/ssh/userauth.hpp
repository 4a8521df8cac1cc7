#pragma once
/// Logging a user in (RFC 4252, RFC 4256): one request at a time.

#include "outbox.hpp"

#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>
#include <gangway/ssh/events.hpp>
#include <gangway/ssh/options.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gangway::ssh {

class userauth {
  public:
    userauth(outbox& out, const limits& bounds) noexcept : out_(&out), bounds_(bounds) {}

    /// Asks for the service; once, after the host key was accepted.
    void begin();
    /// SERVICE_ACCEPT or a message of the numbers 50 to 79, in `payload` with its number. Nothing: no news for the
    /// owner. Sets `known` to false for a number that means nothing here.
    [[nodiscard]] base::result<std::optional<event>> receive(std::string_view payload, bool& known);

    [[nodiscard]] bool succeeded() const noexcept { return awaiting_ == answer_to::done; }
    /// A request that may end the login has not been answered.
    [[nodiscard]] bool has_offered_proof() const noexcept {
        return awaiting_ == answer_to::password || awaiting_ == answer_to::signature;
    }
    [[nodiscard]] const std::string& banner() const noexcept { return banner_; }

    // As in `client`.
    [[nodiscard]] base::result<void> none(std::string_view user);
    [[nodiscard]] base::result<void> password(std::string_view user, std::string_view password);
    [[nodiscard]] base::result<void> query_key(std::string_view user, std::string_view algorithm,
                                               std::string_view blob);
    [[nodiscard]] base::result<void> sign_in(std::string_view user, std::string_view algorithm, std::string_view blob,
                                             std::string_view signature);
    [[nodiscard]] base::result<void> interactive(std::string_view user);
    [[nodiscard]] base::result<void> answer(std::span<const base::secret> answers);
    /// RFC 4252 section 7: the session id and the request up to the signature.
    [[nodiscard]] static std::string octets_to_sign(std::string_view session_id, std::string_view user,
                                                    std::string_view algorithm, std::string_view blob);

  private:
    /// Which request has the server not answered? It decides what numbers 60 to 79 mean.
    enum class answer_to : std::uint8_t {
        not_begun,
        nothing,
        none,
        password,
        key_query,
        signature,
        interactive,
        our_prompts,  ///< the caller's answers are awaited, not the server's
        done,
    };

    using outcome = base::result<std::optional<event>>;

    [[nodiscard]] base::result<void> may_ask(std::string_view user, std::string_view secret) const;
    void asked(answer_to what) noexcept;
    [[nodiscard]] bool server_owes_answer() const noexcept;
    [[nodiscard]] outcome take_service_accept(std::string_view payload);
    [[nodiscard]] outcome take_failure(std::string_view payload);
    [[nodiscard]] outcome take_success(std::string_view payload);
    [[nodiscard]] outcome take_banner(std::string_view payload);
    [[nodiscard]] outcome take_pk_ok(std::string_view payload);
    [[nodiscard]] outcome take_prompts(std::string_view payload);

    outbox* out_;
    limits bounds_;
    answer_to awaiting_ = answer_to::not_begun;
    bool accepted_ = false;          ///< has SERVICE_ACCEPT come?
    unsigned requests_ = 0;          ///< how many requests were made?
    unsigned prompt_rounds_ = 0;     ///< how many times has the server asked questions?
    std::size_t prompts_ = 0;        ///< how many questions are open?
    std::string queried_algorithm_;  ///< of the latest key query
    std::string queried_blob_;
    std::string banner_;
};

}  // namespace gangway::ssh
