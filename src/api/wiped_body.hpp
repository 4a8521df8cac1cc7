#pragma once
/// The body of an HTTP request in memory that is zeroed when it goes. A Body in Beast's sense, for reading only.

#include <gangway/api/wiped_octets.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional/optional.hpp>

#include <cstdint>

namespace gangway::api {

struct wiped_body {
    using value_type = wiped_octets;

    static std::uint64_t size(const value_type& body) noexcept { return body.size(); }

    /// Grows with what arrives and not with what was announced. The parser's body limit bounds it.
    class reader {
      public:
        template <bool IsRequest, class Fields>
        reader(boost::beast::http::header<IsRequest, Fields>&, value_type& body) noexcept : body_(body) {}

        void init(const boost::optional<std::uint64_t>&, boost::beast::error_code& failure) noexcept { failure = {}; }
        template <class Buffers>
        std::size_t put(const Buffers& buffers, boost::beast::error_code& failure) {
            std::size_t taken = 0;
            for (const boost::asio::const_buffer piece : boost::beast::buffers_range_ref(buffers)) {
                const auto* const octets = static_cast<const char*>(piece.data());
                body_.insert(body_.end(), octets, octets + piece.size());
                taken += piece.size();
            }
            failure = {};
            return taken;
        }
        void finish(boost::beast::error_code& failure) noexcept { failure = {}; }

      private:
        value_type& body_;
    };
};

}  // namespace gangway::api
