// The window in which packets of an inbound SA may come in any order, each once (RFC 4303 section 3.4.3), with the trick of
// RFC 6479: words are cleared as the window passes over them, and nothing is shifted.
//
// librte_ipsec has a window too, and in DPDK 22.11 it forgets the numbers whose low six bits are 32 and above (it keeps a bit
// of a 64-bit word in 32 bits), so that half of all packets could come again. This one is what counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kw {

class ReplayWindow {
 public:
  // `size` packets; 0: everything is new.
  explicit ReplayWindow(uint32_t size = 0) : size_(size) {
    if (size == 0) return;
    size_t words = 4;
    while (words < size / 64 + 2) words *= 2;
    seen_.resize(words);
  }

  // The window that the library gets for one of `size` here. It is wider by a word, as the library lets the oldest and the newest
  // word of a window share their place (RFC 6479 has one more), so that late packets made it refuse new ones; and 64 at least,
  // which the library takes in any case with extended numbers, so that both take a packet for the same number.
  static uint32_t reach(uint32_t size) { return size == 0 ? 0 : (size + 63) / 64 * 64 + 64; }

  // The whole number of which `low` came, for extended ones (RFC 4303 appendix A2.2), when it comes: the one with which the
  // library checks that the packet is authentic.
  uint64_t whole(uint32_t low) const {
    auto top = static_cast<uint32_t>(highest_);
    uint64_t high = highest_ >> 32;
    uint32_t back = reach(size_);
    uint32_t bottom = top - back + 1;
    if (top >= back - 1) {
      high += low < bottom ? 1 : 0;
    } else if (high != 0) {
      high -= low >= bottom ? 1 : 0;
    }
    return high << 32 | low;
  }

  // Notes the number of an authentic packet. False: it came before, or is too old to tell.
  bool accept(uint64_t sequence) {
    if (size_ == 0) {
      if (sequence > highest_) highest_ = sequence;
      return true;
    }
    if (sequence == 0) return false;
    size_t mask = seen_.size() - 1;
    if (sequence > highest_) {
      uint64_t from = highest_ >> 6;
      uint64_t passed = (sequence >> 6) - from;
      if (passed > seen_.size()) passed = seen_.size();
      for (uint64_t i = 1; i <= passed; i++) seen_[(from + i) & mask] = 0;
      highest_ = sequence;
    } else if (highest_ - sequence >= size_) {
      return false;
    }
    uint64_t& word = seen_[(sequence >> 6) & mask];
    uint64_t bit = 1ULL << (sequence & 63);
    if ((word & bit) != 0) return false;
    word |= bit;
    return true;
  }

  uint64_t highest() const { return highest_; }

 private:
  uint64_t highest_ = 0;
  uint32_t size_;
  std::vector<uint64_t> seen_;
};

}  // namespace kw
