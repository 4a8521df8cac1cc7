#include "run.hpp"

#include "descriptor.hpp"
#include "json_text.hpp"
#include "login.hpp"
#include "operations.hpp"
#include "transfers.hpp"

#include <gangway/cli/exit_code.hpp>
#include <gangway/cli/failure.hpp>
#include <gangway/net/errors.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <pwd.h>
#include <unistd.h>
#include <utility>

namespace gangway::cli {
namespace {

namespace asio = net::asio;

constexpr std::size_t longest_secret = 1024;

struct account {
    std::string name;
    std::filesystem::path home;
};

account own_account() {
    const passwd* const entry = ::getpwuid(::getuid());
    const char* const home = std::getenv("HOME");
    account own;
    if (entry != nullptr) own = {entry->pw_name, entry->pw_dir};
    if (home != nullptr && *home != '\0') own.home = home;
    return own;
}

/// The first line of standard input.
base::result<base::secret> secret_from_input() {
    std::string line;
    line.reserve(longest_secret);  // never grows, so that no copy is left behind
    char octet = 0;
    while (line.size() < longest_secret && ::read(STDIN_FILENO, &octet, 1) == 1 && octet != '\n')
        line.push_back(octet);
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty())
        return base::fail(std::make_error_code(std::errc::invalid_argument), base::phase::request,
                          "standard input has no secret on its first line");
    return base::secret::take(line);
}

/// The user's own machine: nothing is kept from being reached.
net::egress_rules open_rules() {
    return {.mode = net::egress_mode::open, .allowed = {}, .block_cloudflare = false};
}

/// Everything a connection needs. With --known-hosts only that file counts.
class server_dialer final : public dialer {
  public:
    server_dialer(const request& wanted, const account& own) : server_(wanted.where.endpoint), limits_(wanted.limits) {
        auto file = std::filesystem::path{wanted.line.known_hosts};
        std::vector<std::filesystem::path> others;
        if (file.empty()) {
            file = own.home / ".ssh" / "known_hosts";
            others.emplace_back("/etc/ssh/ssh_known_hosts");
        }
        pinning_ = net::make_known_hosts_policy(file, others, net::first_contact::pin);
        refusing_ = net::make_known_hosts_policy(file, others, net::first_contact::refuse);
    }

    [[nodiscard]] net::async_result<net::sftp_connection> dial(model::credentials who, net::first_contact unknown,
                                                               std::optional<model::fingerprint> expected) override {
        return net::dial(context(unknown), server_, std::move(who), expected, report_);
    }
    [[nodiscard]] net::dial_context context(net::first_contact unknown) {
        auto& host_keys = unknown == net::first_contact::pin ? *pinning_ : *refusing_;
        return {.egress = egress_, .host_keys = host_keys, .blocking = blocking_, .limits = limits_};
    }

