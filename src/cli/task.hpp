#pragma once
/// What the commands that administer a gateway have in common.

#include "admin_line.hpp"
#include "gateway.hpp"
#include "outcome.hpp"
#include "person.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace gangway::cli {

/// A command that runs. Everything outlives it.
struct task {
    const admin_line& line;
    gateway& at;
    person& asked;
    std::function<net::awaitable<void>(std::chrono::milliseconds)> pause;  ///< between two looks
    std::function<void(std::string_view line)>
        progress;  ///< shows how far it is, in the place of what it showed before
};

/// `answer` as JSON if that is wanted, or else `text`.
[[nodiscard]] outcome told(const task& what, const boost::json::object& answer, std::string text);

/// A list that comes in pages, up to `most` of its rows: the first answer with all of them in `member`, and "next" if
/// there are more. `query` is "" or "connection=con_…&state=stable".
[[nodiscard]] net::async_result<boost::json::object> read_pages(task& what, std::string path, std::string query,
                                                                std::string_view member, std::size_t most);
/// --limit, or `usual`. Errors: `invalid_value`.
[[nodiscard]] base::result<std::size_t> wanted_rows(const admin_line& line, std::size_t usual);
/// --if-revision. Errors: `invalid_value`.
[[nodiscard]] base::result<std::optional<std::uint64_t>> wanted_revision(const admin_line& line);

/// What follows a list that was cut at its limit; "" if it was not.
[[nodiscard]] std::string more_note(const task& what, const boost::json::object& answer);

/// Asks unless --yes was given. An error if the answer is no, or if there is nobody to ask.
[[nodiscard]] net::async_result<void> confirmed(task& what, std::string question);
/// From standard input if `option` was given, or else from the person, without showing it. `what_it_is` as in "the
/// password".
[[nodiscard]] net::async_result<base::secret> asked_secret(task& what, std::string_view option, std::string what_it_is);

/// Puts the texts of these options, as far as they were given, into `body`: pairs of an option and a member.
struct text_member {
    std::string_view option, member;
};
void put_texts(boost::json::object& body, const admin_line& line, std::initializer_list<text_member> which);
/// "enabled" by --enable or --disable. Errors: `invalid_value` for both.
[[nodiscard]] base::result<void> put_enabled(boost::json::object& body, const admin_line& line);
/// Octets of a path, as text or, if they are not UTF-8, as base64 in the member's twin.
void put_octets(boost::json::object& body, std::string_view member, std::string_view octets);

// The id that a name stands for; an id stands for itself. Errors: `not_found`, and `conflict` naming the ids if several
// have the name.
[[nodiscard]] net::async_result<std::string> connection_id(task& what, std::string name);
/// "acme/orders", or "orders" if only one connection has a folder of this name.
[[nodiscard]] net::async_result<std::string> folder_id(task& what, std::string name);
[[nodiscard]] net::async_result<std::string> token_id(task& what, std::string name);

/// Whether this is `prefix` and 26 characters of an id.
[[nodiscard]] bool is_id(std::string_view text, std::string_view prefix) noexcept;

}  // namespace gangway::cli
