#include "metrics_text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace gangway::api {

void metrics_text::family(std::string_view name, std::string_view help, std::string_view type) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void metrics_text::head(labels with, std::string_view suffix) {
    text_.append(name_).append(suffix);
    char before = '{';
    for (const auto& [name, value] : with) {
        text_ += before;
        text_.append(name).append("=\"");
        for (const char c : value) {
            if (c == '"' || c == '\\') text_ += '\\';
            text_.append(c == '\n' ? "\\n" : std::string_view{&c, 1});
        }
        text_ += '"';
        before = ',';
    }
    if (with.size() != 0) text_ += '}';
    text_ += ' ';
}

void metrics_text::whole(std::uint64_t value, labels with, std::string_view suffix) {
    head(with, suffix);
    fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

void metrics_text::sample(double value, labels with, std::string_view suffix) {
    head(with, suffix);
    fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

}  // namespace gangway::api
