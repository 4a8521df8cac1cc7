#include "curl_transport.hpp"
#include "s3_sink.hpp"

#include <gangway/sink/s3_bucket.hpp>

#include <condition_variable>
#include <mutex>

namespace gangway::sink {
namespace {

class stoppable_pause final : public pause {
  public:
    explicit stoppable_pause(std::stop_token stop) : stop_(std::move(stop)) {}

    bool wait(std::chrono::milliseconds time) override {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock{mutex};
        never.wait_for(lock, stop_, time, [] { return false; });
        return !stop_.stop_requested();
    }

  private:
    std::stop_token stop_;
};

}  // namespace

base::result<std::unique_ptr<sink>> open_s3_bucket(s3_settings settings, const s3_credentials& credentials,
                                                   const base::clock& clock, address_check may_reach,
                                                   std::stop_token stop) {
    if (auto checked = settings.check(); !checked) return std::unexpected(std::move(checked.error()));
    if (!are_usable(credentials))
        return base::fail(errc::refused, base::phase::storage, "the credentials of the bucket are not usable");
    auto transport = make_curl_transport(settings, credentials, std::move(may_reach), stop);
    return make_s3_sink(std::move(settings), std::move(transport), std::make_unique<stoppable_pause>(std::move(stop)),
                        clock);
}

}  // namespace gangway::sink
