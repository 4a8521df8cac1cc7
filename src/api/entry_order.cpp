#include <gangway/api/entry_order.hpp>
#include <gangway/base/utf8.hpp>

#include <unicode/coll.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gangway::api {
namespace {

/// Turns names into octets that compare as the names are ordered.
class name_keys {
  public:
    name_keys() {
        UErrorCode status = U_ZERO_ERROR;
        collator_.reset(icu::Collator::createInstance(icu::Locale::getRoot(), status));
        if (U_FAILURE(status) != 0) throw std::runtime_error{"ICU has no root collation"};
    }

    /// Appends the key of `name` to `keys`.
    void append(std::string_view name, std::string& keys) {
        if (!base::is_utf8(name)) return append(base::to_utf8(name), keys);
        const auto length = static_cast<std::int32_t>(name.size());
        if (units_.size() < name.size()) units_.resize(name.size());
        std::int32_t units = 0;
        UErrorCode status = U_ZERO_ERROR;
        ::u_strFromUTF8(units_.data(), static_cast<std::int32_t>(units_.size()), &units, name.data(), length, &status);

        // A key is about as long as its name; where it is longer, the first call only tells its length.
        const auto start = keys.size();
        std::int32_t room = 2 * units + 16;
        for (;;) {
            keys.resize(start + static_cast<std::size_t>(room));
            auto* const to = reinterpret_cast<std::uint8_t*>(keys.data() + start);
            const auto needed = collator_->getSortKey(units_.data(), units, to, room);
            if (needed <= room) return keys.resize(start + static_cast<std::size_t>(needed));
            room = needed;
        }
    }

  private:
    std::unique_ptr<icu::Collator> collator_;
    std::u16string units_;
};

struct place {
    std::size_t index;
    std::size_t key_start, key_size;
    bool is_file;
};

}  // namespace

std::vector<std::size_t> listing_order(std::span<const net::directory_entry> entries) {
    name_keys make;
    std::string keys;
    std::vector<place> places;
    places.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto start = keys.size();
        make.append(entries[i].name, keys);
        places.push_back({i, start, keys.size() - start, !entries[i].attributes.is_directory()});
    }
    std::ranges::sort(places, [&](const place& left, const place& right) {
        if (left.is_file != right.is_file) return right.is_file;
        const std::string_view all = keys;
        const auto order =
            all.substr(left.key_start, left.key_size).compare(all.substr(right.key_start, right.key_size));
        return order != 0 ? order < 0 : entries[left.index].name < entries[right.index].name;
    });
    std::vector<std::size_t> order;
    order.reserve(places.size());
    for (const auto& each : places)
        order.push_back(each.index);
    return order;
}

}  // namespace gangway::api
