#include "control/events.h"

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace kw {

bool EventHub::Listener::next(Event& event, unsigned milliseconds) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!came_.wait_for(lock, std::chrono::milliseconds(milliseconds), [this] { return !waiting_.empty(); })) return false;
  event = std::move(waiting_.front());
  waiting_.pop_front();
  if (lost_ != 0) {
    event.set_lost(event.lost() + lost_);
    lost_ = 0;
  }
  return true;
}

std::shared_ptr<EventHub::Listener> EventHub::listen() {
  std::lock_guard<std::mutex> lock(mutex_);
  listeners_.erase(std::remove_if(listeners_.begin(), listeners_.end(), [](const auto& l) { return l.expired(); }),
                   listeners_.end());
  if (listeners_.size() >= kMostListeners) return nullptr;
  auto listener = std::make_shared<Listener>();
  listeners_.push_back(listener);
  return listener;
}

size_t EventHub::listeners() {
  std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<size_t>(
      std::count_if(listeners_.begin(), listeners_.end(), [](const auto& l) { return !l.expired(); }));
}

uint64_t EventHub::lost() {
  std::lock_guard<std::mutex> lock(mutex_);
  return lost_;
}

void EventHub::publish(Event event, uint64_t lost) {
  std::lock_guard<std::mutex> lock(mutex_);
  event.set_generation(generation_);
  event.set_number(++number_);
  event.set_time_us(wall_clock_us());
  event.set_lost(lost);
  lost_ += lost;
  for (auto& weak : listeners_) {
    auto listener = weak.lock();
    if (!listener) continue;
    std::lock_guard<std::mutex> inner(listener->mutex_);
    if (listener->waiting_.size() >= kKept) {
      listener->lost_ += 1 + listener->waiting_.front().lost();
      lost_++;
      listener->waiting_.pop_front();
    }
    listener->waiting_.push_back(event);
    listener->came_.notify_one();
  }
}

}  // namespace kw
