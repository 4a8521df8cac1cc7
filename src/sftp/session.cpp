#include <gangway/base/escape.hpp>
#include <gangway/sftp/session.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace gangway::sftp {
namespace {

std::string_view view_of(const frame& octets) noexcept {
    return {octets.data(), octets.size()};
}

/// Type and id precede a DATA's length field; what follows that are the octets asked for.
constexpr std::size_t data_overhead = 1 + 4 + 4;

/// Why `body` is no answer to `request`, if it is none.
std::optional<base::error> misfit(const detail::pending& request, packet_type type, std::string_view body) {
    const auto& kind = *request.kind;
    const bool fits = type == packet_type::status ? decode<status_reply>(body).has_value() : kind.well_formed(body);
    if (!fits) return protocol_error(fmt::format("{} was answered with an unfit {}", kind.label, to_string(type)));
    if (type == packet_type::data && body.size() - data_overhead > request.asked) {
        return protocol_error(
            fmt::format("READ of {} octets was answered with {}", request.asked, body.size() - data_overhead));
    }
    return std::nullopt;
}

}  // namespace

session::session(session_limits limits) : limits_(limits) {
}

void session::start() {
    // INIT has no id and no fields that could be too long.
    static_cast<void>(encode(output_.buffer(), 0, init_request{}));
}

void session::abandon(request_id id) {
    if (const auto* request = requests_.find(id)) {
        if (output_.drop(request->begin, request->end)) {
            requests_.remove(id);
        } else {
            requests_.lose_interest(id);
        }
        return;
    }
    const auto late = std::ranges::find(completed_, id, &completion::id);
    if (late == completed_.end()) return;
    if (late->answer.type() == packet_type::handle) close_late_handle(late->answer.body());
    completed_.erase(late);
}

base::result<void> session::receive(std::string_view octets) {
    if (failure_) return std::unexpected(*failure_);
    if (stage_ == stage::ended) return {};
    auto done = take_in(octets);
    if (!done) {
        failure_ = done.error();
        end();
    }
    return done;
}

std::optional<completion> session::next() {
    if (completed_.empty()) return std::nullopt;
    std::optional first{std::move(completed_.front())};
    completed_.pop_front();
    return first;
}

void session::recycle(reply&& used) {
    // With nothing in flight no large answer can follow: an idle session holds no space.
    if (requests_.size() == 0) return input_.drop_spares();
    input_.recycle(std::move(used).release());
}

std::vector<std::uint64_t> session::drain() {
    end();
    return requests_.clear();
}

std::optional<base::error> session::unable(std::string_view label) const {
    if (stage_ == stage::ended) return unopened(label);
    if (requests_.size() >= limits_.in_flight || output_.size() >= limits_.output) {
        return base::error{
            errc::busy, base::phase::sftp,
            fmt::format("{} was not sent: {} requests wait on this SFTP session already", label, requests_.size())};
    }
    return std::nullopt;
}

base::error session::unopened(std::string_view label) {
    return {errc::closed, base::phase::sftp, fmt::format("{} was not sent: the SFTP session is not open", label)};
}

base::error session::missing(std::string_view extension) {
    return {errc::extension_missing, base::phase::sftp, fmt::format("the server does not offer {}", extension)};
}

base::error session::unsendable(std::string_view label, errc reason) {
    const auto* const why = reason == errc::incomplete_attributes
                                ? "owner and group, and the two times, can only be set together"
                                : "a path may have 4096 octets, a handle 1 to 256, a transfer 255 KiB";
    return {reason, base::phase::sftp, fmt::format("{} was not sent: {}", label, why)};
}

base::result<void> session::take_in(std::string_view octets) {
    while (true) {
        switch (input_.feed(octets, requests_.listings() > 0 ? max_listing : max_message)) {
            case detail::frame_step::starved:
                return {};
            case detail::frame_step::bad_length:
                return std::unexpected(bad_length(octets));
            case detail::frame_step::oversized:
                if (!may_be_oversized()) return std::unexpected(bad_length(octets));
                input_.allow();
                break;
            case detail::frame_step::complete:
                auto done = stage_ == stage::ready ? answer_arrived(input_.take()) : version_arrived(input_.take());
                if (!done) return done;
                break;
        }
    }
}

bool session::may_be_oversized() const {
    const auto* const request = requests_.find(input_.id());
    return input_.type() == packet_type::name && request != nullptr && request->kind->type == packet_type::readdir;
}

base::error session::bad_length(std::string_view octets) const {
    if (stage_ == stage::ready) {
        return protocol_error(fmt::format("a message cannot have {} octets", input_.length()));
    }
    const auto seen = std::string{input_.head()}.append(octets.substr(0, base::shown_text_limit));
    return {errc::protocol_error, base::phase::subsystem,
            fmt::format("the server began with \"{}\" instead of an SFTP VERSION; if that is text, the account's shell "
                        "start-up files (such as .bashrc) must print nothing in sessions without a terminal",
                        base::escape(seen))};
}

base::result<void> session::version_arrived(const frame& octets) {
    const auto refuse = [](errc code, std::string message) {
        return base::fail(code, base::phase::subsystem, std::move(message));
    };
    const auto version = decode<version_reply>(view_of(octets));
    if (!version) {
        return refuse(errc::protocol_error, "the server's first message is not a well-formed SFTP VERSION");
    }
    if (version->version != protocol_version) {
        return refuse(errc::unsupported_version,
                      fmt::format("the server speaks SFTP version {}; only version {} is supported", version->version,
                                  protocol_version));
    }
    auto features = server_features::from(*version);
    if (!features) return refuse(errc::protocol_error, "the server's SFTP VERSION announces too many extensions");
    features_ = *std::move(features);
    stage_ = stage::ready;
    // A request without paths is never refused.
    if (features_.limits_request) static_cast<void>(enqueue(limits_request{}, 0, detail::interest::none));
    return {};
}

base::result<void> session::answer_arrived(frame octets) {
    const auto body = view_of(octets);
    field_reader head{body};
    packet_type type{};
    request_id id{};
    head(type, id);

    const auto* const found = requests_.find(id);
    if (found == nullptr) {
        return std::unexpected(protocol_error(fmt::format("{} answers no request in flight", to_string(type))));
    }
    const auto request = *found;
    if (auto breach = misfit(request, type, body)) return std::unexpected(*std::move(breach));
    requests_.remove(id);

    if (request.kind == &detail::kind_of<limits_request> && type == packet_type::extended_reply) {
        features_.limits = server_limits::from(*decode<limits_reply>(body));
    }
    if (request.interest == detail::interest::wanted) {
        completed_.push_back({request.token, id, request.kind->type, reply{std::move(octets), request.kind->label}});
    } else if (type == packet_type::handle) {
        close_late_handle(body);
    }
    return {};
}

void session::close_late_handle(std::string_view body) {
    const auto opened = decode<handle_reply>(body);
    // A handle that was accepted can be sent back: both are at most 256 octets.
    if (opened && ready()) {
        static_cast<void>(enqueue(close_request{.handle = opened->handle}, 0, detail::interest::none));
    }
}

void session::end() {
    stage_ = stage::ended;
    output_.clear();
    input_.drop_spares();
}

}  // namespace gangway::sftp
