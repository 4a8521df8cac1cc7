// A request's body through the JSON border and the decoders of all fields, with Boost.JSON as a second opinion.
#include <gangway/api/one_shot_request.hpp>
#include <gangway/base/utf8.hpp>

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace gangway;

void require(bool holds) {
    if (!holds) std::abort();
}

/// What we take, others take too, and read the same texts and numbers in it. We may be stricter.
void compare(std::string text) {
    boost::system::error_code failure;
    boost::json::parse_options options;
    options.max_depth = 40;
    const auto theirs = boost::json::parse(text, failure, {}, options);
    const auto ours = api::parse_json_object(text);
    if (!ours) return;
    require(!failure && theirs.is_object());
    require(theirs.as_object().size() == ours->members().size());
    for (const auto& [name, value] : ours->members()) {
        require(base::is_utf8(name));
        const auto& other = theirs.as_object().at(name);
        if (const auto* const span = std::get_if<std::span<char>>(&value))
            require(other.is_string() && other.as_string() == std::string_view(span->data(), span->size()));
        else if (const auto* const number = std::get_if<std::int64_t>(&value))
            require(other.is_int64() && other.as_int64() == *number);
        else if (const auto* const flag = std::get_if<bool>(&value))
            require(other.is_bool() && other.as_bool() == *flag);
        else if (std::holds_alternative<api::json_nested>(value))
            require(other.is_object() || other.is_array());
    }
}

void decode(std::string text) {
    auto from = api::fields::from_json(text);
    if (!from) return;
    const auto server = api::decode_server(*from);
    const auto who = api::decode_optional_credentials(*from);
    static_cast<void>(from->path("path"));
    static_cast<void>(from->octets("oldPath"));
    static_cast<void>(from->mode("mode"));
    static_cast<void>(from->date("mtime"));
    static_cast<void>(from->flag("append"));
    static_cast<void>(from->integer("size", 0, INT64_MAX));
    const auto content = from->required_content("content");
    require(content.empty() ||
            (content.data() >= text.data() && content.data() + content.size() <= text.data() + text.size()));
    if (!from->ok()) return;
    require(server.server.has_value() && server.server->port != 0);
    require(!who || (!who->username.empty() && (who->password || who->key)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{reinterpret_cast<const char*>(data), size};
    compare(text);
    decode(text);
    return 0;
}
