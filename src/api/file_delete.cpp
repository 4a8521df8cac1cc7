// DELETE of a file or a folder.
#include "file_call.hpp"
#include "on_session.hpp"
#include "validators.hpp"

#include <gangway/api/fields.hpp>
#include <gangway/api/one_shot_answers.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/tree_remove.hpp>

#include <optional>
#include <utility>

namespace gangway::api {
namespace {

net::async_result<void> conditions_hold(net::sftp_client& client, const resource_request& request,
                                        const file_target& target) {
    std::optional<sftp::attributes> there;
    const bool asked =
        request.field("If-Match") || request.field("If-None-Match") || request.field("If-Unmodified-Since");
    if (!asked) co_return base::result<void>{};
    if (const auto about = co_await net::stat(client, target.path)) there = *about;
    if (check_conditions(request, there) != verdict::go_on) co_return std::unexpected(condition_failed());
    co_return base::result<void>{};
}

/// A URL without a slash at its end means whatever has this name, one with a slash only a folder.
struct removal {
    const resource_request& request;
    const file_target& target;

    net::async_result<bool> operator()(std::unique_ptr<remote::lease> lease) const {
        auto& client = lease->client();
        if (auto clear = co_await conditions_hold(client, request, target); !clear)
            co_return std::unexpected(std::move(clear.error()));
        auto removed = base::result<void>{};
        if (!target.folder) removed = co_await net::remove_file(client, target.path);
        if (target.folder || (!removed && removed.error().code == sftp::errc::is_a_directory))
            removed = co_await net::remove_directory(client, target.path);
        if (!removed) co_return std::unexpected(std::move(removed.error()));
        co_return true;
    }
};

/// The same with all that is in a folder.
struct tree_removal {
    const resource_request& request;
    const file_target& target;

    net::async_result<answer> operator()(std::unique_ptr<remote::lease> lease) const {
        auto& client = lease->client();
        if (auto clear = co_await conditions_hold(client, request, target); !clear)
            co_return std::unexpected(std::move(clear.error()));
        const auto removed = co_await net::remove_tree(client, target.path);
        if (!removed) co_return std::unexpected(removed.error());
        if (removed->failures != 0) co_return removal_answer(target.path, *removed);
        co_return answer{.status = 204};
    }
};

net::async_result<answer> delete_tree(file_call& call) {
    if (auto allowed = net::check_removable(call.target.path); !allowed)
        co_return std::unexpected(std::move(allowed.error()));
    tree_removal work{call.request, call.target};
    co_return co_await on_session<answer>(call.with.servers, call.where(), call.report, work, repeat::never);
}

}  // namespace

net::async_result<answer> delete_file(file_call& call) {
    auto from = fields::from_query(call.request.query.value_or(std::string{}));
    if (!from) co_return std::unexpected(std::move(from.error()));
    const auto recursive = from->finish(from->flag("recursive"));
    if (!recursive) co_return std::unexpected(recursive.error());
    if (*recursive) co_return co_await delete_tree(call);
    removal work{call.request, call.target};
    auto done = co_await on_session<bool>(call.with.servers, call.where(), call.report, work, repeat::never);
    if (!done) co_return std::unexpected(std::move(done.error()));
    co_return answer{.status = 204};
}

}  // namespace gangway::api
