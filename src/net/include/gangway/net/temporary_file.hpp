#pragma once
/// A file that is written under another name and gets its own when it is whole.

#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>

#include <string>
#include <utility>

namespace gangway::net {

/// The name of a file that does not exist yet, beside its target, so that the rename stays on one file system; hidden,
/// and nobody can guess it. Whoever holds this object makes the file (`existing::refuse`) and closes it.
///
/// Destroying it unpublished sends a REMOVE whose answer nobody awaits: that is for the caller who was cancelled, and
/// comes after the CLOSE if the file's writer goes first.
class temporary_file {
  public:
    /// Errors: `invalid_value` if the name would be too long.
    [[nodiscard]] static base::result<temporary_file> beside(sftp_client& client, const model::remote_path& target);
    temporary_file(temporary_file&& other) noexcept
        : client_(std::exchange(other.client_, nullptr)), path_(std::move(other.path_)) {}
    temporary_file& operator=(temporary_file&&) = delete;
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file();

    [[nodiscard]] const model::remote_path& path() const noexcept { return path_; }
    /// Renames it to `target`, or removes it if that fails. Errors: those of `rename`.
    [[nodiscard]] async_result<void> publish(model::remote_path target, bool overwrite);
    /// Removes it and waits until it is gone.
    [[nodiscard]] awaitable<void> discard();

  private:
    temporary_file(sftp_client& client, model::remote_path path) noexcept : client_(&client), path_(std::move(path)) {}

    sftp_client* client_;  ///< null: there is nothing to be removed
    model::remote_path path_;
};

/// Such a name, for who keeps it otherwise.
[[nodiscard]] base::result<model::remote_path> temporary_name_beside(const model::remote_path& target);

}  // namespace gangway::net
