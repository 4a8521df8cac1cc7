#include <gangway/sftp/detail/request_table.hpp>

#include <algorithm>

namespace gangway::sftp::detail {

void request_table::add(pending request) {
    slots_[slot_of(request.id)] = request;
    ++size_;
    if (request.interest == interest::wanted) ++wanted_;
    if (request.kind->type == packet_type::readdir) ++listings_;
    if (size_ > slots_.size() / 2) grow();
    do {
        ++next_id_;
    } while (slots_[slot_of(next_id_)].kind != nullptr);
}

const pending* request_table::find(request_id id) const noexcept {
    const auto& slot = slots_[slot_of(id)];
    return slot.kind != nullptr && slot.id == id ? &slot : nullptr;
}

void request_table::lose_interest(request_id id) noexcept {
    auto& slot = slots_[slot_of(id)];
    if (find(id) == nullptr || slot.interest == interest::none) return;
    slot.interest = interest::none;
    --wanted_;
}

void request_table::remove(request_id id) noexcept {
    if (find(id) == nullptr) return;
    lose_interest(id);
    auto& slot = slots_[slot_of(id)];
    if (slot.kind->type == packet_type::readdir) --listings_;
    slot = {};
    --size_;
}

std::vector<std::uint64_t> request_table::clear() {
    std::vector<pending> wanted;
    std::ranges::copy_if(slots_, std::back_inserter(wanted),
                         [](const pending& slot) { return slot.kind != nullptr && slot.interest == interest::wanted; });
    std::ranges::sort(wanted, {}, &pending::begin);
    std::vector<std::uint64_t> tokens;
    std::ranges::transform(wanted, std::back_inserter(tokens), &pending::token);
    *this = {};
    return tokens;
}

void request_table::grow() {
    // Ids whose low bits differ still differ when one more bit counts, so every request finds its own slot free.
    std::vector<pending> smaller(2 * slots_.size());
    smaller.swap(slots_);
    for (const auto& slot : smaller) {
        if (slot.kind != nullptr) slots_[slot_of(slot.id)] = slot;
    }
}

}  // namespace gangway::sftp::detail
