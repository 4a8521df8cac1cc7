#pragma once
/// One request for a file or folder of a session.

#include "file_target.hpp"

#include <gangway/api/answer.hpp>
#include <gangway/api/errors.hpp>
#include <gangway/api/one_shot_request.hpp>
#include <gangway/api/resource_request.hpp>
#include <gangway/api/services.hpp>
#include <gangway/api/streams.hpp>
#include <gangway/archive/zip_writer.hpp>
#include <gangway/net/dial.hpp>
#include <gangway/remote/session_store.hpp>

#include <memory>

namespace gangway::api {

/// Lives as long as its handler runs; `session` may be kept longer, which keeps it from becoming idle.
struct file_call {
    services& with;
    std::shared_ptr<const remote::stored_session> session;
    resource_request request;
    file_target target;
    net::dial_report report{};

    /// Where to lease a session for this call.
    [[nodiscard]] remote::target where() const {
        auto same = clone(session->where);
        same.on_behalf_of = request.client;
        same.paths.push_back(target.path);
        return same;
    }
};

// One per method and kind. Errors of theirs become answers in `serve_file`.
[[nodiscard]] net::async_result<answer> get_file(file_call& call);
[[nodiscard]] net::async_result<answer> put_file(file_call& call, request_body& body);
[[nodiscard]] net::async_result<answer> delete_file(file_call& call);
[[nodiscard]] net::async_result<answer> get_folder(file_call& call);
[[nodiscard]] net::async_result<answer> get_archive(file_call& call, archive::compression how);
[[nodiscard]] net::async_result<answer> put_folder(file_call& call, request_body& body);

/// The conditions of the request do not hold.
[[nodiscard]] base::error condition_failed();

}  // namespace gangway::api
