// Events on their way to whoever listens. A slow listener loses the oldest ones, and is told how many.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "keyway/vrouter/v1/vrouter.pb.h"

namespace kw {

class EventHub {
 public:
  using Event = ::keyway::vrouter::v1::Event;
  static constexpr size_t kKept = 4096;
  static constexpr size_t kMostListeners = 8;

  class Listener {
   public:
    // Waits up to `milliseconds`; false when nothing came.
    bool next(Event& event, unsigned milliseconds);

   private:
    friend class EventHub;
    std::mutex mutex_;
    std::condition_variable came_;
    std::deque<Event> waiting_;
    uint64_t lost_ = 0;
  };

  explicit EventHub(uint64_t generation) : generation_(generation) {}

  // Null when there are too many already.
  std::shared_ptr<Listener> listen();
  // Fills in generation, number and time. `lost`: events that never got here.
  void publish(Event event, uint64_t lost = 0);
  // For metrics: who listens now, and how many events were lost on their way to somebody.
  size_t listeners();
  uint64_t lost();

 private:
  uint64_t generation_;
  std::mutex mutex_;
  uint64_t number_ = 0;
  uint64_t lost_ = 0;
  std::vector<std::weak_ptr<Listener>> listeners_;
};

}  // namespace kw
