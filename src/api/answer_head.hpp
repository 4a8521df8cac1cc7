#pragma once
/// The HTTP form of answers.

#include "answer_sink.hpp"

#include <gangway/api/answer.hpp>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>

namespace gangway::api {

/// What the connection makes of an answer.
struct connection_terms {
    bool http_1_0 = false;
    bool keep_alive = false;
};

/// An answer whose body is there, or is left out for HEAD.
[[nodiscard]] boost::beast::http::response<boost::beast::http::string_body> to_response(answer&& from,
                                                                                        connection_terms terms);
/// How a streamed body will end.
[[nodiscard]] body_extent extent_of(const answer& from, connection_terms terms) noexcept;
/// The head of an answer whose body is streamed.
[[nodiscard]] std::string stream_head(const answer& from, connection_terms terms);

}  // namespace gangway::api
