#include "userauth.hpp"

#include "failures.hpp"
#include "message_numbers.hpp"
#include "octet_order.hpp"
#include "wire.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace gangway::ssh {
namespace {

constexpr std::string_view service = "ssh-userauth";
constexpr std::string_view next_service = "ssh-connection";
constexpr std::size_t longest_credential = 1024;

std::string request(std::string_view user, std::string_view method) {
    std::string payload;
    base::byte_writer out(payload);
    out.u8(msg::userauth_request);
    out.string(user);
    out.string(next_service);
    out.string(method);
    return payload;
}

std::string key_request(std::string_view user, bool with_signature, std::string_view algorithm, std::string_view blob) {
    auto payload = request(user, "publickey");
    base::byte_writer out(payload);
    out.u8(with_signature ? 1 : 0);
    out.string(algorithm);
    out.string(blob);
    return payload;
}

std::array<char, 4> length_of(std::string_view octets) noexcept {
    std::array<char, 4> length;
    store_u32(length.data(), static_cast<std::uint32_t>(octets.size()));
    return length;
}

std::string_view view(const std::array<char, 4>& octets) noexcept {
    return {octets.data(), octets.size()};
}

}  // namespace

void userauth::begin() {
    std::string payload;
    base::byte_writer out(payload);
    out.u8(msg::service_request);
    out.string(service);
    out_->send({payload});
    awaiting_ = answer_to::nothing;
}

base::result<void> userauth::may_ask(std::string_view user, std::string_view secret) const {
    if (awaiting_ != answer_to::nothing) return too_early("a login request");
    if (user.size() > longest_credential || secret.size() > longest_credential)
        return refuse(errc::out_of_order, "a user name or a password has more than 1024 octets", base::phase::request);
    if (requests_ == bounds_.login_requests)
        return refuse(errc::limit_exceeded, "too many login requests on one connection", base::phase::auth);
    return {};
}

void userauth::asked(answer_to what) noexcept {
    awaiting_ = what;
    ++requests_;
}

base::result<void> userauth::none(std::string_view user) {
    if (auto may = may_ask(user, {}); !may) return may;
    out_->send({request(user, "none")});
    asked(answer_to::none);
    return {};
}

base::result<void> userauth::password(std::string_view user, std::string_view password) {
    if (auto may = may_ask(user, password); !may) return may;
    const auto length = length_of(password);
    out_->send({request(user, "password"), std::string_view("\0", 1), view(length), password});
    asked(answer_to::password);
    return {};
}

base::result<void> userauth::query_key(std::string_view user, std::string_view algorithm, std::string_view blob) {
    if (auto may = may_ask(user, {}); !may) return may;
    out_->send({key_request(user, false, algorithm, blob)});
    queried_algorithm_ = algorithm;
    queried_blob_ = blob;
    asked(answer_to::key_query);
    return {};
}

base::result<void> userauth::sign_in(std::string_view user, std::string_view algorithm, std::string_view blob,
                                     std::string_view signature) {
    if (auto may = may_ask(user, {}); !may) return may;
    const auto length = length_of(signature);
    out_->send({key_request(user, true, algorithm, blob), view(length), signature});
    asked(answer_to::signature);
    return {};
}

base::result<void> userauth::interactive(std::string_view user) {
    if (auto may = may_ask(user, {}); !may) return may;
    auto payload = request(user, "keyboard-interactive");
    base::byte_writer out(payload);
    out.string("");  // language
    out.string("");  // submethods
    out_->send({payload});
    asked(answer_to::interactive);
    return {};
}

base::result<void> userauth::answer(std::span<const base::secret> answers) {
    const bool fit = std::ranges::all_of(answers, [](const auto& a) { return a.view().size() <= longest_credential; });
    if (awaiting_ != answer_to::our_prompts || answers.size() != prompts_ || !fit) return too_early("this answer");
    std::string head;
    base::byte_writer out(head);
    out.u8(msg::userauth_info_response);
    out.u32(static_cast<std::uint32_t>(answers.size()));
    std::vector<std::array<char, 4>> lengths;
    for (const auto& given : answers)
        lengths.push_back(length_of(given.view()));
    std::vector<std::string_view> pieces{head};
    for (std::size_t i = 0; i < answers.size(); ++i) {
        pieces.push_back(view(lengths[i]));
        pieces.push_back(answers[i].view());
    }
    out_->send_pieces(pieces);
    awaiting_ = answer_to::interactive;
    return {};
}

std::string userauth::octets_to_sign(std::string_view session_id, std::string_view user, std::string_view algorithm,
                                     std::string_view blob) {
    std::string octets;
    base::byte_writer out(octets);
    out.string(session_id);
    out.raw(key_request(user, true, algorithm, blob));
    return octets;
}

