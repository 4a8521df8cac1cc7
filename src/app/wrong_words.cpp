#include "wrong_words.hpp"

#include "nearest_word.hpp"

#include <gangway/base/escape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace gangway::app {
namespace {

constexpr std::size_t longest_shown = 64;
constexpr std::size_t farthest = 2;

bool is_option(std::string_view word) noexcept {
    return word.size() > 1 && word[0] == '-' && (word[1] < '0' || word[1] > '9');
}

std::string told(std::string_view kind, std::string_view wrong, std::span<const std::string_view> known) {
    const auto meant = nearest_word(wrong, known, farthest);
    const auto shown = base::escape(wrong, longest_shown);
    if (meant.empty()) return fmt::format("there is no {} \"{}\"", kind, shown);
    return fmt::format("there is no {} \"{}\": do you mean \"{}\"?", kind, shown, meant);
}

/// An option that `command` does not have, among what follows it; empty if there is none.
std::string wrong_option(const CLI::App& command, std::span<const char* const> words) {
    std::vector<std::string> names;
    for (const auto* const option : command.get_options([](const CLI::Option*) { return true; })) {
        for (const auto& name : option->get_lnames())
            names.push_back("--" + name);
        for (const auto& name : option->get_snames())
            names.push_back("-" + name);
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (const std::string_view word : words) {
        if (word == "--") break;
        if (!is_option(word)) continue;
        // What is behind the first letter of short ones may be others, or a value.
        const auto name = word[1] == '-' ? word.substr(0, word.find('=')) : word.substr(0, 2);
        if (std::ranges::find(known, name) == known.end()) return told("option", name, known);
    }
    return {};
}

/// A command that `above` does not have, in place of one that it wants; empty if that is not what is wrong.
std::string wrong_command(const CLI::App& above, std::span<const char* const> words) {
    if (words.empty() || is_option(words.front())) return {};
    std::vector<std::string> names;
    for (const auto* const each : above.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(each->get_name());
    if (names.empty()) return {};
    const std::vector<std::string_view> known(names.begin(), names.end());
    return told("command", words.front(), known);
}

}  // namespace

std::string explain_wrong_words(const CLI::App& program, const CLI::ParseError& wrong,
                                std::span<const char* const> words) {
    const auto* command = &program;
    auto path = program.get_name();
    auto rest = words.subspan(std::min<std::size_t>(words.size(), 1));
    while (!rest.empty()) {
        const auto known = command->get_subcommands([](const CLI::App*) { return true; });
        const auto next =
            std::ranges::find(known, std::string{rest.front()}, [](const auto* each) { return each->get_name(); });
        if (next == known.end()) break;
        command = *next;
        path += " " + command->get_name();
        rest = rest.subspan(1);
    }
    auto what = wrong_command(*command, rest);
    if (what.empty()) what = wrong_option(*command, rest);
    if (what.empty()) what = wrong.what();
    return fmt::format("{} ({} --help)", what, path);
}

}  // namespace gangway::app
