#pragma once
/// Files that have arrived, on their way to be seen: written, staged, published, recorded, many at a time.

#include "content_intake.hpp"
#include "run_scope.hpp"
#include "zip_unpacking.hpp"

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
    std::string sha256{};                        ///< of what arrived, 32 octets
    std::optional<unpacked_content> unpacked{};  ///< nothing: published as it arrived
    std::optional<sink::staged_file> staged{};
    std::vector<written_entry> entries{};  ///< of an archive, in place of `writer` and `staged`
    std::optional<base::error> failure{};  ///< set: it goes no further

    [[nodiscard]] bool is_archive() const { return unpacked && unpacked->how == model::unpacking::zip; }
};

/// What is done to the file on its way.
[[nodiscard]] model::unpacking unpacking_of(const run_scope& run, const wanted_file& file) noexcept;
/// Error: the sender tells another SHA-256 than that of what arrived.
[[nodiscard]] base::result<void> compare_checksum(const wanted_file& file, const std::string& sha256);
/// Where the file goes, whose content as it is published has this SHA-256.
[[nodiscard]] model::destination_key settle_key(const run_scope& run, const wanted_file& file,
                                                const std::string& sha256);
/// The same by another path than that of the file.
[[nodiscard]] model::destination_key render_key(const run_scope& run, const wanted_file& file, std::string_view path,
                                                const std::string& sha256);
[[nodiscard]] std::string hexadecimal(std::string_view octets);
/// Stages the files of an archive that is here. On a thread of the pool.
[[nodiscard]] base::result<void> write_archive(const run_scope& run, const packed_archive& from, written_file& out);
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
    [[nodiscard]] net::awaitable<void> publish_entries(written_file& archive);
    [[nodiscard]] net::awaitable<bool> note_recorded(std::vector<written_file>& batch);
    [[nodiscard]] net::awaitable<void> note_failures(std::vector<written_file>& batch);
    [[nodiscard]] net::awaitable<void> discard(const written_file& refused);

    run_scope& run_;
    net::asio::any_io_executor strand_;
    net::asio::steady_timer changed_;  ///< cancelled whenever a batch ends
    std::size_t batch_size_;
    std::size_t most_;         ///< batches at once
    std::size_t running_ = 0;  //
    std::exception_ptr broken_{};
};

}  // namespace gangway::transfer
