#pragma once
/// How one version of a file gets here exactly once, whatever is killed on the way (docs/read-once.md).
///
///     discovered → stable → claimed → fetched → published → recorded → finalised
///
/// The ledger's row is the truth; each arrow is one transaction, made only by the holder of the row's fence, after the
/// effect that it tells of. So whoever finds a row knows that everything up to its stage has happened, and that the
/// next effect may have happened or not. What to do then is a function of the stage and of whether the finder did the
/// step before itself.

#include <gangway/base/error.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace gangway::transfer {

enum class file_stage : std::uint8_t {
    discovered,  ///< seen in a listing
    stable,      ///< complete, as far as the rules can tell
    claimed,     ///< being downloaded by the holder of the fence
    fetched,     ///< staged at its destination: complete, durable, not visible
    published,   ///< visible under its key
    recorded,    ///< in the history; never pulled again
    finalised,   ///< the post-action is done, or there is none
    abandoned,   ///< changed or gone before it was here
};

/// `own`: this process did the last step, under the fence it holds, and has the writer still in its hand.
/// `inherited`: somebody did, who may be dead or only slow.
enum class hold : std::uint8_t { own, inherited };

enum class file_step : std::uint8_t {
    none,     ///< nothing is left to do, or planning decides
    claim,    //
    fetch,    ///< download, compare, stage
    publish,  ///< give it its key
    recover,  ///< ask the sink how far publishing had come, and finish it
    release,  ///< start over: what was downloaded was never known to be complete
    record,   ///< write the history
    finish,   ///< the post-action
};

/// What happens next to a row.
[[nodiscard]] file_step next_step(file_stage stage, hold how) noexcept;

enum class step_outcome : std::uint8_t {
    done,     //
    lost,     ///< recover: nothing was there and nothing proves that it had been
    later,    ///< it did not work out, and may another time
    refused,  ///< it will not work out like this: other content has the key, or the source is no longer what it was
};

/// The stage to write after a step that ended so. Nothing: that step cannot end so from that stage.
///
/// A failed fetch goes back to `stable`. A failed publication stays `fetched`, because it may have worked: the next
/// try is to `recover`. Whoever is refused as fenced off writes nothing at all: the row is somebody else's.
[[nodiscard]] std::optional<file_stage> stage_after(file_step step, step_outcome outcome) noexcept;

/// The source as it is when the post-action comes.
struct source_look {
    std::uint64_t size = 0;
    std::optional<std::uint32_t> mtime{};
};
enum class source_finding : std::uint8_t {
    same,     ///< the version that was pulled: carry the post-action out
    gone,     ///< somebody has been there, perhaps a try of ours whose answer was lost: done
    changed,  ///< another version, which nobody has pulled: leave it alone
};
/// `now` is nothing where the server says that there is no such file.
[[nodiscard]] source_finding judge_source(const source_look& pulled, const std::optional<source_look>& now) noexcept;

}  // namespace gangway::transfer
