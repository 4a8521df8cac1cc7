#pragma once
/// The names of Asio that this room and its users write.

#include <gangway/base/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gangway::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
template <class T>
using awaitable = asio::awaitable<T>;
/// What every public operation here returns: an awaitable that does not throw for what a peer can cause.
template <class T>
using async_result = asio::awaitable<base::result<T>>;

}  // namespace gangway::net
