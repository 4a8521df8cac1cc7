#include <gangway/model/errors.hpp>
#include <gangway/model/glob.hpp>

#include <algorithm>
#include <optional>

namespace gangway::model {
namespace {

/// Which octets a set matches.
using octet_set = std::bitset<256>;

std::size_t index(char octet) noexcept {
    return static_cast<unsigned char>(octet);
}

constexpr std::string_view set_advice = "a set is written [abc], [a-z] or [!a-z] with ASCII characters";

/// Reads a set behind its `[`, and removes it from `rest`.
std::optional<octet_set> take_set(std::string_view& rest) {
    octet_set set;
    const bool negated = !rest.empty() && (rest.front() == '!' || rest.front() == '^');
    if (negated) rest.remove_prefix(1);
    for (bool first = true; !rest.empty(); first = false) {
        char low = rest.front();
        rest.remove_prefix(1);
        if (low == ']' && !first) {
            if (negated) set.flip();
            set.reset(index('/'));
            return set;
        }
        if (low == '[' && rest.starts_with(':')) return {};
        if (low == '\\') {
            if (rest.empty()) return {};
            low = rest.front();
            rest.remove_prefix(1);
        }
        char high = low;
        if (rest.size() >= 2 && rest[0] == '-' && rest[1] != ']') {
            high = rest[1];
            rest.remove_prefix(2);
        }
        if (index(low) > 0x7f || index(high) > 0x7f || high < low) return {};
        for (std::size_t octet = index(low); octet <= index(high); ++octet)
            set.set(octet);
    }
    return {};
}

}  // namespace

/// Turns a pattern into states, one for each octet it matches and one or two for each star.
class glob::compiler {
  public:
    [[nodiscard]] static std::optional<program> compile(std::string_view pattern) {
        compiler made;
        if (!made.read(pattern)) return {};
        return made.compiled_;
    }

  private:
    bool read(std::string_view rest) {
        for (bool component_starts = true; !rest.empty();) {
            const char octet = rest.front();
            if (octet == '*') {
                const auto stars = std::min(rest.find_first_not_of('*'), rest.size());
                rest.remove_prefix(stars);
                const bool folders = stars == 2 && component_starts && rest.starts_with('/');
                if (folders) rest.remove_prefix(1);
                folders ? any_folders() : star(stars > 1);
                component_starts = folders;
                continue;
            }
            rest.remove_prefix(1);
            component_starts = octet == '/';
            if (octet == '?') {
                one_of(octet_set{}.set().reset(index('/')));
            } else if (octet == '[') {
                const auto set = take_set(rest);
                if (!set) return false;
                one_of(*set);
            } else if (octet == '\\') {
                if (rest.empty()) return false;
                one_of(octet_set{}.set(index(rest.front())));
                rest.remove_prefix(1);
            } else {
                one_of(octet_set{}.set(index(octet)));
            }
        }
        return true;
    }

    void one_of(const octet_set& set) {
        for (std::size_t octet = 0; octet < 256; ++octet)
            if (set.test(octet)) compiled_.advance[octet].set(compiled_.end);
        ++compiled_.end;
    }
    void star(bool slashes_too) {
        for (std::size_t octet = 0; octet < 256; ++octet)
            if (slashes_too || octet != index('/')) compiled_.stay[octet].set(compiled_.end);
        compiled_.skip_one.set(compiled_.end);
        ++compiled_.end;
    }
    /// Nothing; or at least one octet, and a slash as the last.
    void any_folders() {
        const auto before = compiled_.end;
        const auto inside = before + 1;
        compiled_.skip_two.set(before);
        for (std::size_t octet = 0; octet < 256; ++octet) {
            if (octet != index('/')) compiled_.advance[octet].set(before);
            compiled_.stay[octet].set(inside);
        }
        compiled_.advance[index('/')].set(inside);
        compiled_.end += 2;
    }

    program compiled_;
};

base::result<glob> glob::parse(std::string_view pattern, std::string_view field) {
    if (pattern.empty() || pattern.size() > longest || pattern.contains('\0'))
        return invalid(field, "a pattern has 1 to 255 octets, none of them NUL");
    auto compiled = compiler::compile(pattern);
    if (!compiled)
        return invalid(field, std::string{"the pattern cannot be read: "}.append(set_advice) +
                                  R"(, and \ stands before the character it makes ordinary)");
    return glob{std::string{pattern}, std::make_shared<const program>(*compiled)};
}

void glob::close(const program& compiled, states& current) noexcept {
    for (states before; before != current;) {
        before = current;
        current |= (current & compiled.skip_one) << 1 | (current & compiled.skip_two) << 2;
    }
}

bool glob::matches(std::string_view path) const noexcept {
    if (const auto slash = path.rfind('/'); !whole_path_ && slash != std::string_view::npos)
        path.remove_prefix(slash + 1);
    states current;
    current.set(0);
    close(*program_, current);
    for (const char octet : path) {
        const auto i = index(octet);
        current = (current & program_->advance[i]) << 1 | (current & program_->stay[i]);
        if (current.none()) return false;
        close(*program_, current);
    }
    return current.test(program_->end);
}

base::result<glob_filter> glob_filter::parse(std::span<const std::string> include,
                                             std::span<const std::string> exclude) {
    glob_filter filter;
    const auto read = [](std::span<const std::string> patterns, std::string_view field,
                         std::vector<glob>& into) -> base::result<void> {
        if (patterns.size() > most) return invalid(field, "at most 64 patterns");
        for (const auto& pattern : patterns) {
            auto parsed = glob::parse(pattern, field);
            if (!parsed) return std::unexpected(std::move(parsed.error()));
            into.push_back(std::move(*parsed));
        }
        return {};
    };
    if (auto done = read(include, "include", filter.include); !done) return std::unexpected(std::move(done.error()));
    if (auto done = read(exclude, "exclude", filter.exclude); !done) return std::unexpected(std::move(done.error()));
    return filter;
}

const glob* glob_filter::excluded_by(std::string_view path) const noexcept {
    const auto found = std::ranges::find_if(exclude, [&](const glob& pattern) { return pattern.matches(path); });
    return found == exclude.end() ? nullptr : &*found;
}

bool glob_filter::included(std::string_view path) const noexcept {
    return include.empty() || std::ranges::any_of(include, [&](const glob& pattern) { return pattern.matches(path); });
}

}  // namespace gangway::model
