#include "task.hpp"

#include "json_values.hpp"
#include "listing_text.hpp"
#include "standard_input.hpp"

#include <gangway/base/base64.hpp>
#include <gangway/base/utf8.hpp>
#include <gangway/model/errors.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace gangway::cli {
namespace {

namespace json = boost::json;

/// The most rows that the API puts into one page.
constexpr std::size_t largest_page = 500;

base::result<std::uint64_t> parse_count(const std::string& text, std::string_view field) {
    std::uint64_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc{} || stopped != end || value == 0)
        return model::invalid(field, fmt::format("--{} takes a number from 1", field));
    return value;
}

}  // namespace

outcome told(const task& what, const json::object& answer, std::string text) {
    if (what.line.json) return {.output = json::serialize(answer) + "\n"};
    return {.output = std::move(text)};
}

net::async_result<json::object> read_pages(task& what, std::string path, std::string query, std::string_view member,
                                           std::size_t most) {
    json::object all;
    json::array rows;
    std::string after = what.line.text("after").value_or("");
    for (;;) {
        const auto wanted = std::min(most - rows.size(), largest_page);
        auto target = fmt::format("{}?limit={}", path, wanted);
        if (!query.empty()) target += "&" + query;
        if (!after.empty()) target += "&after=" + percent_encoded(after);
        auto page = co_await what.at.call({.method = "GET", .target = std::move(target)});
        if (!page) co_return std::unexpected(std::move(page.error()));
        const auto& more = array_at(*page, member);
        for (const auto& row : more)
            rows.push_back(row);
        const auto next = std::string{text_at(*page, "next")};
        const bool done = next.empty() || next == after || more.empty() || rows.size() >= most;
        if (done) {
            all = std::move(*page);
            all[member] = std::move(rows);
            co_return all;
        }
        after = next;
    }
}

base::result<std::size_t> wanted_rows(const admin_line& line, std::size_t usual) {
    const auto text = line.text("limit");
    return text ? parse_count(*text, "limit") : base::result<std::size_t>{usual};
}

base::result<std::optional<std::uint64_t>> wanted_revision(const admin_line& line) {
    const auto text = line.text("if-revision");
    if (!text) return std::nullopt;
    const auto revision = parse_count(*text, "if-revision");
    if (!revision) return std::unexpected(revision.error());
    return *revision;
}

std::string more_note(const task& what, const json::object& answer) {
    const auto next = text_at(answer, "next");
    if (next.empty() || what.line.json) return {};
    return "There are more: --after " + shown(next) + " goes on, --limit shows more at once.\n";
}

net::async_result<void> confirmed(task& what, std::string question) {
    if (what.line.has("yes")) co_return base::result<void>{};
    if (!what.asked.present())
        co_return model::invalid("yes", "this cannot be undone, and there is nobody to ask: add --yes");
    if (co_await what.asked.confirm(std::move(question))) co_return base::result<void>{};
    co_return base::fail(std::make_error_code(std::errc::operation_canceled), base::phase::request,
                         "nothing was changed");
}

net::async_result<base::secret> asked_secret(task& what, std::string_view option, std::string what_it_is) {
    if (what.line.has(option)) co_return secret_from_input();
    if (!what.asked.present())
        co_return model::invalid(
            option, fmt::format("there is no terminal to ask for {}: use --{} and give it on standard input",
                                what_it_is, option));
    auto answer = co_await what.asked.ask_hidden(fmt::format("Please type {} (it is not shown): ", what_it_is));
    if (!answer || answer->empty())
        co_return base::fail(std::make_error_code(std::errc::operation_canceled), base::phase::request,
                             "nothing was typed, and nothing was changed");
    co_return std::move(*answer);
}

void put_texts(json::object& body, const admin_line& line, std::initializer_list<text_member> which) {
    for (const auto& [option, member] : which)
        if (const auto text = line.text(option)) body[member] = *text;
}

base::result<void> put_enabled(json::object& body, const admin_line& line) {
    if (line.has("enable") && line.has("disable"))
        return model::invalid("disable", "--enable and --disable exclude each other");
    if (line.has("enable") || line.has("disable")) body["enabled"] = line.has("enable");
    return {};
}

void put_octets(json::object& body, std::string_view member, std::string_view octets) {
    if (base::is_utf8(octets))
        body[member] = octets;
    else
        body[std::string{member} + "Base64"] = base::to_base64(octets);
}

bool is_id(std::string_view text, std::string_view prefix) noexcept {
    constexpr std::size_t length = 26;
    return text.starts_with(prefix) && text.size() == prefix.size() + length &&
           std::ranges::all_of(text.substr(prefix.size()),
                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

}  // namespace gangway::cli
