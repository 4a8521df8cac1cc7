#include <gangway/api/errors.hpp>
#include <gangway/api/request_head.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::api {
namespace {

using namespace std::literals;

const std::string plain = "POST /api/sftp/list?x=1 HTTP/1.1\r\nHost: localhost\r\nX-A:  b c\t\r\nempty:\r\n\r\n";

/// The whole way a head takes: found, taken apart, framed.
base::result<framing> framed(std::string_view octets) {
    head_scanner scanner;
    const auto end = scanner.scan(octets);
    if (!end) return std::unexpected(end.error());
    if (!*end) return refuse(errc::request_timeout, "not complete");
    const auto head = parse_head(octets.substr(0, **end));
    if (!head) return std::unexpected(head.error());
    return framing_of(*head);
}

/// The same for a request with these header lines.
base::result<framing> framed_with(std::string_view lines, std::string_view version = "HTTP/1.1") {
    return framed("POST / " + std::string{version} + "\r\nHost: x\r\n" + std::string{lines} + "\r\n");
}

TEST(request_head, parts_are_found) {
    const auto head = parse_head(plain).value();
    EXPECT_EQ(head.method, "POST");
    EXPECT_EQ(head.target, "/api/sftp/list?x=1");
    EXPECT_EQ(head.path(), "/api/sftp/list");
    EXPECT_EQ(head.query(), "x=1");
    EXPECT_FALSE(head.http_1_0);
    ASSERT_EQ(head.fields.size(), 3U);
    EXPECT_EQ(head.field("HOST"), "localhost");
    EXPECT_EQ(head.field("x-a"), "b c");
    EXPECT_EQ(head.field("Empty"), "");
    EXPECT_EQ(head.field("absent"), std::nullopt);
}

TEST(request_head, query_is_what_follows_the_first_question_mark) {
    EXPECT_EQ(parse_head("GET /a HTTP/1.1\r\n\r\n").value().query(), std::nullopt);
    EXPECT_EQ(parse_head("GET /a? HTTP/1.1\r\n\r\n").value().query(), "");
    EXPECT_EQ(parse_head("GET /a?b?c HTTP/1.1\r\n\r\n").value().query(), "b?c");
}

TEST(head_scanner, finds_the_end_however_the_octets_come) {
    for (std::size_t step = 1; step < plain.size(); ++step) {
        head_scanner scanner;
        const auto more = plain + "body";
        for (std::size_t size = step;; size = std::min(size + step, more.size())) {
            const auto end = scanner.scan(std::string_view{more}.substr(0, size)).value();
            ASSERT_EQ(end.has_value(), size >= plain.size()) << size;
            if (end) {
                EXPECT_EQ(*end, plain.size());
                break;
            }
        }
    }
}

TEST(head_scanner, control_characters_are_refused_as_soon_as_they_come) {
    for (int octet = 0; octet < 256; ++octet) {
        const auto c = static_cast<char>(octet);
        head_scanner scanner;
        const std::string octets = "GET / HTTP/1.1\r\nX: a" + std::string{c} + "b";
        const bool control = (octet < 0x20 && c != '\t') || octet == 0x7F;
        EXPECT_EQ(scanner.scan(octets).has_value(), !control) << octet;
    }
}

TEST(head_scanner, first_octets_of_other_protocols_are_refused) {
    for (const std::string_view octets : {"\x16\x03\x01\x02\x00\x01"sv, "\0"sv, "\n"sv}) {
        head_scanner scanner;
        EXPECT_EQ(scanner.scan(octets).error().code, errc::bad_request);
    }
}

TEST(head_scanner, head_of_exactly_the_limit_is_taken_and_one_octet_more_is_not) {
    const head_limits limits{.octets = 64};
    const std::string start = "GET / HTTP/1.1\r\nX: ";
    const auto of_size = [&](std::size_t size) {
        return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
    };
    EXPECT_EQ(head_scanner{limits}.scan(of_size(64)).value(), 64U);
    EXPECT_EQ(head_scanner{limits}.scan(of_size(65)).error().code, errc::headers_too_large);
    EXPECT_EQ(head_scanner{limits}.scan(of_size(64).substr(0, 63)).value(), std::nullopt);
    EXPECT_EQ(head_scanner{limits}.scan(of_size(66).substr(0, 64)).error().code, errc::headers_too_large);
}

class head_refused : public testing::TestWithParam<std::string> {};

TEST_P(head_refused, is_a_bad_request) {
    const auto how = framed(GetParam());
    ASSERT_FALSE(how) << GetParam();
    EXPECT_EQ(how.error().code, errc::bad_request) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(request_lines, head_refused,
                         testing::Values("\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET / \r\n\r\n",
                                         "GET  / HTTP/1.1\r\n\r\n", " GET / HTTP/1.1\r\n\r\n",
                                         "GET /  HTTP/1.1\r\n\r\n", "GET / HTTP/1.1 \r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
                                         "PRI * HTTP/2.0\r\n\r\n", "GET / HTTP/1.2\r\n\r\n", "GET / http/1.1\r\n\r\n",
                                         "GET / HTTP/0.9\r\n\r\n", "GET / HTTP/11\r\n\r\n", "G(T / HTTP/1.1\r\n\r\n",
                                         "G\xC3\xA9T / HTTP/1.1\r\n\r\n", "GET x HTTP/1.1\r\n\r\n",
                                         "GET * HTTP/1.1\r\n\r\n", "GET http://localhost/ HTTP/1.1\r\n\r\n",
                                         "CONNECT localhost:80 HTTP/1.1\r\n\r\n", "GET /a b HTTP/1.1\r\n\r\n",
                                         "GET /#a HTTP/1.1\r\n\r\n", "GET /\xC3\xA9 HTTP/1.1\r\n\r\n",
                                         "GET /\ta HTTP/1.1\r\n\r\n", "\r\nGET / HTTP/1.1\r\n\r\n"));
INSTANTIATE_TEST_SUITE_P(line_ends, head_refused,
                         testing::Values("GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\r\nHost: x\n\r\n",
                                         "GET / HTTP/1.1\r\nHost: x\r\r\n\r\n",
                                         "GET / HTTP/1.1\r\nHost: x\rY: z\r\n\r\n",
                                         "GET / HTTP/1.1\r\nHost: x\n\n\r\n\r\n",
                                         "GET / HTTP/1.1\r\r\nHost: x\r\n\r\n"));
INSTANTIATE_TEST_SUITE_P(
    header_lines, head_refused,
    testing::Values("GET / HTTP/1.1\r\nHost : x\r\n\r\n", "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\tfolded\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n \r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nA(: y\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: x\r\nA B: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\xC3\xA9: y\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"s));
INSTANTIATE_TEST_SUITE_P(hosts, head_refused,
                         testing::Values("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                                         "GET / HTTP/1.1\r\nhost: a\r\nHOST: b\r\n\r\n"));

class framing_refused : public testing::TestWithParam<std::string_view> {};

TEST_P(framing_refused, is_a_bad_request) {
    const auto how = framed_with(GetParam());
    ASSERT_FALSE(how) << GetParam();
    EXPECT_EQ(how.error().code, errc::bad_request);
}

INSTANTIATE_TEST_SUITE_P(content_lengths, framing_refused,
                         testing::Values("Content-Length: 5\r\nContent-Length: 5\r\n",
                                         "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5, 5\r\n",
                                         "Content-Length: +5\r\n", "Content-Length: -5\r\n", "Content-Length: 0x5\r\n",
                                         "Content-Length: 5 5\r\n", "Content-Length: 5;\r\n", "Content-Length:\r\n",
                                         "Content-Length: 18446744073709551616\r\n", "Content-Length: five\r\n",
                                         "Content-Length: 5.0\r\n"));
INSTANTIATE_TEST_SUITE_P(transfer_encodings, framing_refused,
                         testing::Values("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                                         "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                         "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
                                         "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked, identity\r\n",
                                         "Transfer-Encoding: identity, chunked\r\n", "Transfer-Encoding: gzip\r\n",
                                         "Transfer-Encoding: identity\r\n", "Transfer-Encoding:\r\n",
                                         "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                         "Transfer-Encoding: chunked,\r\n", "Transfer-Encoding: \"chunked\"\r\n",
                                         "Transfer-Encoding: chunked;q=1\r\n",
                                         "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"));

TEST(framing, lengths_and_chunks_are_understood) {
    EXPECT_FALSE(framed_with("").value().has_body());
    EXPECT_FALSE(framed_with("Content-Length: 0\r\n").value().has_body());
    EXPECT_EQ(framed_with("content-length:\t007 \r\n").value().content_length, 7U);
    EXPECT_TRUE(framed_with("Content-Length: 18446744073709551615\r\n").value().has_body());
    EXPECT_TRUE(framed_with("Transfer-Encoding: Chunked\r\n").value().chunked);
    EXPECT_TRUE(framed_with("Transfer-Encoding: chunked\r\n").value().has_body());
}

TEST(framing, http_1_0_has_no_chunks) {
    EXPECT_FALSE(framed_with("Transfer-Encoding: chunked\r\n", "HTTP/1.0").has_value());
}

TEST(framing, connections_are_kept_as_the_version_says) {
    EXPECT_TRUE(framed_with("").value().keep_alive);
    EXPECT_FALSE(framed_with("Connection: close\r\n").value().keep_alive);
    EXPECT_FALSE(framed_with("Connection: TE, Close\r\n").value().keep_alive);
    EXPECT_FALSE(framed_with("Connection: keep-alive\r\nConnection: close\r\n").value().keep_alive);
    EXPECT_TRUE(framed_with("Connection: closed\r\n").value().keep_alive);
    EXPECT_FALSE(framed_with("", "HTTP/1.0").value().keep_alive);
    EXPECT_TRUE(framed_with("Connection: Keep-Alive\r\n", "HTTP/1.0").value().keep_alive);
}

TEST(framing, http_1_0_needs_no_host) {
    EXPECT_TRUE(framed("GET / HTTP/1.0\r\n\r\n").has_value());
}

TEST(framing, only_continue_can_be_expected) {
    EXPECT_TRUE(framed_with("Expect: 100-Continue\r\n").value().expects_continue);
    EXPECT_FALSE(framed_with("").value().expects_continue);
    EXPECT_FALSE(framed_with("Expect: 100-continue\r\n", "HTTP/1.0").value().expects_continue);
    EXPECT_EQ(framed_with("Expect: 200-ok\r\n").error().code, errc::expectation_failed);
}

TEST(request_head, long_targets_and_many_fields_are_told_apart) {
    const head_limits limits{.target = 8, .fields = 2};
    EXPECT_TRUE(parse_head("GET /1234567 HTTP/1.1\r\na: b\r\nc: d\r\n\r\n", limits).has_value());
    EXPECT_EQ(parse_head("GET /12345678 HTTP/1.1\r\n\r\n", limits).error().code, errc::uri_too_long);
    EXPECT_EQ(parse_head("GET / HTTP/1.1\r\na: b\r\nc: d\r\ne: f\r\n\r\n", limits).error().code,
              errc::headers_too_large);
}

TEST(request_head, every_truncation_waits_for_more) {
    for (std::size_t size = 0; size < plain.size(); ++size)
        EXPECT_EQ(head_scanner{}.scan(std::string_view{plain}.substr(0, size)).value(), std::nullopt) << size;
}

TEST(trimmed, takes_spaces_and_tabs_from_both_ends) {
    EXPECT_EQ(trimmed(" \ta b\t "), "a b");
    EXPECT_EQ(trimmed(" \t "), "");
    EXPECT_EQ(trimmed(""), "");
}

}  // namespace
}  // namespace gangway::api
