#include <gangway/app/settings.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/model/duration.hpp>
#include <gangway/model/endpoint.hpp>
#include <gangway/model/errors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <utility>

namespace gangway::app {
namespace {

constexpr std::size_t longest_token = 4096;

/// "listen (--listen): <message>".
base::error wrong(std::string_view key, std::string_view place, std::string_view message) {
    return model::invalid(key, place.empty() ? fmt::format("{}: {}", key, message)
                                             : fmt::format("{} ({}): {}", key, place, message))
        .error();
}

/// Takes one value after the other out of what was written and remembers the first error.
class reader {
  public:
    explicit reader(const raw_settings& written) : written_(written) {}

    [[nodiscard]] const raw_value* find(std::string_view key) const {
        const auto found = written_.find(key);
        return found == written_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] std::string_view place_of(std::string_view key) const {
        const auto* const value = find(key);
        return value == nullptr ? std::string_view{} : std::string_view{value->place};
    }
    void fail(std::string_view key, std::string_view message) {
        if (!failure_) failure_ = wrong(key, place_of(key), message);
    }

    /// `parse` turns the text into a result; what it says is wrapped with key and place.
    template <class Target, class Parse>
    void take(std::string_view key, Target& target, Parse parse) {
        const auto* const value = find(key);
        if (value == nullptr) return;
        auto parsed = parse(std::string_view{value->values.front()});
        if (parsed)
            target = std::move(*parsed);
        else
            fail(key, parsed.error().message);
    }
    template <class Item, class Parse>
    void take_list(std::string_view key, std::vector<Item>& target, Parse parse) {
        const auto* const value = find(key);
        if (value == nullptr) return;
        for (const auto& each : value->values) {
            auto parsed = parse(std::string_view{each});
            if (!parsed) return fail(key, parsed.error().message);
            target.push_back(std::move(*parsed));
        }
    }
    template <class Value, std::size_t Size>
    void take_word(std::string_view key, Value& target,
                   const std::array<std::pair<std::string_view, Value>, Size>& words) {
        const auto* const value = find(key);
        if (value == nullptr) return;
        std::string allowed;
        for (const auto& [word, meaning] : words) {
            if (word == value->values.front()) {
                target = meaning;
                return;
            }
            allowed.append(allowed.empty() ? "" : ", ").append(word);
        }
        fail(key, fmt::format("\"{}\" is not one of: {}", base::escape(value->values.front(), 64), allowed));
    }

    [[nodiscard]] std::optional<base::error>& failure() noexcept { return failure_; }

