#pragma once
/// What routes ask of whoever pulls folders.

#include <gangway/transfer/pull_service.hpp>

#include <optional>
#include <string>
#include <utility>

namespace gangway::api {

/// Safe from any thread. Each function is that of `transfer::pull_service` with the same name.
class pulls {
  public:
    virtual ~pulls() = default;
    [[nodiscard]] virtual net::async_result<std::string> run_now(std::string folder_id, std::string actor) = 0;
    [[nodiscard]] virtual net::async_result<transfer::dry_run> dry_run(std::string folder_id) = 0;
    virtual bool cancel(const std::string& run_id) = 0;
    [[nodiscard]] virtual std::optional<transfer::run_snapshot> progress(const std::string& run_id) const = 0;
    [[nodiscard]] virtual net::async_result<std::string> pull_again(std::string file_id, std::string actor) = 0;
    virtual void wake() = 0;
    [[nodiscard]] virtual net::awaitable<transfer::removal> prepare_removal(std::string connection_id,
                                                                            std::string folder_id) = 0;
    virtual void removed(transfer::removal what) = 0;
};

/// The real one. `service` outlives it.
class service_pulls final : public pulls {
  public:
    explicit service_pulls(transfer::pull_service& service) noexcept : service_(service) {}

    net::async_result<std::string> run_now(std::string folder_id, std::string actor) override {
        return service_.run_now(std::move(folder_id), store::run_cause::manual, std::move(actor));
    }
    net::async_result<transfer::dry_run> dry_run(std::string folder_id) override {
        return service_.dry_run(std::move(folder_id));
    }
    bool cancel(const std::string& run_id) override { return service_.cancel(run_id); }
    std::optional<transfer::run_snapshot> progress(const std::string& run_id) const override {
        return service_.progress(run_id);
    }
    net::async_result<std::string> pull_again(std::string file_id, std::string actor) override {
        return service_.pull_again(std::move(file_id), std::move(actor));
    }
    void wake() override { service_.wake(); }
    net::awaitable<transfer::removal> prepare_removal(std::string connection_id, std::string folder_id) override {
        return service_.prepare_removal(std::move(connection_id), std::move(folder_id));
    }
    void removed(transfer::removal what) override { service_.removed(std::move(what)); }

  private:
    transfer::pull_service& service_;
};

}  // namespace gangway::api