  private:
    model::endpoint server_;
    net::timers limits_;
    net::egress_policy egress_{open_rules()};
    std::unique_ptr<net::host_key_policy> pinning_, refusing_;
    net::dial_report report_{};
    asio::thread_pool blocking_{2};
};

base::result<login_means> means_for(const request& wanted, const account& own) {
    login_means means{.username = wanted.where.username.value_or(own.name), .accept_new = wanted.line.accept_new};
    if (wanted.line.identities.empty()) {
        const char* const agent = std::getenv("SSH_AUTH_SOCK");
        means.agent = agent != nullptr && *agent != '\0';
        means.identities = usual_identities(own.home);
    } else {
        auto chosen = chosen_identities({wanted.line.identities.begin(), wanted.line.identities.end()});
        if (!chosen) return std::unexpected(std::move(chosen.error()));
        means.identities = std::move(*chosen);
    }
    if (!wanted.line.password_stdin && !wanted.line.passphrase_stdin) return means;
    auto secret = secret_from_input();
    if (!secret) return std::unexpected(std::move(secret.error()));
    (wanted.line.password_stdin ? means.password : means.passphrase) = std::move(*secret);
    return means;
}

/// What a checkup logs in with: a key that needs nobody to be asked, or else the agent; and the password. Without a
/// user name in the URL the checkup is of the server, and nothing is sent.
std::optional<model::credentials> checkup_credentials(const request& wanted, login_means& means) {
    if (!wanted.where.username) return std::nullopt;
    model::credentials who{.username = means.username, .password = std::move(means.password)};
    for (auto& key : means.identities) {
        if (key.encrypted && means.passphrase)
            if (auto plain = unlocked(key, *means.passphrase)) key = std::move(*plain);
        if (!key.encrypted && !who.key) who.key = model::key_file{.text = std::move(key.text), .passphrase = {}};
    }
    who.agent = means.agent && !who.key;
    if (!who.key && !who.agent && !who.password) return std::nullopt;
    return who;
}

struct outcome {
    std::string output{};
    std::optional<base::error> failure{};
};

net::awaitable<outcome> probe(const request& wanted, server_dialer& dial, login_means means) {
    auto who = checkup_credentials(wanted, means);
    // Nothing is pinned without a login, so that looking at an unknown server does no harm.
    const auto unknown = !who || means.accept_new ? net::first_contact::pin : net::first_contact::refuse;
    const auto result = co_await net::examine(dial.context(unknown), wanted.where.endpoint, std::move(who), {});
    outcome told;
    told.output = wanted.line.json ? checkup_json(wanted.where.endpoint, result) + "\n"
                                   : checkup_text(wanted.where.endpoint, result);
    if (!result.healthy() && !result.steps.empty()) told.failure = result.steps.back().failure;
    co_return told;
}

net::awaitable<outcome> connect_and_run(const request& wanted, server_dialer& dial, person& asked, login_means means) {
    auto connection = co_await log_in(dial, asked, wanted.where.endpoint, std::move(means));
    if (!connection) co_return outcome{.failure = connection.error()};
    auto& client = *connection->client;
    const bool tree = wanted.line.recursive;
    auto result = wanted.line.what == verb::get ? co_await (tree ? get_tree(client, wanted) : get(client, wanted))
                  : wanted.line.what == verb::put
                      ? co_await (tree ? put_tree(*connection, wanted) : put(*connection, wanted))
                      : co_await operate(client, wanted);
    if (!result) co_return outcome{.failure = std::move(result.error())};
    co_return outcome{.output = std::move(*result)};
}

/// The first signal cancels the work, the second ends the process where it stands.
net::awaitable<void> obey(asio::signal_set& signals, asio::cancellation_signal& work) {
    co_await signals.async_wait(asio::use_awaitable);
    work.emit(asio::cancellation_type::terminal);
    co_await signals.async_wait(asio::use_awaitable);
    ::_exit(static_cast<int>(exit_code::interrupted));
}

/// What cancelling made of the work; anything else is a bug.
outcome interrupted(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& failure) {
        if (failure.code() != asio::error::operation_aborted) throw;
        return {.failure = base::error{std::make_error_code(std::errc::operation_canceled), base::phase::request,
                                       "interrupted"}};
    }
}

outcome run_to_its_end(const request& wanted, server_dialer& dial, login_means means) {
    asio::io_context io{1};
    const asio::any_io_executor strand = asio::make_strand(io);
    const auto asked = at_terminal(strand);
    asio::cancellation_signal cancel;
    asio::signal_set signals{strand, SIGINT, SIGTERM};
    asio::co_spawn(strand, obey(signals, cancel), asio::detached);

    outcome end;
    std::exception_ptr thrown;
    auto work = wanted.line.what == verb::probe ? probe(wanted, dial, std::move(means))
                                                : connect_and_run(wanted, dial, *asked, std::move(means));
    asio::co_spawn(strand, std::move(work),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr failure, outcome told) {
                       thrown = std::move(failure);
                       end = std::move(told);
                       signals.cancel();
                   }));
    io.run();
    return thrown ? interrupted(thrown) : end;
}

}  // namespace

int run(const command_line& line) {
    const auto wanted = understand(line);
    if (!wanted) return report(wanted.error(), line.json);
    const auto own = own_account();
    auto means = means_for(*wanted, own);
    if (!means) return report(means.error(), line.json);

    server_dialer dial{*wanted, own};
    auto end = run_to_its_end(*wanted, dial, std::move(*means));
    const bool printed =
        std::fwrite(end.output.data(), 1, end.output.size(), stdout) == end.output.size() && std::fflush(stdout) == 0;
    if (!printed && !end.failure) end.failure = system_error("write to", "standard output");
    if (!end.failure) return static_cast<int>(exit_code::ok);
    // Everything is cleaned up but perhaps a name lookup that hangs, and nobody should wait for that.
    ::_exit(report(*end.failure, line.json));
}

}  // namespace gangway::cli
