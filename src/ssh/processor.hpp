#pragma once
/// What the processor is good at.

namespace gangway::ssh {

/// Whether it has instructions for AES. Without them ChaCha20 is faster, and AES in software leaks by its timing.
[[nodiscard]] bool processor_has_aes() noexcept;

}  // namespace gangway::ssh
