#include "dry_run_body.hpp"

#include "managed_call.hpp"
#include "pull_answers.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::size_t piece = 64UZ * 1024;

void write_file(json_writer& json, const transfer::dry_run_file& file) {
    json.begin_object();
    write_octets(json, "path", file.path);
    if (file.size) json.number("size", *file.size);
    if (file.mtime) json.date("mtime", *file.mtime);
    json.text("verdict", transfer::to_string(file.code));
    json.flag("pulled", transfer::is_pulled(file.code));
    json.flag("waiting", transfer::is_waiting(file.code));
    json.octets("sentence", file.sentence);
    if (file.unpack != model::unpacking::none) json.text("unpack", model::to_string(file.unpack));
    if (file.key) json.text("key", *file.key);
    json.end_object();
}

class verdicts final : public streamed_body {
  public:
    verdicts(transfer::dry_run result, list_form how) : result_(std::move(result)), how_(how) {}

    net::async_result<void> send(body_sink& out) override {
        std::string text;
        json_writer json{text};
        if (how_ == list_form::object) {
            json.begin_object();
            json.flag("success", true);
            write_totals(json);
            json.begin_array("files");
        }
        bool first = true;
        for (const auto& file : result_.files) {
            // What was written before is gone: the writer sees no comma to place.
            if (how_ == list_form::object && !std::exchange(first, false)) text += ",\n";
            write_file(json, file);
            if (how_ == list_form::lines) text += '\n';
            if (text.size() < piece) continue;
            if (auto sent = co_await out.write(text); !sent) co_return sent;
            text.clear();
        }
        if (how_ == list_form::object) {
            text += "]}";
        } else {
            json.begin_object();
            json.flag("end", true);
            write_totals(json);
            json.end_object();
            text += '\n';
        }
        co_return co_await out.write(text);
    }

  private:
    void write_totals(json_writer& json) const {
        const auto pulled =
            std::ranges::count_if(result_.files, [](const auto& file) { return transfer::is_pulled(file.code); });
        json.number("count", result_.files.size());
        json.number("pulled", static_cast<std::uint64_t>(pulled));
        if (result_.look_again) write_date(json, "lookAgainAt", store::timestamp{*result_.look_again});
    }

    transfer::dry_run result_;
    list_form how_;
};

}  // namespace

std::unique_ptr<streamed_body> dry_run_body(transfer::dry_run result, list_form how) {
    return std::make_unique<verdicts>(std::move(result), how);
}

}  // namespace gangway::api
