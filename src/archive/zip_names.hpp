#pragma once
/// Names in an archive that somebody else has made.

#include <gangway/archive/errors.hpp>

#include <string>
#include <string_view>
#include <unordered_set>

namespace gangway::archive {

/// The names of one archive, each of which leads to a place of its own beneath a folder.
class zip_names {
  public:
    static constexpr std::size_t longest = 4096;  ///< octets

    /// `name` of a file, or of a folder with a slash at its end. Error: `unsafe_name`.
    [[nodiscard]] base::result<void> add(std::string_view name);

  private:
    std::unordered_set<std::string> files_{};
    std::unordered_set<std::string> folders_{};  ///< that are entries, or that entries lie in
    std::unordered_set<std::string> told_{};     ///< folders that are entries
};

}  // namespace gangway::archive
