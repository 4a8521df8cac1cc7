// The ids that names stand for.
#include "json_values.hpp"
#include "listing_text.hpp"
#include "task.hpp"

#include <gangway/cli/told_code.hpp>

#include <fmt/format.h>

#include <limits>
#include <utility>
#include <vector>

namespace gangway::cli {
namespace {

namespace json = boost::json;

constexpr auto all_rows = std::numeric_limits<std::size_t>::max();

struct named {
    std::string id;
    std::string where{};  ///< for people: what tells it from others of the same name
};

void collect(std::vector<named>& into, const json::array& rows, std::string_view name, std::string_view where = {}) {
    for (const auto& row : rows) {
        const auto* const object = row.if_object();
        if (object == nullptr || text_at(*object, "name") != name) continue;
        into.push_back({std::string{text_at(*object, "id")}, std::string{where}});
    }
}

base::result<std::string> only_one(std::vector<named> found, std::string_view kind, std::string_view name) {
    if (found.empty())
        return base::fail(told_code("not_found"), base::phase::request,
                          fmt::format("there is no {} with the name or id {}", kind, shown(name)));
    if (found.size() == 1 && !found.front().id.empty()) return std::move(found.front().id);
    std::string several;
    for (const auto& each : found) {
        several += (several.empty() ? "" : ", ") + shown(each.id);
        if (!each.where.empty()) several += " of " + shown(each.where);
    }
    return base::fail(told_code("conflict"), base::phase::request,
                      fmt::format("there are {} {}s with the name {}: name one by its id: {}", found.size(), kind,
                                  shown(name), several));
}

/// All connections, by name.
net::async_result<json::object> connections(task& what) {
    return read_pages(what, "/api/v1/connections", "", "connections", all_rows);
}

/// Those of one connection with this name.
net::async_result<void> collect_folders(task& what, std::vector<named>& into, std::string connection, std::string where,
                                        std::string name) {
    const auto answer =
        co_await read_pages(what, "/api/v1/connections/" + connection + "/folders", "", "folders", all_rows);
    if (!answer) co_return std::unexpected(answer.error());
    collect(into, array_at(*answer, "folders"), name, where);
    co_return base::result<void>{};
}

}  // namespace

net::async_result<std::string> connection_id(task& what, std::string name) {
    if (is_id(name, "con_")) co_return name;
    const auto all = co_await connections(what);
    if (!all) co_return std::unexpected(all.error());
    std::vector<named> found;
    collect(found, array_at(*all, "connections"), name);
    co_return only_one(std::move(found), "connection", name);
}

net::async_result<std::string> folder_id(task& what, std::string name) {
    if (is_id(name, "fld_")) co_return name;
    const auto all = co_await connections(what);
    if (!all) co_return std::unexpected(all.error());
    std::vector<named> found;
    for (const auto& row : array_at(*all, "connections")) {
        const auto* const object = row.if_object();
        if (object == nullptr) continue;
        const std::string connection{text_at(*object, "name")}, id{text_at(*object, "id")};
        if (!is_id(id, "con_")) continue;
        // A slash may be part of either name.
        const bool qualified = name.starts_with(connection + "/");
        auto own = co_await collect_folders(what, found, id, connection,
                                            qualified ? name.substr(connection.size() + 1) : name);
        if (own && qualified) own = co_await collect_folders(what, found, id, connection, name);
        if (!own) co_return std::unexpected(own.error());
    }
    co_return only_one(std::move(found), "folder", name);
}

net::async_result<std::string> token_id(task& what, std::string name) {
    if (is_id(name, "tok_")) co_return name;
    const auto all = co_await what.at.call({.method = "GET", .target = "/api/v1/tokens"});
    if (!all) co_return std::unexpected(all.error());
    std::vector<named> found;
    for (const auto& row : array_at(*all, "tokens"))
        if (const auto* const object = row.if_object();
            object != nullptr && text_at(*object, "name") == name && text_at(*object, "revokedAt").empty())
            found.push_back({std::string{text_at(*object, "id")}});
    co_return only_one(std::move(found), "token", name);
}

}  // namespace gangway::cli
