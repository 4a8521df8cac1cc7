#pragma once
/// Calls whose answer is one value that can be kept.

#include <gangway/net/sftp_client.hpp>

#include <utility>

namespace gangway::net {

/// Sends `request` and makes a value from the reply with `keep`, because a reply is only a view of its frame. The
/// server's status is the error.
template <sftp::request_message Request, class Keep>
[[nodiscard]] async_result<std::invoke_result_t<Keep, const typename Request::reply_type&>> typed_call(
    sftp_client& client, Request request, Keep keep) {
    const auto answer = co_await client.call(request);
    if (!answer) co_return std::unexpected(answer.error());
    const auto reply = answer->template as<typename Request::reply_type>();
    if (!reply) co_return std::unexpected(reply.error());
    co_return keep(*reply);
}

/// What STAT, LSTAT or FSTAT showed.
template <sftp::request_message Request>
[[nodiscard]] async_result<sftp::attributes> attributes_call(sftp_client& client, Request request) {
    return typed_call(client, request, [](const sftp::attrs_reply& reply) { return reply.attrs; });
}

}  // namespace gangway::net
