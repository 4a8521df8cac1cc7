#include "tree_report.hpp"

#include "json_text.hpp"
#include "listing_text.hpp"
#include "local_ends.hpp"

#include <gangway/cli/failure.hpp>
#include <gangway/sftp/errors.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <tuple>
#include <utility>
#include <vector>

namespace gangway::cli {

tree_report::tree_report(const request& wanted) : wanted_(wanted) {
    bar_.emplace(!wanted.line.quiet && !wanted.line.json, std::nullopt);
}

void tree_report::told(const std::string& name, const base::error& why) {
    auto told = why;
    told.message = shown(name.empty() ? std::string{"the folder"} : name) + ": " + why.message;
    bar_->clear();
    std::ignore = report(told, wanted_.line.json);
}

void tree_report::moved(const tree_outcome& so_far) {
    if (so_far.expected) bar_->expect(*so_far.expected);
    bar_->advance(so_far.octets, so_far.files);
}

base::result<std::string> tree_report::end(const tree_outcome& all) {
    bar_->finish(all.octets);
    if (!all.failures.empty()) {
        base::error failure{
            sftp::errc::failure, base::phase::sftp,
            fmt::format("{} files were transferred; {} files or folders failed", all.files, all.failures.size())};
        if (wanted_.line.resume) say_what_is_kept(failure);
        return std::unexpected(std::move(failure));
    }
    if (all.unchanged != 0 && !wanted_.line.json && !wanted_.line.quiet)
        fmt::print(stderr, "gangway: {} files were there already\n", all.unchanged);
    if (all.passed_over != 0 && !wanted_.line.json && !wanted_.line.quiet)
        fmt::print(stderr, "gangway: {} links and special files were passed over\n", all.passed_over);
    if (!wanted_.line.json) return std::string{};
    std::vector<success_field> told{{"path", wanted_.path.octets()},
                                    {"local", wanted_.local->native()},
                                    {"files", all.files},
                                    {"bytes", all.octets},
                                    {"passedOver", all.passed_over}};
    if (wanted_.line.resume) told.emplace_back("unchanged", all.unchanged);
    return success_json(told) + "\n";
}

}  // namespace gangway::cli
