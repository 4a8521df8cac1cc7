#pragma once
/// What people decide about a folder, and the JSON it is kept as and shown as. docs/pulls.md lists the members.
///
/// Readers are strict: a member that does not exist, a wrong type, a value out of range, an equal name twice are
/// refused as `model::errc::invalid_value` with the member's path as the fact "field", such as "rules.stable.apart".
/// `null` counts as absent, and what is absent has its default. Writers leave nothing out and give one text for one
/// value, which reads back as the same value.

#include <gangway/base/error.hpp>
#include <gangway/model/pull_rules.hpp>
#include <gangway/model/schedule.hpp>
#include <gangway/sink/s3_bucket.hpp>
#include <gangway/store/folders.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gangway::transfer {

struct local_destination {
    std::filesystem::path folder;  ///< absolute once it is stored
    std::string identity{};        ///< of `sink::prepare_local_folder`; stored, never shown
};

/// What a bucket's secret access key is called among the secrets of its folder (`store::secrets::of_folder`).
inline constexpr std::string_view secret_access_key_purpose = "secret_access_key";

struct bucket_destination {
    sink::s3_settings bucket;
    std::string access_key_id;
    /// The purpose of the sealed secret access key, whose owner is the folder.
    std::string secret_name{secret_access_key_purpose};
};

using destination = std::variant<local_destination, bucket_destination>;

struct folder_settings {
    model::pull_rules rules{};
    transfer::destination destination{};
    std::optional<model::schedule> schedule{};  ///< nothing: only when somebody asks
};

/// The columns `rules`, `destination`, `schedule` and `expected_by` of a row. The destination is read as it is: whether
/// a local folder lies where it may is for whoever lets people enter it.
[[nodiscard]] base::result<folder_settings> read_folder_settings(const store::folder& row);

/// One column each; an empty text counts as null. Time zones are checked against the database of zones, and the
/// template of keys against its words.
[[nodiscard]] base::result<model::pull_rules> read_rules(std::string_view json);
[[nodiscard]] base::result<destination> read_destination(std::string_view json);
[[nodiscard]] base::result<std::optional<model::schedule>> read_schedule(std::string_view json);
[[nodiscard]] base::result<std::optional<model::expected_file>> read_expected_by(std::string_view json);

/// All but `expected`, which has a column of its own.
[[nodiscard]] std::string write_rules(const model::pull_rules& rules);
enum class identity_of_folder : std::uint8_t { hidden, kept };
[[nodiscard]] std::string write_destination(const destination& where, identity_of_folder how);
/// Whether two destinations, as they are stored, are one place: what is under way in the one is found in the other.
[[nodiscard]] bool is_same_place(std::string_view one, std::string_view other);
/// "null" without one.
[[nodiscard]] std::string write_schedule(const std::optional<model::schedule>& when);
[[nodiscard]] std::string write_expected_by(const std::optional<model::expected_file>& what);

}  // namespace gangway::transfer
