#pragma once
/// A bucket in memory that answers like S3, and as badly as a test wants.

#include "../s3_client.hpp"

#include <gangway/sink/http_transport.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace gangway::sink {

class memory_bucket final : public http_transport {
  public:
    struct object {
        std::string content;
        std::map<std::string, std::string> headers;  ///< of the request that made it
    };
    struct upload {
        std::string key;
        std::string begun = "2026-01-15T12:00:00.000Z";
        std::map<std::string, std::string> headers{};
        std::map<int, std::string> parts{};
    };

    /// The bucket is "bucket" of "http://storage.test".
    base::result<http_answer> perform(const http_request& request) override;

    /// Asked before each request is carried out; what it returns is the answer then.
    std::function<std::optional<base::result<http_answer>>(const http_request&)> before{};
    /// Asked after each request was carried out; what it returns replaces the answer.
    std::function<std::optional<base::result<http_answer>>(const http_request&)> after{};
    bool honours_conditions = true;
    std::size_t page = 1000;  ///< of listings

    std::map<std::string, object> objects{};
    std::map<std::string, upload> uploads{};  ///< by id
    std::vector<std::string> log{};           ///< "PUT /bucket/a" …

  private:
    http_answer answer(const http_request& request);
    http_answer store(const std::string& key, std::string content, std::map<std::string, std::string> headers,
                      bool conditional);
    http_answer complete(const std::string& id, const http_request& request, bool conditional);
    [[nodiscard]] http_answer list_parts(const std::string& id, std::size_t marker) const;
    [[nodiscard]] http_answer list_uploads(const std::string& prefix, const std::string& marker) const;

    int next_upload_ = 1;
};

/// An answer of S3 that says no.
[[nodiscard]] http_answer refusal(int status, std::string_view code);
/// What the transport says where there is no answer.
[[nodiscard]] base::result<http_answer> no_answer();

/// Waits that take no time.
class no_pause final : public pause {
  public:
    bool wait(std::chrono::milliseconds time) override {
        waited.push_back(time);
        return patient;
    }
    std::vector<std::chrono::milliseconds> waited{};
    bool patient = true;
};

}  // namespace gangway::sink
