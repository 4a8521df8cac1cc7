#pragma once
/// The log: one line per event, on standard error.

#include <gangway/app/settings.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace spdlog {
class logger;
}

namespace gangway::app {

/// A named value of an event. Texts may come from anywhere: they are escaped on the way out, and left out if empty.
struct log_field {
    using any = std::variant<std::string_view, std::int64_t, std::uint64_t, double>;

    constexpr log_field(std::string_view field, std::string_view text) noexcept : name(field), value(text) {}
    constexpr log_field(std::string_view field, std::signed_integral auto number) noexcept
        : name(field), value(std::int64_t{number}) {}
    constexpr log_field(std::string_view field, std::unsigned_integral auto number) noexcept
        : name(field), value(std::uint64_t{number}) {}
    constexpr log_field(std::string_view field, double number) noexcept : name(field), value(number) {}

    std::string_view name;
    any value;
};
using log_fields = std::initializer_list<log_field>;

/// {"time":"2026-01-15T12:00:00.123Z","level":"info","event":"listening","address":"127.0.0.1","port":8080}
[[nodiscard]] std::string json_line(std::chrono::system_clock::time_point time, log_level level, std::string_view event,
                                    log_fields fields);
/// 2026-01-15T12:00:00.123Z info    listening address=127.0.0.1 port=8080
[[nodiscard]] std::string text_line(std::chrono::system_clock::time_point time, log_level level, std::string_view event,
                                    log_fields fields);

/// Safe from any thread. What cannot be written is lost, and nobody is told.
class event_log {
  public:
    event_log(log_format format, log_level least);
    ~event_log();
    event_log(const event_log&) = delete;
    event_log& operator=(const event_log&) = delete;

    void write(log_level level, std::string_view event, log_fields fields = {}) noexcept;

  private:
    log_format format_;
    log_level least_;
    std::unique_ptr<spdlog::logger> out_;
};

}  // namespace gangway::app
