#include "told_error.hpp"

#include "json_values.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/cli/told_code.hpp>

#include <boost/json/serialize.hpp>

#include <string>

namespace gangway::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_message = 1000;

base::phase phase_named(std::string_view name) noexcept {
    using enum base::phase;
    for (const auto phase : {request, egress, dns, tcp, ssh, hostkey, auth, subsystem, sftp, storage})
        if (base::to_string(phase) == name) return phase;
    return request;
}

}  // namespace

base::error told_error(const json::object& body) {
    const auto name = text_at(body, "code");
    auto message = base::escape(text_at(body, "error"), longest_message);
    if (message.empty()) message = "the gateway says no more than " + base::escape(name.empty() ? "failure" : name);
    base::error told{told_code(name), phase_named(text_at(body, "phase")), std::move(message)};
    for (const auto& member : body) {
        const std::string_view key{member.key().data(), member.key().size()};
        // A code that this program does not know is told as it is.
        const bool kept_elsewhere =
            key == "success" || key == "error" || key == "phase" || (key == "code" && told.code.message() == name);
        if (kept_elsewhere || member.value().is_structured()) continue;
        const auto* const text = member.value().if_string();
        told.facts.push_back({std::string{key}, text == nullptr ? json::serialize(member.value())
                                                                : std::string{text->data(), text->size()}});
    }
    return told;
}

}  // namespace gangway::cli
