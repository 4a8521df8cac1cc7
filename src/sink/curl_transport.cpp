#include "curl_transport.hpp"

#include "libcurl.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/sink/errors.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <mutex>
#include <stdexcept>

namespace gangway::sink {
namespace {

/// Nobody gets here before `perform` has seen that it is there.
const libcurl& curl() noexcept {
    return *loaded_libcurl();
}

struct easy_closer {
    void operator()(CURL* handle) const noexcept { curl().easy_cleanup(handle); }
};
struct list_closer {
    void operator()(curl_slist* list) const noexcept { curl().slist_free_all(list); }
};
using easy_handle = std::unique_ptr<CURL, easy_closer>;
using header_list = std::unique_ptr<curl_slist, list_closer>;

/// What differs between the uses of this transport.
struct curl_use {
    std::string whom;                          ///< for people: "the storage"
    std::string protocols;                     ///< as libcurl lists them
    std::string signing{};                     ///< empty: nothing is signed
    const s3_credentials* signer = nullptr;    ///< with `signing`
    std::string ca_file{};                     ///< empty: the authorities of the system
    std::chrono::milliseconds whole{0};        ///< none: as long as something moves
    std::size_t most_octets = largest_answer;  ///< of a body that is kept
    bool cut_off = false;                      ///< a longer body is no error
};

/// What the callbacks of one request need.
struct exchange {
    const http_request& request;
    const std::stop_token& stop;
    const address_check& may_reach;
    const curl_use& use;
    http_answer answer{};
    bool too_large = false;
    std::string refused_address{};
};

constexpr std::size_t most_headers = 128;

std::size_t on_header(char* data, std::size_t, std::size_t size, void* context) {
    auto& now = *static_cast<exchange*>(context);
    std::string_view line{data, size};
    while (line.ends_with('\n') || line.ends_with('\r'))
        line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {
        // An interim answer (100 Continue) comes before the real one.
        now.answer = {};
        const auto space = line.find(' ');
        if (space != std::string_view::npos)
            std::from_chars(line.data() + space + 1, line.data() + line.size(), now.answer.status);
        return size;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || now.answer.headers.size() == most_headers) return size;
    std::string name{line.substr(0, colon)};
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    now.answer.headers[name] = value;
    return size;
}

std::size_t on_octets(char* data, std::size_t, std::size_t size, void* context) {
    auto& now = *static_cast<exchange*>(context);
    if (now.request.on_body && now.answer.status / 100 == 2) {
        now.request.on_body({data, size});
        return size;
    }
    now.too_large = now.answer.body.size() + size > now.use.most_octets;
    if (now.too_large) return 0;
    now.answer.body.append(data, size);
    return size;
}

int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<exchange*>(context)->stop.stop_requested() ? 1 : 0;
}

/// libcurl has room for the longest address behind the one that it shows.
std::string address_text(const ::sockaddr& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.sa_family == AF_INET6) {
        ::sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof(v6));
        ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    } else if (address.sa_family == AF_INET) {
        ::sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof(v4));
        ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    }
    return text.data();
}

/// Where libcurl makes a socket for an address that a name was resolved to: there is no other way around the check.
curl_socket_t on_socket(void* context, curlsocktype, curl_sockaddr* to) {
    auto& now = *static_cast<exchange*>(context);
    const auto text = address_text(to->addr);
    if (now.may_reach && !now.may_reach(text)) {
        now.refused_address = text;
        return CURL_SOCKET_BAD;
    }
    return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
    if (curl().easy_setopt(handle, option, value) != CURLE_OK) throw std::runtime_error{"libcurl lacks an option"};
}

errc meaning_of(CURLcode code, const exchange& now) {
    if (now.stop.stop_requested()) return errc::cancelled;
    if (now.too_large) return errc::bad_answer;
    switch (code) {
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
            return errc::refused;
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
            return errc::bad_answer;
        default:
            return errc::unavailable;
    }
}

class curl_transport final : public http_transport {
  public:
    curl_transport(curl_use use, address_check may_reach, std::stop_token stop)
        : use_(std::move(use)),
          secret_(use_.signer == nullptr ? base::secret{} : use_.signer->secret_access_key.null_terminated()),
          may_reach_(std::move(may_reach)),
          stop_(std::move(stop)) {}

    base::result<http_answer> perform(const http_request& request) override {
        if (stop_.stop_requested()) return base::fail(errc::cancelled, base::phase::storage, "stopped");
        if (const auto& there = loaded_libcurl(); !there) return std::unexpected(there.error());
        auto handle = take();
        exchange now{request, stop_, may_reach_, use_};
        const auto headers = header_lines(request);
        prepare(handle.get(), now, headers.get());
        char reason[CURL_ERROR_SIZE]{};
        set(handle.get(), CURLOPT_ERRORBUFFER, reason);
        const auto code = curl().easy_perform(handle.get());
        // Also forgets where the secret was.
        curl().easy_reset(handle.get());
        give_back(std::move(handle));
        if (code == CURLE_OK || (now.too_large && use_.cut_off)) return std::move(now.answer);
        if (!now.refused_address.empty())
            return base::fail(errc::refused, base::phase::egress,
                              "the address " + now.refused_address + " of " + use_.whom + " may not be reached");
        const std::string_view words = reason[0] != '\0' ? reason : curl().easy_strerror(code);
        return base::fail(meaning_of(code, now), base::phase::storage,
                          use_.whom + " could not be reached: " + base::escape(words));
    }

