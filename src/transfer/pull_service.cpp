#include "pull_core.hpp"

#include <gangway/net/await_on.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace gangway::transfer {

net::awaitable<void> timer_sleeper::until(std::chrono::steady_clock::time_point when) {
    net::asio::steady_timer timer{co_await net::asio::this_coro::executor, when};
    co_await timer.async_wait(net::asio::use_awaitable);
}

pull_service::pull_service(net::asio::any_io_executor executor, pull_tools tools, pull_options options)
    : core_(std::make_unique<core>(std::move(executor), tools, std::move(options))) {
}

pull_service::~pull_service() = default;

void pull_service::start() {
    core_->start();
}

net::awaitable<void> pull_service::stop() {
    static_cast<void>(co_await net::await_on(core_->strand(), core_->stop()));
}

void pull_service::wake() {
    core_->wake();
}

net::async_result<std::string> pull_service::run_now(std::string folder_id, store::run_cause cause, std::string actor) {
    co_return co_await net::await_on(core_->strand(), core_->run_now(std::move(folder_id), cause, std::move(actor)));
}

net::async_result<dry_run> pull_service::dry_run(std::string folder_id) {
    // On a strand of its own: a long listing is not to hold schedules up.
    const net::asio::any_io_executor own = net::asio::make_strand(core_->executor());
    co_return co_await net::await_on(own, core_->dry_run(std::move(folder_id)));
}

bool pull_service::cancel(const std::string& run_id) {
    return core_->cancel(run_id);
}

std::optional<run_snapshot> pull_service::progress(const std::string& run_id) const {
    const auto run = core_->table().find(run_id);
    if (!run) return std::nullopt;
    run_snapshot seen{.run_id = run->what.id,
                      .connection_id = run->what.connection_id,
                      .folder_id = run->what.folder_id,
                      .cause = run->what.cause,
                      .stopping = run->stopping,
                      .listed = run->progress.listed,
                      .planned = run->progress.planned,
                      .pulled = run->progress.pulled,
                      .failed = run->progress.failed,
                      .octets = run->progress.octets};
    if (const auto since = run->started_at.load(); since != 0)
        seen.started_at = store::timestamp{store::timestamp::duration{since}};
    return seen;
}

net::async_result<std::string> pull_service::pull_again(std::string file_id, std::string actor) {
    co_return co_await net::await_on(core_->strand(), core_->pull_again(std::move(file_id), std::move(actor)));
}

net::awaitable<removal> pull_service::prepare_removal(std::string connection_id, std::string folder_id) {
    co_return co_await net::await_on(core_->strand(),
                                     core_->prepare_removal(std::move(connection_id), std::move(folder_id)));
}

void pull_service::removed(removal what) {
    core_->removed(std::move(what));
}

pull_statistics pull_service::statistics() const {
    return core_->table().statistics();
}

bool pull_service::is_alive() const {
    return core_->is_alive();
}

}  // namespace gangway::transfer
