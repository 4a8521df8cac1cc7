#include <gangway/app/event_log.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/base/utf8.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <iterator>
#include <utility>

namespace gangway::app {
namespace {

std::string_view name_of(log_level level) noexcept {
    switch (level) {
        case log_level::trace:
            return "trace";
        case log_level::debug:
            return "debug";
        case log_level::info:
            return "info";
        case log_level::warning:
            return "warning";
        case log_level::error:
            break;
    }
    return "error";
}

std::string time_text(std::chrono::system_clock::time_point time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                       rest.count());
}

/// RFC 8259 section 7.
void append_json_string(std::string& out, std::string_view octets) {
    out.push_back('"');
    for (const char c : base::is_utf8(octets) ? std::string{octets} : base::to_utf8(octets)) {
        if (c == '"' || c == '\\') out.push_back('\\');
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
        else
            out.push_back(c);
    }
    out.push_back('"');
}

/// Bare where nothing in it could be taken for something else.
void append_text_value(std::string& out, std::string_view octets) {
    constexpr std::size_t longest = 1024;
    const auto shown = base::escape(octets, longest);
    const bool bare = shown.find_first_of(" =\"") == std::string::npos;
    if (bare) {
        out += shown;
        return;
    }
    out.push_back('"');
    for (const char c : shown) {
        if (c == '"') out.push_back('\\');
        out.push_back(c);
    }
    out.push_back('"');
}

/// An empty text says nothing and is left out.
bool is_told(const log_field& field) noexcept {
    const auto* const text = std::get_if<std::string_view>(&field.value);
    return text == nullptr || !text->empty();
}

template <class AppendText>
void append_value(std::string& out, const log_field::any& value, AppendText append_text) {
    std::visit(
        [&](const auto& held) {
            if constexpr (std::same_as<decltype(held), const std::string_view&>)
                append_text(out, held);
            else
                fmt::format_to(std::back_inserter(out), "{}", held);
        },
        value);
}

}  // namespace

std::string json_line(std::chrono::system_clock::time_point time, log_level level, std::string_view event,
                      log_fields fields) {
    auto line = fmt::format(R"({{"time":"{}","level":"{}","event":"{}")", time_text(time), name_of(level), event);
    for (const auto& field : fields) {
        if (!is_told(field)) continue;
        fmt::format_to(std::back_inserter(line), R"(,"{}":)", field.name);
        append_value(line, field.value, append_json_string);
    }
    line.push_back('}');
    return line;
}

std::string text_line(std::chrono::system_clock::time_point time, log_level level, std::string_view event,
                      log_fields fields) {
    auto line = fmt::format("{} {:<7} {}", time_text(time), name_of(level), event);
    for (const auto& field : fields) {
        if (!is_told(field)) continue;
        fmt::format_to(std::back_inserter(line), " {}=", field.name);
        append_value(line, field.value, append_text_value);
    }
    return line;
}

event_log::event_log(log_format format, log_level least)
    : format_(format),
      least_(least),
      out_(std::make_unique<spdlog::logger>("gangway", std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
    out_->set_pattern("%v");
    out_->set_level(spdlog::level::trace);
    out_->flush_on(spdlog::level::trace);
}

event_log::~event_log() = default;

void event_log::write(log_level level, std::string_view event, log_fields fields) noexcept {
    if (std::to_underlying(level) < std::to_underlying(least_)) return;
    try {
        const auto now = std::chrono::system_clock::now();
        const auto line =
            format_ == log_format::json ? json_line(now, level, event, fields) : text_line(now, level, event, fields);
        out_->log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
    } catch (...) {
        return;  // out of memory: the work goes on without this line
    }
}

}  // namespace gangway::app
