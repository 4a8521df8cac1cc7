#pragma once
/// What is pulled from a folder, when a file counts as complete, and what happens to it then.

#include <gangway/base/error.hpp>
#include <gangway/model/glob.hpp>
#include <gangway/model/schedule.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gangway::model {

/// A name made of another one: "{name}.done", "{stem}.ok", "ready-{name}". The stem is the name up to its last dot.
class companion_name {
  public:
    /// Exactly one of {name} and {stem}, and other octets beside it; no slash, NUL, or further brace.
    [[nodiscard]] static base::result<companion_name> parse(std::string_view pattern, std::string_view field);

    /// The companion of the file at `path`, in the same folder.
    [[nodiscard]] std::string of(std::string_view path) const;
    /// Whether `path` is the companion of some name.
    [[nodiscard]] bool matches(std::string_view path) const noexcept;
    [[nodiscard]] std::string text() const;

    friend bool operator==(const companion_name&, const companion_name&) = default;

  private:
    std::string before_, after_;
    bool stem_ = false;
};

/// Files appear complete, because the sender renames them: no waiting.
struct stable_at_once {
    friend bool operator==(const stable_at_once&, const stable_at_once&) = default;
};
/// Same size and time in two looks that lie at least `apart` from each other. Two seconds are the least: servers tell
/// times in whole seconds, and a file may change twice in one.
struct stable_over_looks {
    std::chrono::seconds apart{2};
    friend bool operator==(const stable_over_looks&, const stable_over_looks&) = default;
};
/// Not changed for `age`: seen so by us, or told so by the server's time. What the server says is believed only with
/// `clock_tolerance` on top, because a clock that is slow makes a file look old while it is being written.
struct stable_by_age {
    std::chrono::seconds age{60};
    std::chrono::seconds clock_tolerance{300};
    friend bool operator==(const stable_by_age&, const stable_by_age&) = default;
};
/// The sender puts a second file beside it when it is done.
struct stable_by_marker {
    companion_name marker;
    friend bool operator==(const stable_by_marker&, const stable_by_marker&) = default;
};
using stability = std::variant<stable_at_once, stable_over_looks, stable_by_age, stable_by_marker>;

/// Which file goes first; names decide between equals.
enum class pull_order : std::uint8_t { name, mtime, size };
enum class unpacking : std::uint8_t { none, gzip, zip };

[[nodiscard]] std::string_view to_string(pull_order value) noexcept;
[[nodiscard]] std::string_view to_string(unpacking value) noexcept;
[[nodiscard]] base::result<pull_order> parse_pull_order(std::string_view text, std::string_view field = "order");
[[nodiscard]] base::result<unpacking> parse_unpacking(std::string_view text, std::string_view field = "unpack");

/// How much one run takes on; the rest waits for the next. The first file goes even if it alone has more octets.
struct run_limits {
    std::uint64_t files = 100'000;
    std::uint64_t octets = std::uint64_t{1} << 40U;
    std::chrono::seconds duration{6 * 3600};
    friend bool operator==(const run_limits&, const run_limits&) = default;
};

/// What happens on the server after a file is safe here.
struct leave_source {
    friend bool operator==(const leave_source&, const leave_source&) = default;
};
struct delete_source {
    friend bool operator==(const delete_source&, const delete_source&) = default;
};
struct move_source {
    std::string folder;  ///< octets, relative to the pulled folder or absolute; {date:%Y/%m} is filled in
    friend bool operator==(const move_source&, const move_source&) = default;
};
using post_action = std::variant<leave_source, delete_source, move_source>;

/// "A file like this by 06:00": `by` tells the moments at which one must have come since the moment before.
struct expected_file {
    glob like;
    schedule by;
    friend bool operator==(const expected_file&, const expected_file&) = default;
};

struct pull_rules {
    glob_filter filter{};
    stability stable = stable_over_looks{};
    pull_order order = pull_order::mtime;
    run_limits limits{};
    std::string key_template = "{path}";       ///< see transfer/key_template.hpp
    bool fold_keys = false;                    ///< the destination takes names for equal that differ in case or form
    std::optional<companion_name> checksum{};  ///< where the SHA-256 of a file stands, such as "{name}.sha256"
    unpacking unpack = unpacking::none;
    post_action after = leave_source{};
    std::optional<expected_file> expected{};

    /// Numbers out of range, naming the field: looks 2 s to 24 h apart, an age of 1 s to 30 days, a tolerance of at
    /// most 24 h, limits of at least 1; a folder to move to that is empty or has a NUL or `..` in it.
    [[nodiscard]] base::result<void> check() const;

    friend bool operator==(const pull_rules&, const pull_rules&) = default;
};

}  // namespace gangway::model
