#pragma once
/// A command line that means nothing, explained.

#include <CLI/App.hpp>

#include <span>
#include <string>

namespace gangway::app {

/// What is wrong with `words`, the first of which is the name of the program, in words of ours where we know better
/// than CLI11: a command or an option that does not exist, with the one that it was probably meant to be. Ends with
/// where to find help.
[[nodiscard]] std::string explain_wrong_words(const CLI::App& program, const CLI::ParseError& wrong,
                                              std::span<const char* const> words);

}  // namespace gangway::app
