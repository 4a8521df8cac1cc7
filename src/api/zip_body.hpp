#pragma once
/// A folder as a zip archive, made while it is sent.

#include "on_session.hpp"

#include <gangway/api/streams.hpp>
#include <gangway/archive/zip_writer.hpp>
#include <gangway/model/remote_path.hpp>
#include <gangway/remote/session_store.hpp>
#include <gangway/remote/sessions.hpp>

#include <memory>
#include <string_view>

namespace gangway::api {

/// The last entry: what is in the archive, and what is not and why.
inline constexpr std::string_view zip_manifest_name = "gangway-manifest.json";

/// Everything below the folder, under names that are safe to unpack (`archive::safe_entry_name`). No link is followed.
/// A file that fails does not stop the rest: the manifest tells it. What ends the walk through the folder ends the
/// body before it is whole.
class zip_body final : public streamed_body {
  public:
    zip_body(on_strand<remote::lease> lease, std::shared_ptr<const remote::stored_session> session,
             model::remote_path folder, archive::compression how)
        : session_(std::move(session)), lease_(std::move(lease)), folder_(std::move(folder)), how_(how) {}

    [[nodiscard]] net::async_result<void> send(body_sink& out) override;

  private:
    std::shared_ptr<const remote::stored_session> session_;  ///< in use, so not idle
    on_strand<remote::lease> lease_;
    model::remote_path folder_;
    archive::compression how_;
};

}  // namespace gangway::api
