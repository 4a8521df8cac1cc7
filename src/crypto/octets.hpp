#pragma once
/// The border to C libraries that want `unsigned char`.

#include <string>
#include <string_view>

namespace gangway::crypto {

[[nodiscard]] inline const unsigned char* data_of(std::string_view octets) noexcept {
    return reinterpret_cast<const unsigned char*>(octets.data());
}
[[nodiscard]] inline unsigned char* data_of(std::string& octets) noexcept {
    return reinterpret_cast<unsigned char*>(octets.data());
}

}  // namespace gangway::crypto
