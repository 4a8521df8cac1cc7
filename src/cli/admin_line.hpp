#pragma once
/// A command that administers a gateway, as it was written and as it is described.

#include <gangway/net/asio.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::cli {

struct outcome;
struct task;

enum class takes : std::uint8_t { nothing, text, list };

struct option {
    std::string_view name;  ///< without the dashes
    takes what;
    std::string_view type_name;
    std::string_view help;
};

struct operand {
    std::string_view name;
    std::string_view help;
    bool required = true;
};

/// `gangway NOUN NAME OPERAND… --option…`
struct action {
    std::string_view noun;
    std::string_view name;
    std::string_view summary;
    std::span<const operand> operands;
    std::span<const option> options;
    net::async_result<outcome> (*run)(task&);
};

/// What was written.
struct admin_line {
    const action* what = nullptr;
    std::map<std::string_view, std::string, std::less<>> operands{};              ///< by their names; "" if left out
    std::map<std::string_view, std::vector<std::string>, std::less<>> options{};  ///< those that were given
    std::string gateway{};
    std::string token_file{};
    bool json = false;

    [[nodiscard]] const std::string& operand(std::string_view name) const { return operands.at(name); }
    [[nodiscard]] bool has(std::string_view name) const {
        const auto found = options.find(name);
        return found != options.end() && !found->second.empty();
    }
    /// Nothing if it was not given.
    [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
        return has(name) ? std::optional{options.find(name)->second.back()} : std::nullopt;
    }
    [[nodiscard]] const std::vector<std::string>& list(std::string_view name) const { return options.at(name); }
};

/// All of them, nouns together.
[[nodiscard]] std::span<const action> connection_actions() noexcept;
[[nodiscard]] std::span<const action> credential_actions() noexcept;
[[nodiscard]] std::span<const action> folder_actions() noexcept;
[[nodiscard]] std::span<const action> history_actions() noexcept;
[[nodiscard]] std::span<const action> access_actions() noexcept;

}  // namespace gangway::cli
