#pragma once
/// Many small files at once: each is two round trips, and hundreds are on their way at the same time.

#include "folder_look.hpp"

#include <gangway/net/sftp_client.hpp>
#include <gangway/net/tree_download.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace gangway::transfer {

/// A larger file is read as a stream.
inline constexpr std::uint64_t largest_small_file = std::uint64_t{1024} * 1024;

struct fetched_file {
    wanted_file what{};
    base::result<net::whole_content> content = net::whole_content{std::string{}};
    bool in_pieces = false;  ///< the server gives less than it is asked for: to be read as a stream
};

/// Reads files whole. What FSTAT shows before and after the READs, and the number of octets, must be what the listing
/// said: otherwise it is `source_changed`. Runs on the client's strand; the client outlives it. Destroying it abandons
/// what is in flight.
class small_files {
  public:
    small_files(net::sftp_client& client, model::remote_path root, std::vector<wanted_file> files);

    /// The next file that is here, or failed, in the order in which they end; nothing when there are no more.
    /// Error: the connection is lost.
    [[nodiscard]] net::async_result<std::optional<fetched_file>> next();

  private:
    enum class step : std::uint8_t { open, look, read };
    struct in_flight {
        wanted_file what;
        std::size_t waiting = 0;               ///< answers
        std::size_t parts = 0;                 ///< READs that were sent
        std::string joined{};                  ///< the octets, if they come in several parts
        bool in_pieces = false;                ///< did a READ give less than was asked for, and not at the end?
        std::optional<sftp::reply> frame{};    ///< the octets, if they come in one
        std::optional<base::error> failure{};  ///< the first
    };
    struct label {
        step what;
        std::uint32_t slot;
        std::uint32_t part;
    };
    [[nodiscard]] static std::uint64_t tag_of(label of) noexcept;
    [[nodiscard]] static label label_of(std::uint64_t tag) noexcept;

    void fill();
    void opened(std::uint32_t slot, const sftp::reply& answer);
    void looked(in_flight& file, const sftp::reply& answer);
    void part_arrived(in_flight& file, std::uint32_t part, sftp::reply answer);
    template <class Request>
    bool send(in_flight& file, const Request& request, label of);
    [[nodiscard]] std::optional<fetched_file> taken(std::uint32_t slot);

    net::sftp_client& client_;
    model::remote_path root_;
    std::vector<wanted_file> files_;
    std::size_t next_ = 0;  ///< in `files_`
    std::unordered_map<std::uint32_t, in_flight> flying_{};
    std::vector<fetched_file> refused_{};  ///< that could not even be asked for
    std::size_t most_ = 0;                 ///< in flight
    std::uint64_t chunk_ = 0;              ///< octets of a READ
    std::uint64_t octets_ = 0;             ///< of the files in flight
    net::call_pipeline calls_;             ///< goes first
};

}  // namespace gangway::transfer
