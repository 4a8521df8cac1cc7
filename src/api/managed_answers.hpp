#pragma once
/// The JSON that routes of managed things answer with: one object, also with a secret in it, a list, or one page of a
/// list.

#include "managed_call.hpp"

#include <gangway/api/answer.hpp>
#include <gangway/api/json_writer.hpp>
#include <gangway/base/secret.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gangway::api {

/// `{"success":true,…}`: `write(json)` adds the members.
template <class Write>
[[nodiscard]] answer object_answer(Write write, unsigned status = 200, std::vector<answer_header> headers = {}) {
    answer made{.status = status, .headers = std::move(headers)};
    json_writer json{made.body};
    json.begin_object();
    json.flag("success", true);
    write(json);
    json.end_object();
    return made;
}

/// `made`, one object, with a secret as its last member: the only time that anybody sees it. Its octets are zeroed when
/// they are sent, or when the answer is given up.
[[nodiscard]] answer with_secret(answer made, std::string_view name, const base::secret& value);

/// `{"success":true,"<name>":[{…},…]}`: `write(json, row)` adds the members of each. `next`, unless empty, is what the
/// page after this one is asked for with.
template <class Row, class Write>
[[nodiscard]] answer list_answer(std::string_view name, const std::vector<Row>& rows, Write write,
                                 std::string_view next = {}) {
    return object_answer([&](json_writer& json) {
        json.begin_array(name);
        for (const auto& row : rows) {
            json.begin_object();
            write(json, row);
            json.end_object();
        }
        json.end_array();
        if (!next.empty()) json.text("next", next);
    });
}

/// A page of `limit` rows: that there is one more tells that the list goes on, after `key(last)` of this page.
template <class Row, class Write, class Key>
[[nodiscard]] answer page_answer(std::string_view name, std::vector<Row> rows, std::size_t limit, Write write,
                                 Key key) {
    std::string next;
    if (rows.size() > limit) {
        rows.resize(limit);
        next = key(rows.back());
    }
    return list_answer(name, rows, write, next);
}

/// What `page_answer` needs of rows with unique names, in the order of these: the last name of a page is where the next
/// one begins.
template <class Row>
[[nodiscard]] std::vector<Row> by_name(std::vector<Row> rows, const page& wanted) {
    std::erase_if(rows, [&](const Row& row) { return row.name <= wanted.after; });
    std::ranges::sort(rows, {}, &Row::name);
    rows.resize(std::min(rows.size(), wanted.limit + 1));
    return rows;
}

/// `row`, if it is there, and still what the client has seen: of the revision `wanted`, if that is given. Errors:
/// `not_found`, `precondition_failed`.
template <class Row>
[[nodiscard]] base::result<Row> as_seen(std::optional<Row> row, const std::optional<std::int64_t>& wanted,
                                        std::string_view what) {
    if (!row) return std::unexpected(not_there(what));
    if (wanted && *wanted != row->revision) return std::unexpected(not_changed(store::changed::stale, what));
    return *std::move(row);
}

}  // namespace gangway::api
