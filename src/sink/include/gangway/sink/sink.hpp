#pragma once
/// A place where pulled files land: what a local folder and a bucket have in common.
///
/// A file gets there in three steps, between which the ledger is written, so that a crash at any moment is seen for
/// what it was:
///
///     begin → write … → finish      the octets are somewhere, under a name that follows from the claim
///     stage                         they are complete and survive a power failure; nobody sees them under their key
///     publish                       they appear under their key, whole and once; nothing is ever replaced
///
/// After a crash the ledger says how far a file had come. What was not known to be staged is discarded and fetched
/// again; what was staged is given to `recover`, which finishes the step or tells that it had been finished.
///
/// Memory does not grow with the size of files. All calls block, those on a writer from one thread at a time; a sink
/// may be used by several threads. Two sinks, of two processes too, may work on one destination: claims keep them
/// apart.
///
/// Errors are of sink::errc.

#include <gangway/base/error.hpp>
#include <gangway/model/destination_key.hpp>
#include <gangway/sink/errors.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::sink {

/// One owner's try at one row of the ledger. A row that changes owners gets a higher fence.
struct claim {
    std::string row{};  ///< the row's id: 1 to 64 lower-case letters and digits
    std::uint64_t fence = 0;
    friend bool operator==(const claim&, const claim&) = default;
};

/// "<row>-<fence>": the beginning of every temporary name, so that whoever comes after a crash finds them.
[[nodiscard]] std::string claim_text(const claim& value);
/// Nothing for any text that `claim_text` does not give.
[[nodiscard]] std::optional<claim> parse_claim(std::string_view text);

/// A file that is complete and safe but not visible yet. The ledger keeps all of it.
struct staged_file {
    model::destination_key key;
    std::uint64_t size = 0;
    std::string sha256{};  ///< 32 octets
    /// Under which claim it was staged, and as what: "<row>-<fence>", and behind a colon the id of an upload where
    /// there is one. Visible ASCII, at most 1200 octets. The row may have a higher fence by the time it is recovered.
    std::string evidence{};
};

/// The parts of evidence; the first is nothing where it is none.
[[nodiscard]] std::optional<claim> claim_in(std::string_view evidence);
[[nodiscard]] std::string_view upload_in(std::string_view evidence) noexcept;

enum class publication : std::uint8_t {
    published,      ///< it appeared now
    already_there,  ///< the same content was there under this key
};

enum class recovery : std::uint8_t {
    published,      ///< it is there now, by this call or by the one that was interrupted
    already_there,  ///< the same content was there under this key
    consumed,       ///< it had been published, and somebody has taken it away: publishing again would repeat it
    lost,           ///< nothing is there and nothing proves that it ever was: fetch it again
};

/// One file on its way. Destroying it before it is published removes what it left, as far as that can be done; what it
/// leaves after `stage` is kept for `recover`.
class writer {
  public:
    writer() = default;
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;
    virtual ~writer() = default;

    /// Before the first octet: what is staged of it is to outlive this process, also where it is small, as long as it
    /// has an octet at all.
    virtual void keep() {}
    /// After a failure nothing but destroying it makes sense.
    [[nodiscard]] virtual base::result<void> write(std::string_view octets) = 0;
    /// All octets were written, and have this SHA-256 (32 octets). `key` as given to `begin`, if it was.
    [[nodiscard]] virtual base::result<void> finish(const model::destination_key& key, std::string_view sha256) = 0;
};

/// What the ledger knows to be on its way. Asked from the thread that calls `sweep`.
struct liveness {
    std::function<bool(const claim&)> claim;       ///< in work, or named by evidence
    std::function<bool(std::string_view)> upload;  ///< named by evidence
};

struct sweep_report {
    std::size_t removed = 0;  ///< temporary files or uploads
    std::size_t kept = 0;     ///< of claims that are alive
};

class sink {
  public:
    virtual ~sink() = default;

    /// `key`: where it shall go, if that is known; `size`: how large it is said to be.
    [[nodiscard]] virtual base::result<std::unique_ptr<writer>> begin(const claim& owner,
                                                                      const std::optional<model::destination_key>& key,
                                                                      std::optional<std::uint64_t> size) = 0;

    /// Makes finished writers of this sink durable, many at the cost of few. One answer for each.
    [[nodiscard]] virtual std::vector<base::result<staged_file>> stage(std::span<writer* const> finished) = 0;
    /// Gives staged writers their keys. One answer for each; `conflict` where other content is there, `fenced_off`
    /// where the staged file was taken away by another owner.
    [[nodiscard]] virtual std::vector<base::result<publication>> publish(std::span<writer* const> staged) = 0;

    /// For a file that was staged by somebody who is gone.
    [[nodiscard]] virtual base::result<recovery> recover(const staged_file& file) = 0;
    /// Removes a staged file. Nothing there is no error. After this its owner cannot publish it, should it wake up.
    [[nodiscard]] virtual base::result<void> discard(const staged_file& file) = 0;
    /// Removes what was left of which `alive` knows nothing.
    [[nodiscard]] virtual base::result<sweep_report> sweep(const liveness& alive) = 0;
    /// How many files `stage` and `publish` are best given at a time. One: call them from several threads instead.
    [[nodiscard]] virtual std::size_t batch_size() const noexcept = 0;
};

}  // namespace gangway::sink