  private:
    const raw_settings& written_;
    std::optional<base::error> failure_{};
};

base::result<net::tcp::endpoint> parse_listen(std::string_view text) {
    const auto refused = [&] {
        return model::invalid("listen", fmt::format("\"{}\" is not ADDR:PORT, such as 127.0.0.1:8080 or [::1]:8080",
                                                    base::escape(text, 64)));
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return refused();
    auto address = text.substr(0, colon);
    if (address == "localhost") address = "127.0.0.1";
    const auto host = model::host::parse(address, "listen");
    const bool bracketed = address.starts_with('[');
    if (!host || !host->is_address() || host->is_ipv6() != bracketed) return refused();
    const auto digits = text.substr(colon + 1);
    const bool any_port = digits == "0";
    const auto port = any_port ? base::result<std::uint16_t>{std::uint16_t{0}} : model::parse_port(digits, "listen");
    if (!port) return refused();
    return net::tcp::endpoint{net::asio::ip::make_address(host->text()), *port};
}

base::result<std::filesystem::path> parse_path(std::string_view text) {
    if (text.empty() || text.contains('\0')) return model::invalid("path", "a path must not be empty");
    return std::filesystem::path{text};
}

/// One that would only be missed when something is sent is told at the start.
base::result<std::filesystem::path> parse_readable_file(std::string_view text) {
    const std::ifstream in{std::filesystem::path{text}, std::ios::binary};
    if (!in.is_open())
        return model::invalid("path", fmt::format("{} cannot be read: {}", base::escape(text), std::strerror(errno)));
    return std::filesystem::path{text};
}

/// A host, and perhaps a port: what a Host header can be.
base::result<std::string> parse_host_name(std::string_view text) {
    const auto colon = text.rfind(':');
    const bool has_port = colon != std::string_view::npos && !text.ends_with(']');
    const auto host = model::host::parse(text.substr(0, has_port ? colon : text.size()), "allowed_hosts");
    if (!host || (has_port && !model::parse_port(text.substr(colon + 1), "allowed_hosts")))
        return model::invalid("allowed_hosts",
                              fmt::format("\"{}\" is not a host name, alone or with :PORT", base::escape(text, 64)));
    return std::string{text};
}

/// Scheme and host, as browsers write them (RFC 6454 section 6.2): no path, and no slash at the end.
base::result<std::string> parse_origin(std::string_view text) {
    for (const std::string_view scheme : {"https://", "http://"})
        if (text.starts_with(scheme) && parse_host_name(text.substr(scheme.size()))) return std::string{text};
    return model::invalid("allowed_origins",
                          fmt::format("\"{}\" is not an origin, such as https://console.example.com (no path, no / at "
                                      "the end)",
                                      base::escape(text, 64)));
}

auto duration_of(std::string_view key) {
    return [key](std::string_view text) { return model::parse_duration(text, key); };
}

bool is_token_character(char c) noexcept {
    return c > 0x20 && c < 0x7F;
}

/// The first line of a file, which must be all there is.
base::result<base::secret> read_token(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    std::string text(longest_token + 2, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
    if (!in.is_open() || in.bad())
        return model::invalid("api_token_file",
                              fmt::format("{} cannot be read: {}", base::escape(file.native()), std::strerror(errno)));
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.pop_back();
    return base::secret::take(text);
}

base::result<void> check_token(const base::secret& token) {
    if (token.view().empty() || token.view().size() > longest_token ||
        !std::ranges::all_of(token.view(), is_token_character))
        return model::invalid("api_token", "a token is one line of 1 to 4096 visible ASCII characters without spaces");
    return {};
}

/// The flag first, then the variable with the token itself, then a file named elsewhere.
void take_token(reader& from, surroundings& around, settings& into) {
    constexpr std::string_view key = "api_token_file";
    const auto* const file = from.find(key);
    if (around.api_token && file != nullptr && file->from == origin::environment)
        return from.fail(key, "GANGWAY_API_TOKEN is set as well: leave one of them out");
    if (around.api_token && (file == nullptr || file->from == origin::file)) {
        into.api_token = std::move(around.api_token);
        if (!check_token(*into.api_token))
            from.fail("api_token", "GANGWAY_API_TOKEN is not a token: visible ASCII characters without spaces");
        return;
    }
    if (file == nullptr) return;
    auto token = read_token(file->values.front());
    const auto usable = token ? check_token(*token) : std::unexpected(token.error());
    if (!usable) return from.fail(key, usable.error().message);
    into.api_token = std::move(*token);
}

void take_limits(reader& from, settings& into) {
    from.take("timeout_connect", into.limits.connect, duration_of("timeout_connect"));
    from.take("timeout_identification", into.limits.identification, duration_of("timeout_identification"));
    from.take("timeout_key_exchange", into.limits.key_exchange, duration_of("timeout_key_exchange"));
    from.take("timeout_authentication", into.limits.authentication, duration_of("timeout_authentication"));
    from.take("timeout_operation", into.limits.operation, duration_of("timeout_operation"));
    from.take("stop_limit", into.stop_limit, duration_of("stop_limit"));
}

void take_egress(reader& from, settings& into) {
    using net::egress_mode;
    into.egress.mode = into.listen.address().is_loopback() ? egress_mode::open : egress_mode::public_only;
    from.take_word("egress", into.egress.mode,
                   std::to_array<std::pair<std::string_view, egress_mode>>(
                       {{"open", egress_mode::open}, {"public", egress_mode::public_only}}));
    from.take_list("egress_allow", into.egress.allowed,
                   [](std::string_view text) { return net::network::parse(text, "egress_allow"); });
    from.take_word("block_cloudflare", into.egress.block_cloudflare,
                   std::to_array<std::pair<std::string_view, bool>>({{"true", true}, {"false", false}}));
}

/// Who asks from elsewhere is limited; on this machine, only where a proxy tells who asks.
void take_rates(reader& from, settings& into) {
    auto& rates = into.rates;
    from.take_list("trusted_proxies", rates.trusted_proxies,
                   [](std::string_view text) { return net::network::parse(text, "trusted_proxies"); });
    if (!into.listen.address().is_loopback() || !rates.trusted_proxies.empty()) {
        rates.requests = api::rate{1000, std::chrono::seconds{1}};
        rates.connections = api::rate{600, std::chrono::minutes{1}};
        rates.failures = api::rate{30, std::chrono::minutes{1}};
    }
    const auto rate_of = [](std::string_view key) {
        return [key](std::string_view text) { return api::parse_rate(text, key); };
    };
    from.take("rate_requests", rates.requests, rate_of("rate_requests"));
    from.take("rate_per_token", rates.token, rate_of("rate_per_token"));
    from.take("rate_connections", rates.connections, rate_of("rate_connections"));
    from.take("rate_failures", rates.failures, rate_of("rate_failures"));
}

void take_logging(reader& from, bool terminal, settings& into) {
    const auto automatic = terminal ? log_format::text : log_format::json;
    into.format = automatic;
    from.take_word("log_format", into.format,
                   std::to_array<std::pair<std::string_view, log_format>>(
                       {{"text", log_format::text}, {"json", log_format::json}, {"auto", automatic}}));
    from.take_word("log_level", into.level,
                   std::to_array<std::pair<std::string_view, log_level>>({{"trace", log_level::trace},
                                                                          {"debug", log_level::debug},
                                                                          {"info", log_level::info},
                                                                          {"warning", log_level::warning},
                                                                          {"error", log_level::error}}));
}

/// Whole numbers of up to four digits.
base::result<int> parse_count(std::string_view text, std::string_view key, int least, int most) {
    int count = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failure != std::errc{} || end != text.data() + text.size() || count < least || count > most)
        return model::invalid(
            key, fmt::format("\"{}\" is not a whole number from {} to {}", base::escape(text, 64), least, most));
    return count;
}

/// "30d" or "forever".
auto days_of(std::string_view key) {
    return [key](std::string_view text) -> base::result<std::optional<std::chrono::days>> {
        if (text == "forever") return std::nullopt;
        const auto count = text.ends_with('d') ? parse_count(text.substr(0, text.size() - 1), key, 1, 9999)
                                               : base::result<int>{model::invalid(key, "")};
        if (!count)
            return model::invalid(
                key, fmt::format("\"{}\" is not a number of days, such as 30d, nor forever", base::escape(text, 64)));
        return std::chrono::days{*count};
    };
}

base::result<std::string> parse_node_name(std::string_view text) {
    constexpr std::size_t longest = 100;
    const auto visible = [](char c) { return c > 0x20 && c < 0x7F; };
    if (text.empty() || text.size() > longest || !std::ranges::all_of(text, visible))
        return model::invalid("node_name", "a name is 1 to 100 visible ASCII characters without spaces");
    return std::string{text};
}

void take_pulls(reader& from, const surroundings& around, settings& into) {
    from.take_list("pull_roots", into.pull_roots, [](std::string_view text) -> base::result<std::filesystem::path> {
        std::filesystem::path path{text};
        if (!path.is_absolute() || text.contains('\0'))
            return model::invalid("pull_roots", fmt::format("\"{}\" is not an absolute path", base::escape(text, 64)));
        return path.lexically_normal();
    });
    if (into.pull_roots.empty() && !into.data_dir.empty())
        into.pull_roots.push_back(std::filesystem::absolute(into.data_dir) / "pulled");
    from.take("pull_connections", into.pull_connections, [](std::string_view text) -> base::result<std::size_t> {
        const auto count = parse_count(text, "pull_connections", 1, 64);
        if (!count) return std::unexpected(count.error());
        return static_cast<std::size_t>(*count);
    });
    into.node_name = around.host_name.empty() ? "gangway" : around.host_name;
    from.take("node_name", into.node_name, parse_node_name);
    from.take("keep_runs", into.keep.runs, days_of("keep_runs"));
    from.take("keep_files", into.keep.files, days_of("keep_files"));
    from.take("keep_audit", into.keep.audit, days_of("keep_audit"));
    from.take("keep_deliveries", into.keep.deliveries, days_of("keep_deliveries"));
}

std::filesystem::path usual_data_dir(const surroundings& around) {
    // Only an absolute path counts (XDG Base Directory Specification).
    if (around.xdg_data_home.is_absolute()) return around.xdg_data_home / "gangway";
    return around.home.empty() ? std::filesystem::path{} : around.home / ".local" / "share" / "gangway";
}

}  // namespace

base::result<settings> decide(const raw_settings& written, surroundings around) {
    settings decided;
    reader from{written};
    decided.listen = {net::asio::ip::address_v4::loopback(), 8080};
    from.take("listen", decided.listen, parse_listen);
    decided.data_dir = usual_data_dir(around);
    from.take("data_dir", decided.data_dir, parse_path);
    if (decided.data_dir.empty()) from.fail("data_dir", "there is no home folder, so it must be set");
    constexpr auto as_it_is = [](std::string_view text) -> base::result<std::string> { return std::string{text}; };
    from.take("database", decided.database, as_it_is);
    from.take("master_key_file", decided.master_key_file, as_it_is);
    from.take("ca_file", decided.ca_file, parse_readable_file);
    take_pulls(from, around, decided);
    from.take_list("allowed_hosts", decided.allowed_hosts, parse_host_name);
    from.take_list("allowed_origins", decided.allowed_origins, parse_origin);
    take_rates(from, decided);
    take_egress(from, decided);
    take_limits(from, decided);
    take_logging(from, around.stderr_is_terminal, decided);
    take_token(from, around, decided);
    if (!decided.listen.address().is_loopback() && !decided.api_token)
        from.fail("listen", fmt::format("{} can be reached by other machines, so an API token is required: set "
                                        "api_token_file or GANGWAY_API_TOKEN, or listen on 127.0.0.1",
                                        decided.listen.address().to_string()));
    if (from.failure()) return std::unexpected(std::move(*from.failure()));
    return decided;
}

}  // namespace gangway::app
