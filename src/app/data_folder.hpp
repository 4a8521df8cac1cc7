#pragma once
/// Whether the data folder is usable, as long as the gateway runs.

#include "periodic_check.hpp"

#include <filesystem>

namespace gangway::app {

/// Looks by making, filling and removing a file.
class data_folder final : public periodic_check {
  public:
    /// `blocking` and `clock` outlive this.
    data_folder(std::filesystem::path folder, net::asio::thread_pool& blocking, const base::clock& clock)
        : periodic_check(clock), folder_(std::move(folder)), blocking_(blocking) {}

  protected:
    /// "data_dir", or nothing.
    [[nodiscard]] net::awaitable<std::vector<std::string>> look() override;

  private:
    std::filesystem::path folder_;
    net::asio::thread_pool& blocking_;
};

/// Whether a file can be made in `folder`, and something written to it.
[[nodiscard]] bool can_be_written(const std::filesystem::path& folder) noexcept;

}  // namespace gangway::app
