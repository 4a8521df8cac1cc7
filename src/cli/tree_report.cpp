#include "tree_report.hpp"

#include "json_text.hpp"
#include "listing_text.hpp"

#include <gangway/cli/failure.hpp>
#include <gangway/sftp/errors.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <tuple>

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
    bar_->advance(so_far.octets, so_far.files);
}

base::result<std::string> tree_report::end(const tree_outcome& all) {
    bar_->finish(all.octets);
    if (!all.failures.empty())
        return base::fail(
            sftp::errc::failure, base::phase::sftp,
            fmt::format("{} files were transferred; {} files or folders failed", all.files, all.failures.size()));
    if (all.passed_over != 0 && !wanted_.line.json && !wanted_.line.quiet)
        fmt::print(stderr, "gangway: {} links and special files were passed over\n", all.passed_over);
    if (!wanted_.line.json) return std::string{};
    return success_json({{"path", wanted_.path.octets()},
                         {"local", wanted_.local->native()},
                         {"files", all.files},
                         {"bytes", all.octets},
                         {"passedOver", all.passed_over}}) +
           "\n";
}

}  // namespace gangway::cli
