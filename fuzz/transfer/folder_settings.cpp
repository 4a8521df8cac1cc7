/// Any text as each column of a folder: what is read is written as a text that reads back as itself.

#include <gangway/transfer/folder_settings.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace gangway::transfer;

namespace {

void expect(bool kept) {
    if (!kept) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{data, data + size};
    if (const auto rules = read_rules(text)) expect(read_rules(write_rules(*rules)).value() == *rules);
    if (const auto where = read_destination(text)) {
        const auto kept = write_destination(*where, identity_of_folder::kept);
        const auto again = read_destination(kept);
        expect(again && write_destination(*again, identity_of_folder::kept) == kept);
    }
    if (const auto when = read_schedule(text)) expect(read_schedule(write_schedule(*when)).value() == *when);
    if (const auto what = read_expected_by(text)) expect(read_expected_by(write_expected_by(*what)).value() == *what);
    return 0;
}
