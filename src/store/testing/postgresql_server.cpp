#include "postgresql_server.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace gangway::store {
namespace {

constexpr const char* programs = "/usr/lib/postgresql/15/bin/";

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "no PostgreSQL for the tests: %s\n", why.c_str());
    std::abort();
}

/// The account to run the server under; it refuses to run as root.
const ::passwd* account() {
    static const ::passwd* const found = ::geteuid() == 0 ? ::getpwnam("nobody") : ::getpwuid(::geteuid());
    if (found == nullptr) give_up("there is no account to run it under");
    return found;
}

pid_t start(const std::vector<std::string>& words, const std::string& folder) {
    std::vector<char*> arguments;
    for (const auto& word : words)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const auto log = folder + "/log";
    const auto* const who = account();
    const pid_t child = ::fork();
    if (child != 0) return child;
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(out, 1);
    ::dup2(out, 2);
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(who->pw_gid) != 0 || ::setuid(who->pw_uid) != 0))
        ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::chdir(folder.c_str()) != 0) ::_exit(126);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

int outcome(pid_t child) {
    int status = -1;
    ::waitpid(child, &status, 0);
    return status;
}

}  // namespace

postgresql_server& postgresql_server::running() {
    static postgresql_server server;
    return server;
}

postgresql_server::postgresql_server() {
    char pattern[] = "/tmp/gangway-postgresql.XXXXXX";
    if (::mkdtemp(pattern) == nullptr) give_up("no temporary folder");
    folder_ = pattern;
    if (::geteuid() == 0 && ::chown(pattern, account()->pw_uid, account()->pw_gid) != 0) give_up("chown failed");
    const auto data = folder_ + "/data";
    const std::string path = programs;
    if (outcome(start(
            {path + "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"},
            folder_)) != 0)
        give_up("initdb failed, see " + folder_ + "/log");
    server_ =
        start({path + "postgres", "-D", data, "-k", folder_, "-h", "", "-F", "-c", "max_connections=40"}, folder_);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    for (;;) {
        try {
            run("SELECT 1");
            return;
        } catch (const soci::soci_error& failure) {
            if (std::chrono::steady_clock::now() > until) give_up(failure.what());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

postgresql_server::~postgresql_server() {
    ::kill(server_, SIGQUIT);
    outcome(server_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string postgresql_server::connection(const std::string& schema) const {
    return "host=" + folder_ + " user=tester dbname=postgres options='-c search_path=" + schema +
           " -c client_min_messages=error'";
}

void postgresql_server::run(const std::string& sql) const {
    soci::session session(soci::postgresql, connection("public"));
    session << sql;
}

void postgresql_server::cut_connections() const {
    run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = "
        "'client backend'");
}

}  // namespace gangway::store
