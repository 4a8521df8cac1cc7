#pragma once
/// Times that come again, in the five fields of crontab(5).

#include <gangway/base/error.hpp>
#include <gangway/model/time_zone.hpp>

#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::model {

/// `minute hour day-of-month month day-of-week`, each a `*` or a list of numbers and ranges, each with a step if wanted
/// (`*/15`, `8-18/2`, `1,15`). Months and days of the week have English names of three letters, too, and Sunday is 0
/// or 7. Or one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually.
///
/// As in crontab(5): where neither day field starts with `*`, a day that satisfies one of them is enough.
///
/// Where clocks jump:
/// - With hours given (`30 2 * * *`), each time on the clock means one run. Times that are skipped are made up for by
/// one
///   run at the moment of the jump; times that come twice count the first time only.
/// - With every hour (`*/15 * * * *`), what is meant is a rhythm: it goes on through the repeated hour, and nothing is
///   made up for.
class cron {
  public:
    static constexpr std::size_t longest = 255;  ///< octets

    /// Refused, naming `field`: anything else, and days that never come (30 February).
    [[nodiscard]] static base::result<cron> parse(std::string_view text, std::string_view field = "cron");

    /// The first moment after `now`, on a whole minute of the zone's clocks. Nothing where none comes in 41 years.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> next_after(std::chrono::sys_seconds now,
                                                                     const time_zone& zone) const;
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    friend bool operator==(const cron&, const cron&) = default;

  private:
    explicit cron(std::string_view text) : text_(text) {}
    [[nodiscard]] bool comes_on(std::chrono::local_days day) const;
    [[nodiscard]] bool comes_ever() const;
    [[nodiscard]] std::optional<std::chrono::sys_seconds> next_of_times(std::chrono::sys_seconds now,
                                                                        const time_zone& zone) const;
    [[nodiscard]] std::optional<std::chrono::sys_seconds> next_of_rhythm(std::chrono::sys_seconds now,
                                                                         const time_zone& zone) const;

    std::string text_;
    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> month_days_;  ///< 1 to 31
    std::bitset<13> months_;      ///< 1 to 12
    std::bitset<7> week_days_;    ///< Sunday is 0
    bool either_day_ = false;     ///< both day fields are given, and one of them is enough
};

}  // namespace gangway::model
