// When something is due for an SA. Nobody takes an entry out when its SA is removed; instead those of SAs that are gone are
// dropped once they are many. So who replaces SAs all the time has about as many entries as SAs, whatever their lifetimes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "spd/spd.h"

namespace kw {

class DueTimes {
 public:
  struct Due {
    uint64_t at_us;
    SaRef sa;
    bool hard;
  };

  // `is_there` says whether an SA is. On average the cost does not depend on how many entries there are: they have
  // doubled since it was looked through them last.
  template <typename F>
  void push(const Due& due, F is_there) {
    if (entries_.size() >= clean_at_) {
      entries_.erase(std::remove_if(entries_.begin(), entries_.end(), [&](const Due& d) { return !is_there(d.sa); }),
                     entries_.end());
      std::make_heap(entries_.begin(), entries_.end(), later);
      clean_at_ = std::max(kFree, 2 * entries_.size());
    }
    entries_.push_back(due);
    std::push_heap(entries_.begin(), entries_.end(), later);
  }

  // The next one that is due; false: none is.
  bool pop(uint64_t now_us, Due& due) {
    if (entries_.empty() || entries_.front().at_us > now_us) return false;
    std::pop_heap(entries_.begin(), entries_.end(), later);
    due = entries_.back();
    entries_.pop_back();
    return true;
  }

  size_t size() const { return entries_.size(); }

  // So few are never looked through.
  static constexpr size_t kFree = 4096;

 private:
  static bool later(const Due& a, const Due& b) { return a.at_us > b.at_us; }
  std::vector<Due> entries_;
  size_t clean_at_ = kFree;
};

}  // namespace kw
