#include "run.hpp"

#include "descriptor.hpp"
#include "interruptible.hpp"
#include "json_text.hpp"
#include "login.hpp"
#include "operations.hpp"
#include "standard_input.hpp"
#include "transfers.hpp"

#include <gangway/cli/failure.hpp>
#include <gangway/net/errors.hpp>

#include <boost/asio/strand.hpp>

#include <cstdlib>
#include <pwd.h>
#include <unistd.h>
#include <utility>

namespace gangway::cli {
namespace {

namespace asio = net::asio;

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

/// The user's own machine: nothing is kept from being reached.
net::egress_rules open_rules() {
    return {.mode = net::egress_mode::open, .allowed = {}, .block_cloudflare = false};
}

/// Whether the first thing that is done needs nothing but the draft's own requests.
bool begins_with_a_file(const request& wanted) noexcept {
    return (wanted.line.what == verb::get || wanted.line.what == verb::put) && !wanted.line.recursive;
}

/// A local file that cannot be sent is told before a server is reached, and before anybody is asked for a password.
base::result<void> check_source(const request& wanted) {
    if (wanted.line.what == verb::put && wanted.local && ::access(wanted.local->c_str(), R_OK) != 0)
        return std::unexpected(system_error("read", *wanted.local));
    return {};
}

/// Everything a connection needs. With --known-hosts only that file counts.
class server_dialer final : public dialer {
  public:
    server_dialer(const request& wanted, const account& own)
        : server_(wanted.where.endpoint), limits_(wanted.limits), hasty_(begins_with_a_file(wanted)) {
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
        return {.egress = egress_, .host_keys = host_keys, .blocking = blocking_, .limits = limits_, .hasty = hasty_};
    }

  private:
    model::endpoint server_;
    net::timers limits_;
    bool hasty_;
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

outcome run_to_its_end(const request& wanted, server_dialer& dial, login_means means) {
    asio::io_context io{1};
    const asio::any_io_executor strand = asio::make_strand(io);
    const auto asked = at_terminal(strand);
    return run_interruptibly(io, strand,
                             wanted.line.what == verb::probe ? probe(wanted, dial, std::move(means))
                                                             : connect_and_run(wanted, dial, *asked, std::move(means)));
}

}  // namespace

int run(const command_line& line) {
    const auto wanted = understand(line);
    if (!wanted) return report(wanted.error(), line.json);
    if (auto there = check_source(*wanted); !there) return report(there.error(), line.json);
    const auto own = own_account();
    auto means = means_for(*wanted, own);
    if (!means) return report(means.error(), line.json);

    server_dialer dial{*wanted, own};
    auto end = run_to_its_end(*wanted, dial, std::move(*means));
    const bool done = !end.failure;
    const int code = print(std::move(end), line.json);
    // After a failure everything is cleaned up but perhaps a name lookup that hangs, and nobody should wait for that.
    if (!done) ::_exit(code);
    return code;
}

}  // namespace gangway::cli
