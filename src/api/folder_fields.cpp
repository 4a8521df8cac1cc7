#include "folder_fields.hpp"

#include "local_place.hpp"

#include <gangway/net/blocking.hpp>
#include <gangway/sink/local_folder.hpp>
#include <gangway/sink/s3_credentials.hpp>

#include <algorithm>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::size_t longest_name = 100, longest_secret = 512;

/// A destination as it was sent, without what is not kept with it.
struct sent_destination {
    std::string json{};
    std::optional<base::secret> secret_access_key{};
};

void copy(json_writer& to, std::string_view name, const json_value& value) {
    if (const auto* const text = std::get_if<std::span<char>>(&value))
        to.text(name, {text->data(), text->size()});
    else if (const auto* const flag = std::get_if<bool>(&value))
        to.flag(name, *flag);
    else
        to.json(name, std::holds_alternative<json_null>(value) ? "null" : "[]");  // no member is a number or nested
}

/// Takes the secret out before anything keeps a copy of the text, which is decoded where it stands.
sent_destination take_destination(fields& from, std::span<char> text) {
    sent_destination made;
    const auto sent = parse_json_object(text);
    if (!sent) {
        from.complain(sent.error());
        return made;
    }
    json_writer json{made.json};
    json.begin_object();
    for (const auto& [name, value] : sent->members()) {
        const auto* const secret = std::get_if<std::span<char>>(&value);
        if (name == "identity") from.complain("destination.identity", "\"destination.identity\" cannot be chosen");
        if (name != "secretAccessKey") {
            std::string escaped;
            append_escaped(escaped, name);
            copy(json, escaped, value);
        } else if (secret != nullptr && !secret->empty() && secret->size() <= longest_secret) {
            made.secret_access_key.emplace(std::string_view{secret->data(), secret->size()});
            base::wipe(secret->data(), secret->size());
        } else if (!std::holds_alternative<json_null>(value)) {
            from.complain("destination.secretAccessKey", "\"destination.secretAccessKey\" is 1 to 512 characters");
        }
    }
    json.end_object();
    return made;
}

/// `text` through the reader and the writer of one column. Given as null: what an empty column means.
template <class Read, class Write>
std::optional<std::string> canonical(fields& from, std::string_view name, Read read, Write write) {
    const auto text = from.object(name);
    if (!text && !from.is_null(name)) return std::nullopt;
    const auto value = read(text ? std::string_view{text->data(), text->size()} : std::string_view{});
    if (value) return write(*value);
    from.complain(value.error());
    return std::nullopt;
}

std::optional<transfer::destination> read_destination(fields& from, folder_fields& into) {
    const auto text = from.object("destination");
    if (!text) return std::nullopt;
    auto sent = take_destination(from, *text);
    if (!from.ok()) return std::nullopt;
    auto read = transfer::read_destination(sent.json);
    if (!read) {
        from.complain(std::move(read.error()));
        return std::nullopt;
    }
    const auto* const bucket = std::get_if<transfer::bucket_destination>(&*read);
    into.to_bucket = bucket != nullptr;
    if (sent.secret_access_key && bucket == nullptr)
        from.complain("destination.secretAccessKey", "A local folder needs no \"destination.secretAccessKey\"");
    if (sent.secret_access_key && bucket != nullptr &&
        !sink::are_usable({bucket->access_key_id, base::secret{sent.secret_access_key->view()}}))
        from.complain("destination.secretAccessKey", "\"destination.secretAccessKey\" has a line break in it");
    into.secret_access_key = std::move(sent.secret_access_key);
    return *std::move(read);
}

/// A folder of this machine, made a destination.
net::async_result<transfer::destination> prepared(managed_call& call, transfer::local_destination local) {
    auto done = co_await net::run_blocking(call.with.blocking, [&]() -> base::result<transfer::local_destination> {
        auto place = make_local_place(local.folder, call.with.pull_roots);
        if (!place) return std::unexpected(std::move(place.error()));
        auto identity = sink::prepare_local_folder(*place);
        if (!identity) return std::unexpected(std::move(identity.error()).with("field", "destination.folder"));
        return transfer::local_destination{*std::move(place), *std::move(identity)};
    });
    if (!done) co_return std::unexpected(std::move(done.error()));
    co_return transfer::destination{*std::move(done)};
}

}  // namespace

void folder_fields::apply(store::folder& row) const {
    if (name) row.name = *name;
    if (remote_folder) row.remote_folder = *remote_folder;
    if (enabled) row.enabled = *enabled;
    if (rules) row.rules = *rules;
    if (destination) row.destination = *destination;
    if (schedule) row.schedule = *schedule;
    if (expected_by) row.expected_by = *expected_by;
}

net::async_result<folder_fields> read_folder(managed_call& call) {
    auto from = co_await read_fields(
        call,
        {"name", "remoteFolder", "remoteFolderBase64", "enabled", "rules", "destination", "schedule", "expectedBy"},
        nested_fields::kept);
    if (!from) co_return std::unexpected(std::move(from.error()));
    folder_fields given;
    given.name = plain_text(*from, "name", longest_name);
    if (given.name && given.name->empty()) from->complain("name", "\"name\" must be 1 to 100 octets");
    given.remote_folder = from->octets("remoteFolder");
    if (from->has("enabled")) given.enabled = from->flag("enabled");
    given.rules = canonical(*from, "rules", transfer::read_rules, transfer::write_rules);
    given.schedule = canonical(*from, "schedule", transfer::read_schedule, transfer::write_schedule);
    given.expected_by = canonical(*from, "expectedBy", transfer::read_expected_by, transfer::write_expected_by);
    auto where = read_destination(*from, given);
    if (auto checked = from->finish(true); !checked) co_return std::unexpected(std::move(checked.error()));
    call.octets = wiped_octets{};
    if (!where) co_return given;
    if (auto* const local = std::get_if<transfer::local_destination>(&*where)) {
        auto made = co_await prepared(call, std::move(*local));
        if (!made) co_return std::unexpected(std::move(made.error()));
        where = *std::move(made);
    }
    given.destination = transfer::write_destination(*where, transfer::identity_of_folder::kept);
    co_return given;
}

}  // namespace gangway::api
