#pragma once
/// Work on a logged-in session, from a strand of somebody else's.

#include <gangway/api/one_shot_request.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/net/await_on.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/remote/path_root.hpp>
#include <gangway/remote/sessions.hpp>
#include <gangway/sftp/errors.hpp>

#include <boost/asio/post.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gangway::api {

/// Something that belongs to a session, held elsewhere: used by coroutines on the session's executor, and destroyed
/// there, wherever this object is.
template <class T>
class on_strand {
  public:
    on_strand() = default;
    on_strand(net::asio::any_io_executor executor, std::unique_ptr<T> value)
        : executor_(std::move(executor)), value_(std::move(value)) {}
    on_strand(on_strand&&) noexcept = default;
    on_strand& operator=(on_strand&&) = delete;
    ~on_strand() {
        if (value_) net::asio::post(executor_, [last = std::move(value_)] {});
    }

    [[nodiscard]] const net::asio::any_io_executor& executor() const noexcept { return executor_; }
    [[nodiscard]] explicit operator bool() const noexcept { return value_ != nullptr; }
    [[nodiscard]] T& operator*() const noexcept { return *value_; }
    [[nodiscard]] T* operator->() const noexcept { return value_.get(); }

  private:
    net::asio::any_io_executor executor_{};
    std::unique_ptr<T> value_{};
};

/// Whether the work may be done again on another session when its connection turns out to be dead. Nobody can tell
/// whether a change was made before that, so a change is left to the client.
enum class repeat : bool { never, if_only_looking };

namespace detail {

/// The paths of a confined connection are looked at where they really are before anything is done with them.
template <class T, class Work>
net::async_result<T> confined(std::unique_ptr<remote::lease> lease, std::string root,
                              std::vector<model::remote_path> paths, Work& work) {
    if (auto inside = co_await remote::check_beneath(lease->client(), std::move(root), paths); !inside)
        co_return std::unexpected(std::move(inside.error()));
    co_return co_await work(std::move(lease));
}

template <class T, class Work>
net::async_result<T> once(remote::sessions& servers, remote::target where, net::dial_report& report, Work& work,
                          bool& reused) {
    auto root = where.path_root;
    auto paths = where.paths;
    auto lease = co_await servers.acquire(std::move(where), report);
    if (!lease) co_return std::unexpected(std::move(lease.error()));
    reused = (*lease)->reused();
    report.reached = base::phase::sftp;
    const auto executor = (*lease)->client().executor();
    if (root.empty()) co_return co_await net::await_on(executor, work(std::move(*lease)));
    co_return co_await net::await_on(executor, confined<T>(std::move(*lease), std::move(root), std::move(paths), work));
}

[[nodiscard]] inline bool is_lost(const base::error& failure) {
    return failure.code == net::errc::connection_lost || failure.code == net::errc::channel_closed ||
           failure.code == sftp::errc::closed;
}

}  // namespace detail

/// Leases a session for `where` and awaits `work(std::unique_ptr<remote::lease>)`, an `async_result<T>`, on the
/// session's executor; the lease ends there. `T` may travel between threads. A connection that was kept may have died
/// unnoticed: what may be repeated is then tried once more on a new one. `report` and `work` outlive this.
template <class T, class Work>
[[nodiscard]] net::async_result<T> on_session(remote::sessions& servers, remote::target where, net::dial_report& report,
                                              Work& work, repeat again) {
    bool reused = false;
    if (again == repeat::never) co_return co_await detail::once<T>(servers, std::move(where), report, work, reused);
    auto same = clone(where);
    auto done = co_await detail::once<T>(servers, std::move(same), report, work, reused);
    if (done || !reused || !detail::is_lost(done.error())) co_return done;
    co_return co_await detail::once<T>(servers, std::move(where), report, work, reused);
}

}  // namespace gangway::api
