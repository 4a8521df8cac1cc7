#pragma once
/// Files that have arrived, on their way to be seen: written, staged, published, recorded, many at a time.

#include "run_scope.hpp"

#include <gangway/net/tree_download.hpp>

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace gangway::transfer {

/// A file whose octets are here.
struct arrived_file {
    wanted_file what;
    net::whole_content content;
};

/// A file that was given to the destination as a whole, or could not be.
struct written_file {
    wanted_file what{};
    std::unique_ptr<sink::writer> writer{};
    std::string sha256{};  ///< 32 octets
    std::optional<sink::staged_file> staged{};
    std::optional<base::error> failure{};  ///< set: it goes no further
};

/// Where the file goes; errors: none of its own, but a checksum that the sender tells otherwise.
[[nodiscard]] base::result<model::destination_key> settle_key(const run_scope& run, const wanted_file& file,
                                                              const std::string& sha256);
/// The claim under which this run has the file.
[[nodiscard]] sink::claim claim_of(const run_scope& run, const std::string& id);

/// All on one strand. Nothing here is interrupted by a cancellation: `settle` waits for it.
class landing {
  public:
    landing(run_scope& run, net::asio::any_io_executor strand);
    landing(const landing&) = delete;
    landing& operator=(const landing&) = delete;

    /// Rows that were claimed and are neither `fetched` nor failed in the ledger.
    std::set<std::string> open{};

    /// How many small files make a batch.
    [[nodiscard]] std::size_t batch_size() const noexcept { return batch_size_; }
    /// Waits until another batch may be started.
    [[nodiscard]] net::awaitable<void> room();
    /// Writes a batch of small files and takes it to its end, in the background.
    void start(std::vector<arrived_file> batch);
    /// Takes files that are written, or could not be fetched, to their end, in the background.
    void start(std::vector<written_file> batch);
    /// Waits for all that was started. What it threw is thrown here. A caller that was cancelled
    /// has `throw_if_cancelled(false)`.
    [[nodiscard]] net::awaitable<void> settle();

  private:
    void spawn(net::awaitable<void> work);
    [[nodiscard]] net::awaitable<void> write_and_land(std::vector<arrived_file> batch);
    [[nodiscard]] net::awaitable<void> land(std::vector<written_file> batch);
    [[nodiscard]] net::awaitable<void> stage(std::vector<written_file>& batch);
    [[nodiscard]] net::awaitable<bool> note_fetched(std::vector<written_file>& batch);
    [[nodiscard]] net::awaitable<void> publish(std::vector<written_file>& batch);
    [[nodiscard]] net::awaitable<bool> note_recorded(std::vector<written_file>& batch);
    [[nodiscard]] net::awaitable<void> note_failures(std::vector<written_file>& batch);

    run_scope& run_;
    net::asio::any_io_executor strand_;
    net::asio::steady_timer changed_;  ///< cancelled whenever a batch ends
    std::size_t batch_size_;
    std::size_t most_;         ///< batches at once
    std::size_t running_ = 0;  //
    std::exception_ptr broken_{};
};

}  // namespace gangway::transfer