userauth::outcome userauth::receive(std::string_view payload, bool& known) {
    const auto number = static_cast<std::uint8_t>(payload.front());
    known = true;
    if (awaiting_ == answer_to::done || awaiting_ == answer_to::not_begun)
        return unexpected_message("a message about the login");
    switch (number) {
        case msg::service_accept:
            return take_service_accept(payload);
        case msg::userauth_failure:
            return take_failure(payload);
        case msg::userauth_success:
            return take_success(payload);
        case msg::userauth_banner:
            return take_banner(payload);
        case msg::userauth_request:
        case msg::userauth_info_response:
            return unexpected_message("a message that only clients send");
        case msg::userauth_pk_ok:
            if (!accepted_) return unexpected_message("an answer about the login");
            // The number has a meaning of its own with each method.
            if (awaiting_ == answer_to::key_query) return take_pk_ok(payload);
            if (awaiting_ == answer_to::interactive) return take_prompts(payload);
            if (awaiting_ == answer_to::password) {
                awaiting_ = answer_to::nothing;
                return login_refused{.methods = {"password"}, .partial = false, .password_expired = true};
            }
            return unexpected_message("an answer about the login");
        default:
            known = false;
            return std::nullopt;
    }
}

bool userauth::server_owes_answer() const noexcept {
    return accepted_ && awaiting_ != answer_to::nothing && awaiting_ != answer_to::our_prompts;
}

userauth::outcome userauth::take_service_accept(std::string_view payload) {
    base::byte_reader in(payload);
    (void)in.u8();
    if (in.string() != service || !in.complete()) return malformed("SERVICE_ACCEPT");
    if (std::exchange(accepted_, true)) return unexpected_message("SERVICE_ACCEPT");
    return login_ready{};
}

userauth::outcome userauth::take_failure(std::string_view payload) {
    if (!server_owes_answer()) return unexpected_message("USERAUTH_FAILURE");
    base::byte_reader in(payload);
    (void)in.u8();
    const auto methods = read_names(in);
    const bool partial = in.u8() != 0;
    if (!in.complete()) return malformed("USERAUTH_FAILURE");
    awaiting_ = answer_to::nothing;
    return login_refused{.methods = {methods.begin(), methods.end()}, .partial = partial, .password_expired = false};
}

/// A key query proves nothing, so success is no answer to it.
userauth::outcome userauth::take_success(std::string_view payload) {
    if (!server_owes_answer() || awaiting_ == answer_to::key_query) return unexpected_message("USERAUTH_SUCCESS");
    if (payload.size() != 1) return malformed("USERAUTH_SUCCESS");
    awaiting_ = answer_to::done;
    return login_succeeded{};
}

userauth::outcome userauth::take_banner(std::string_view payload) {
    base::byte_reader in(payload);
    (void)in.u8();
    const auto text = in.string();
    (void)in.string();  // language
    if (!in.complete()) return malformed("USERAUTH_BANNER");
    banner_ += text.substr(0, bounds_.banner - banner_.size());
    return std::nullopt;
}

userauth::outcome userauth::take_pk_ok(std::string_view payload) {
    base::byte_reader in(payload);
    (void)in.u8();
    const auto algorithm = in.string();
    const auto blob = in.string();
    if (!in.complete()) return malformed("USERAUTH_PK_OK");
    if (algorithm != queried_algorithm_ || blob != queried_blob_)
        return unexpected_message("USERAUTH_PK_OK for another key");
    awaiting_ = answer_to::nothing;
    return key_acceptable{};
}

userauth::outcome userauth::take_prompts(std::string_view payload) {
    base::byte_reader in(payload);
    (void)in.u8();
    prompts_received asked{.name = in.string(), .instruction = in.string(), .prompts = {}};
    (void)in.string();  // language
    const auto count = in.u32();
    if (++prompt_rounds_ > bounds_.prompt_rounds || count > bounds_.prompts) return too_much("questions for a login");
    bool short_enough = asked.name.size() <= bounds_.prompt_text && asked.instruction.size() <= bounds_.prompt_text;
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
        const auto text = in.string();
        asked.prompts.push_back({.text = text, .echo = in.u8() != 0});
        short_enough = short_enough && text.size() <= bounds_.prompt_text;
    }
    if (!in.complete()) return malformed("USERAUTH_INFO_REQUEST");
    if (!short_enough) return too_much("text for a login");
    prompts_ = asked.prompts.size();
    awaiting_ = answer_to::our_prompts;
    return asked;
}

}  // namespace gangway::ssh
