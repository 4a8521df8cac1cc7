#include <gangway/model/errors.hpp>
#include <gangway/transfer/zones.hpp>

#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <mutex>

namespace gangway::transfer {
namespace {

class icu_zone final : public model::time_zone {
  public:
    explicit icu_zone(std::unique_ptr<icu::TimeZone> zone) : zone_(std::move(zone)) {}

    std::chrono::seconds offset_at(std::chrono::sys_seconds when) const override {
        std::int32_t standard = 0, saving = 0;
        UErrorCode status = U_ZERO_ERROR;
        const std::scoped_lock lock{mutex_};
        zone_->getOffset(static_cast<UDate>(when.time_since_epoch().count()) * 1000, false, standard, saving, status);
        return std::chrono::seconds{(standard + saving) / 1000};
    }

  private:
    /// ICU makes its table of jumps at the first question; its promise about threads is for separate objects.
    mutable std::mutex mutex_;
    std::unique_ptr<icu::TimeZone> zone_;
};

bool may_be_a_name(std::string_view name) noexcept {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '_' ||
               c == '-' || c == '+';
    };
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fits);
}

}  // namespace

base::result<std::shared_ptr<const model::time_zone>> find_zone(std::string_view name, std::string_view field) {
    const auto refuse = [&] {
        return model::invalid(field, "a time zone is a name of the IANA database, such as Europe/Berlin or UTC");
    };
    if (!may_be_a_name(name)) return refuse();
    const icu::UnicodeString id{name.data(), static_cast<std::int32_t>(name.size()), US_INV};
    // ICU makes a zone of anything; only what it gives a canonical name without calling it its own is in the database.
    UErrorCode status = U_ZERO_ERROR;
    UBool from_database = false;
    icu::UnicodeString canonical;
    icu::TimeZone::getCanonicalID(id, canonical, from_database, status);
    if (U_FAILURE(status) || !from_database) return refuse();
    std::unique_ptr<icu::TimeZone> zone{icu::TimeZone::createTimeZone(id)};
    if (!zone || *zone == icu::TimeZone::getUnknown()) return refuse();
    return std::make_shared<icu_zone>(std::move(zone));
}

}  // namespace gangway::transfer
