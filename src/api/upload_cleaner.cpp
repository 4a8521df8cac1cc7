#include "upload_cleaner.hpp"

#include "on_session.hpp"

#include <gangway/net/deadline.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::chrono::seconds longest_removal{30};

/// Lives as long as the call that it is given to.
struct discarding {
    const stored_upload& upload;

    net::async_result<bool> operator()(std::unique_ptr<remote::lease> lease) const {
        const auto gone = co_await net::discard_upload(lease->client(), upload.target);
        if (!gone) co_return std::unexpected(gone.error());
        co_return true;
    }
};

}  // namespace

net::async_result<void> discard_upload(remote::sessions& servers, std::shared_ptr<stored_upload> upload) {
    if (upload->published) co_return base::result<void>{};
    net::dial_report report;
    discarding work{*upload};
    auto where = clone(upload->session->where);
    where.paths = {upload->target.path};
    const auto gone = co_await on_session<bool>(servers, std::move(where), report, work, repeat::if_only_looking);
    if (!gone) co_return std::unexpected(gone.error());
    co_return base::result<void>{};
}

upload_cleaner::upload_cleaner(const net::asio::any_io_executor& executor, upload_store& uploads,
                               remote::sessions& servers)
    : strand_(net::asio::make_strand(executor)), uploads_(uploads), servers_(servers) {
}

void upload_cleaner::start() {
    net::asio::co_spawn(
        strand_, run(shared_from_this()),
        net::asio::bind_cancellation_slot(stop_.slot(), [gone = gone_](const std::exception_ptr&) { gone->ring(); }));
}

net::awaitable<void> upload_cleaner::stop() {
    net::asio::post(strand_, [self = shared_from_this()] { self->stop_.emit(net::asio::cancellation_type::terminal); });
    co_await gone_->wait();
}

net::awaitable<void> upload_cleaner::run(std::shared_ptr<upload_cleaner> self) {
    const auto interval = std::clamp<std::chrono::milliseconds>(
        self->uploads_.limits().idle / 10, std::chrono::milliseconds{100}, std::chrono::milliseconds{10'000});
    net::asio::steady_timer timer{self->strand_};
    for (;;) {
        timer.expires_after(interval);
        co_await timer.async_wait(net::asio::use_awaitable);
        for (auto& upload : self->uploads_.take_expired())
            static_cast<void>(co_await net::with_deadline(discard_upload(self->servers_, std::move(upload)),
                                                          longest_removal, base::phase::sftp, "the removal"));
    }
}

}  // namespace gangway::api