  private:
    void prepare(CURL* handle, exchange& now, curl_slist* headers) const {
        const auto& request = now.request;
        set(handle, CURLOPT_URL, request.url.c_str());
        set(handle, CURLOPT_PATH_AS_IS, 1L);
        set(handle, CURLOPT_PROTOCOLS_STR, use_.protocols.c_str());
        set(handle, CURLOPT_PROXY, "");
        set(handle, CURLOPT_NOSIGNAL, 1L);
        set(handle, CURLOPT_CONNECTTIMEOUT, 10L);
        // libcurl asks before it sends a large body, and cannot be told not to: it would sign the header that says so.
        set(handle, CURLOPT_EXPECT_100_TIMEOUT_MS, 200L);
        set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(handle, CURLOPT_LOW_SPEED_TIME, 30L);
        set(handle, CURLOPT_HTTPHEADER, headers);
        set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(use_.whole.count()));
        if (use_.signer != nullptr) {
            set(handle, CURLOPT_AWS_SIGV4, use_.signing.c_str());
            set(handle, CURLOPT_USERNAME, use_.signer->access_key_id.c_str());
            set(handle, CURLOPT_PASSWORD, secret_.view().data());
        }
        if (!use_.ca_file.empty()) set(handle, CURLOPT_CAINFO, use_.ca_file.c_str());
        if (request.method == "HEAD") {
            set(handle, CURLOPT_NOBODY, 1L);
        } else if (request.method == "PUT" || request.method == "POST") {
            set(handle, CURLOPT_POSTFIELDS, request.body.data());
            set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        } else {
            set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        }
        set(handle, CURLOPT_OPENSOCKETFUNCTION, &on_socket);
        set(handle, CURLOPT_OPENSOCKETDATA, &now);
        set(handle, CURLOPT_HEADERFUNCTION, &on_header);
        set(handle, CURLOPT_HEADERDATA, &now);
        set(handle, CURLOPT_WRITEFUNCTION, &on_octets);
        set(handle, CURLOPT_WRITEDATA, &now);
        set(handle, CURLOPT_NOPROGRESS, 0L);
        set(handle, CURLOPT_XFERINFOFUNCTION, &on_progress);
        set(handle, CURLOPT_XFERINFODATA, &now);
    }

    [[nodiscard]] header_list header_lines(const http_request& request) const {
        header_list list;
        const auto add = [&](const std::string& line) {
            auto* const longer = curl().slist_append(list.get(), line.c_str());
            if (longer == nullptr) throw std::bad_alloc{};
            static_cast<void>(list.release());
            list.reset(longer);
        };
        for (const auto& [name, value] : request.headers)
            add(std::string{name}.append(": ").append(value));
        if (use_.signer != nullptr && !use_.signer->session_token.empty())
            add(std::string{"x-amz-security-token: "}.append(use_.signer->session_token.view()));
        return list;
    }

    easy_handle take() {
        {
            const std::scoped_lock lock{mutex_};
            if (!idle_.empty()) {
                auto handle = std::move(idle_.back());
                idle_.pop_back();
                return handle;
            }
        }
        easy_handle handle{curl().easy_init()};
        if (!handle) throw std::bad_alloc{};
        return handle;
    }
    void give_back(easy_handle handle) {
        const std::scoped_lock lock{mutex_};
        idle_.push_back(std::move(handle));
    }

    curl_use use_;
    base::secret secret_;
    address_check may_reach_;
    std::stop_token stop_;
    std::mutex mutex_;
    std::vector<easy_handle> idle_;  ///< no more than there were requests at a time
};

}  // namespace

std::unique_ptr<http_transport> make_curl_transport(const s3_settings& settings, const s3_credentials& credentials,
                                                    address_check may_reach, std::stop_token stop) {
    return std::make_unique<curl_transport>(
        curl_use{.whom = "the storage",
                 .protocols = settings.endpoint.starts_with("https:") ? "https" : "http",
                 .signing = "aws:amz:" + settings.region + ":s3",
                 .signer = &credentials,
                 .ca_file = settings.ca_file ? settings.ca_file->string() : std::string{}},
        std::move(may_reach), std::move(stop));
}

std::unique_ptr<http_transport> make_http_transport(http_limits limits, const std::filesystem::path& ca_file,
                                                    address_check may_reach, std::stop_token stop) {
    return std::make_unique<curl_transport>(curl_use{.whom = "the receiver",
                                                     .protocols = "http,https",
                                                     .ca_file = ca_file.string(),
                                                     .whole = limits.whole,
                                                     .most_octets = limits.answer,
                                                     .cut_off = true},
                                            std::move(may_reach), std::move(stop));
}

}  // namespace gangway::sink
