#pragma once
/// Where a webhook is delivered.

#include <gangway/model/endpoint.hpp>

#include <string>
#include <string_view>

namespace gangway::transfer {

/// A validated http or https URL: at most 2048 visible ASCII characters, a host, perhaps a port, a path and a query.
/// Refused: credentials in it, since URLs are shown, and a fragment, which no request has.
class webhook_url {
  public:
    /// Errors: `model::errc::invalid_value` naming `field`.
    [[nodiscard]] static base::result<webhook_url> parse(std::string_view text, std::string_view field = "url");

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] const model::host& host() const noexcept { return host_; }

  private:
    webhook_url(std::string text, model::host host) : text_(std::move(text)), host_(std::move(host)) {}

    std::string text_;
    model::host host_;
};

}  // namespace gangway::transfer
