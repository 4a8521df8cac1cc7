// gangway keys …, gangway password …
#include "json_values.hpp"
#include "listing_text.hpp"
#include "table_text.hpp"
#include "task.hpp"

#include <gangway/base/utf8.hpp>
#include <gangway/model/errors.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace gangway::cli {
namespace {

namespace json = boost::json;

constexpr auto key_columns = std::to_array<column>({{"ID", "id"},
                                                    {"ALGORITHM", "algorithm"},
                                                    {"CREATED", "createdAt", as::time},
                                                    {"ACCEPTED", "lastAcceptedAt", as::time},
                                                    {"REVOKED", "revokedAt", as::time},
                                                    {"FINGERPRINT", "fingerprint"}});

net::async_result<std::string> path_below(task& what, std::string below) {
    auto id = co_await connection_id(what, what.line.operand("CONNECTION"));
    if (!id) co_return id;
    co_return "/api/v1/connections/" + *id + below;
}

net::async_result<outcome> list_keys(task& what) {
    auto path = co_await path_below(what, "/keys");
    if (!path) co_return std::unexpected(std::move(path.error()));
    const auto answer = co_await what.at.call({.method = "GET", .target = std::move(*path)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, table_text(array_at(*answer, "keys"), key_columns));
}

/// The line for authorized_keys alone on standard output, so that it can go into a file or down a pipe.
net::async_result<outcome> create_key(task& what) {
    auto path = co_await path_below(what, "/keys");
    if (!path) co_return std::unexpected(std::move(path.error()));
    json::object body;
    put_texts(body, what.line, {{"algorithm", "algorithm"}, {"comment", "comment"}});
    const auto answer = co_await what.at.call({.method = "POST", .target = std::move(*path), .body = std::move(body)});
    if (!answer) co_return std::unexpected(answer.error());
    const auto* const line = what.line.has("restrict") ? "restrictedPublicKey" : "publicKey";
    auto end = told(what, *answer, cell_text(*answer, {"", line}) + "\n");
    if (!what.line.json)
        end.note = fmt::format("{} {}, fingerprint {}\n", cell_text(*answer, {"", "algorithm"}),
                               cell_text(*answer, {"", "id"}), cell_text(*answer, {"", "fingerprint"}));
    co_return end;
}

net::async_result<outcome> revoke_key(task& what) {
    const auto& key = what.line.operand("KEY");
    if (!is_id(key, "key_")) co_return model::invalid("key", "a key is named by its id: gangway keys list CONNECTION");
    auto path = co_await path_below(what, "/keys/" + key);
    if (!path) co_return std::unexpected(std::move(path.error()));
    const auto sure =
        co_await confirmed(what, fmt::format("Revoke {} of {}? Its private half is destroyed, and its sessions end.",
                                             key, shown(what.line.operand("CONNECTION"))));
    if (!sure) co_return std::unexpected(sure.error());
    const auto answer = co_await what.at.call({.method = "DELETE", .target = std::move(*path)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, "");
}

net::async_result<outcome> set_password(task& what) {
    auto path = co_await path_below(what, "/password");
    if (!path) co_return std::unexpected(std::move(path.error()));
    const auto password = co_await asked_secret(what, "password-stdin", "the password");
    if (!password) co_return std::unexpected(password.error());
    if (!base::is_utf8(password->view()))
        co_return model::invalid("password", "the password is not UTF-8, which is all that the API can carry");
    json::object body{wiping_storage()};
    body.emplace("password", password->view());
    const auto answer = co_await what.at.call({.method = "PUT", .target = std::move(*path), .body = std::move(body)});
    if (!answer) co_return std::unexpected(answer.error());
    auto end = told(what, *answer, "");
    if (const auto warning = cell_text(*answer, {"", "warning"}); !warning.empty() && !what.line.json)
        end.note = warning + "\n";
    co_return end;
}

net::async_result<outcome> remove_password(task& what) {
    auto path = co_await path_below(what, "/password");
    if (!path) co_return std::unexpected(std::move(path.error()));
    const auto answer = co_await what.at.call({.method = "DELETE", .target = std::move(*path)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, "");
}

constexpr operand connection{"CONNECTION", "Its name or id"};
constexpr std::array<operand, 1> one_connection{connection};
constexpr std::array<operand, 2> connection_and_key{{connection, {"KEY", "Its id, key_…"}}};
constexpr std::array create_options{
    option{"algorithm", takes::text, "NAME",
           "ed25519 (default), ecdsa-p256, ecdsa-p384, ecdsa-p521, or rsa-4096 for old servers"},
    option{"comment", takes::text, "TEXT", "The end of the public line (default: gangway and the connection's name)"},
    option{"restrict", takes::nothing, "", "Print the line that allows file transfer and nothing else"},
};
constexpr std::array revoke_options{option{"yes", takes::nothing, "", "Do not ask"}};
constexpr std::array password_options{
    option{"password-stdin", takes::nothing, "", "Read the password from the first line of standard input"}};

constexpr auto actions = std::to_array<action>({
    {"keys", "list", "The keys of a connection, and when the server accepted each", one_connection, {}, list_keys},
    {"keys", "create", "Make a key pair and print its line for authorized_keys; the private half stays sealed",
     one_connection, create_options, create_key},
    {"keys", "revoke", "Destroy a key and end its sessions", connection_and_key, revoke_options, revoke_key},
    {"password", "set", "Seal a password, which is asked for; a key is safer", one_connection, password_options,
     set_password},
    {"password", "remove", "Destroy the password", one_connection, {}, remove_password},
});

}  // namespace

std::span<const action> credential_actions() noexcept {
    return actions;
}

}  // namespace gangway::cli
