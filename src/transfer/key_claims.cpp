#include "key_claims.hpp"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <stdexcept>

namespace gangway::transfer {

std::string folded_form(std::string_view text) {
    std::string out{text};
    if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
        std::ranges::transform(out, out.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        return out;
    }
    UErrorCode status = U_ZERO_ERROR;
    const auto* const composed = icu::Normalizer2::getNFCInstance(status);
    const auto* const decomposed = icu::Normalizer2::getNFDInstance(status);
    if (U_FAILURE(status)) throw std::runtime_error{"ICU has no normalisation data"};
    const auto characters = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
    out.clear();
    composed->normalize(decomposed->normalize(characters, status).foldCase(), status).toUTF8String(out);
    if (U_FAILURE(status)) throw std::runtime_error{"ICU cannot normalise"};
    return out;
}

std::string_view key_claims::claim(std::string_view key, std::string_view path) {
    const auto [place, is_new] = owners_.emplace(folded_ ? folded_form(key) : std::string{key}, path);
    return is_new ? std::string_view{} : place->second;
}

}  // namespace gangway::transfer
