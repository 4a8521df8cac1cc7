#pragma once
/// The text format of Prometheus, version 0.0.4.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace gangway::api {

inline constexpr std::string_view metrics_media_type = "text/plain; version=0.0.4; charset=utf-8";

/// Writes family by family: all samples of one follow its head. Names are trusted, label values are escaped.
class metrics_text {
  public:
    using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    void counter(std::string_view name, std::string_view help) { family(name, help, "counter"); }
    void gauge(std::string_view name, std::string_view help) { family(name, help, "gauge"); }
    /// A family of one sample.
    void counter(std::string_view name, std::string_view help, auto value) {
        counter(name, help);
        sample(value);
    }
    void gauge(std::string_view name, std::string_view help, auto value) {
        gauge(name, help);
        sample(value);
    }
    void histogram(std::string_view name, std::string_view help) { family(name, help, "histogram"); }

    /// A sample of the current family; `suffix` is what a histogram adds to its name.
    void sample(std::unsigned_integral auto value, labels with = {}, std::string_view suffix = {}) {
        whole(value, with, suffix);
    }
    void sample(double value, labels with = {}, std::string_view suffix = {});

    [[nodiscard]] std::string take() noexcept { return std::move(text_); }

  private:
    void family(std::string_view name, std::string_view help, std::string_view type);
    void whole(std::uint64_t value, labels with, std::string_view suffix);
    void head(labels with, std::string_view suffix);

    std::string name_{};
    std::string text_{};
};

}  // namespace gangway::api
