#pragma once
/// What becomes of an exception of a handler.

#include <gangway/api/access_log.hpp>
#include <gangway/api/errors.hpp>
#include <gangway/net/asio.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

namespace gangway::api {
namespace detail {

template <class T>
struct without_result {
    using type = T;
};
template <class T>
struct without_result<base::result<T>> {
    using type = T;
};

}  // namespace detail

/// Awaits `work`. An exception in it is a bug or a lost resource: the log is told what, the client no more than that;
/// but a cancellation is `client_gone`.
template <class T>
[[nodiscard]] net::async_result<typename detail::without_result<T>::type> guarded(access_log& log,
                                                                                  net::awaitable<T> work) {
    try {
        co_return co_await std::move(work);
    } catch (const boost::system::system_error& caught) {
        if (caught.code() == boost::asio::error::operation_aborted) co_return refuse(errc::client_gone, "cancelled");
        log.trouble("request", caught.what());
    } catch (const std::exception& caught) {
        log.trouble("request", caught.what());
    }
    co_return refuse(errc::internal_error, "The gateway failed to handle this request");
}

}  // namespace gangway::api
