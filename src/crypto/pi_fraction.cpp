#include "pi_fraction.hpp"

#include <algorithm>

namespace gangway::crypto {
namespace {

/// A fixed-point number: one word before the point, and two more behind it than are asked for. Each of the about 9300
/// terms below is cut off, which costs at most one unit in the last place: 14 of the 64 guard bits.
using fixed = std::array<std::uint32_t, 1 + blowfish_words + 2>;

/// `out` = `number` / `divisor`. Words before `first` are zero in `number` and stay untouched in `out`.
void divide(const fixed& number, std::uint32_t divisor, std::size_t first, fixed& out) noexcept {
    std::uint64_t remainder = 0;
    for (std::size_t i = first; i < number.size(); ++i) {
        const std::uint64_t dividend = remainder << 32 | number[i];
        out[i] = static_cast<std::uint32_t>(dividend / divisor);
        remainder = dividend % divisor;
    }
}

/// `sum` += `number` or `sum` -= `number`, where words of `number` before `first` count as zero.
void accumulate(fixed& sum, const fixed& number, std::size_t first, bool subtract) noexcept {
    std::uint64_t carry = subtract ? 1 : 0;
    for (std::size_t i = sum.size(); i-- > 0;) {
        const std::uint32_t word = i < first ? 0 : number[i];
        carry += std::uint64_t{sum[i]} + (subtract ? ~word : word);
        sum[i] = static_cast<std::uint32_t>(carry);
        carry >>= 32;
    }
}

/// `sum` ± `scale` · arctan(1/x), by Gregory's series: 1/x − 1/(3x³) + 1/(5x⁵) − …
void add_arctangent(fixed& sum, std::uint32_t scale, std::uint32_t x, bool subtract) noexcept {
    fixed power{}, term{};
    power[0] = scale;
    divide(power, x, 0, power);
    std::size_t first = 0;
    for (std::uint32_t k = 1; first < power.size(); k += 2) {
        divide(power, k, first, term);
        accumulate(sum, term, first, subtract);
        subtract = !subtract;
        divide(power, x * x, first, power);
        while (first < power.size() && power[first] == 0)
            ++first;
    }
}

}  // namespace

std::array<std::uint32_t, blowfish_words> pi_fraction() noexcept {
    fixed pi{};  // Machin: pi = 16 arctan(1/5) − 4 arctan(1/239)
    add_arctangent(pi, 16, 5, false);
    add_arctangent(pi, 4, 239, true);
    std::array<std::uint32_t, blowfish_words> words{};
    std::copy_n(pi.begin() + 1, words.size(), words.begin());
    return words;
}

}  // namespace gangway::crypto
