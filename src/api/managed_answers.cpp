#include "managed_answers.hpp"

#include <gangway/base/secret.hpp>

#include <memory>

namespace gangway::api {
namespace {

class secret_body final : public streamed_body {
  public:
    explicit secret_body(base::secret octets) noexcept : octets_(std::move(octets)) {}

    net::async_result<void> send(body_sink& out) override { return out.write(octets_.view()); }

  private:
    base::secret octets_;
};

}  // namespace

answer with_secret(answer made, std::string_view name, const base::secret& value) {
    constexpr std::size_t punctuation = 8;
    auto text = std::exchange(made.body, {});
    text.pop_back();  // the object goes on
    // A block that is outgrown would be freed with the secret in it.
    text.reserve(text.size() + name.size() + escaped_size(value.view()) + punctuation);
    json_writer json{text};
    json.text(name, value.view());
    json.end_object();
    made.length = text.size();
    made.stream = std::make_unique<secret_body>(base::secret::take(text));
    made.headers.push_back({"Content-Type", "application/json"});
    made.headers.push_back({"Cache-Control", "no-store"});
    return made;
}

}  // namespace gangway::api
