#pragma once
/// For tests: a flat SFTP server in memory, as a script for `scripted_sessions`.

#include "scripted_sessions.hpp"

#include <map>
#include <optional>
#include <string>

namespace gangway::api::testing {

/// Files by their path; folders are not known to it. A handle is the path of its file.
struct memory_files {
    std::map<std::string, std::string> files{};
    std::optional<std::uint64_t> full_from{};  ///< writes that end behind this offset of their file are refused
    bool refuses_removal = false;

    sftp_reply operator()(const sftp_request& asked) {
        base::byte_reader in{asked.rest};
        const std::string name{in.string()};
        const auto there = files.find(name);
        constexpr std::uint32_t ok = 0, no_such_file = 2, denied = 3, failure = 4;
        switch (asked.type) {
            case 3: {  // OPEN
                const auto flags = in.u32();
                constexpr std::uint32_t create = 8, truncate = 16, exclusive = 32;
                if (there == files.end() && (flags & create) == 0) return status(no_such_file);
                if (there != files.end() && (flags & exclusive) != 0) return status(failure);
                if (there == files.end() || (flags & truncate) != 0) files[name].clear();
                sftp_reply made{.type = 102};
                base::byte_writer{made.rest}.string(name);
                return made;
            }
            case 6: {  // WRITE
                const auto offset = in.u64();
                const std::string octets{in.string()};
                if (full_from && offset + octets.size() > *full_from) return status(failure, "No space left");
                if (there == files.end()) return status(ok);  // it was removed, and is open still
                if (there->second.size() < offset + octets.size()) there->second.resize(offset + octets.size());
                there->second.replace(offset, octets.size(), octets);
                return status(ok);
            }
            case 7:   // LSTAT
            case 8:   // FSTAT
            case 17:  // STAT
                if (there == files.end()) return status(no_such_file);
                return attrs(attributes(there->second.size(), 0100644, 1'700'000'000));
            case 13:  // REMOVE
                if (refuses_removal) return status(denied);
                return status(files.erase(name) == 1 ? ok : no_such_file);
            case 18: {  // RENAME
                const std::string to{in.string()};
                if (there == files.end()) return status(no_such_file);
                if (files.contains(to)) return status(failure);
                files[to] = there->second;
                files.erase(name);
                return status(ok);
            }
            default:  // CLOSE, FSETSTAT, …
                return status(ok);
        }
    }
};

}  // namespace gangway::api::testing
