// What the policies said about the last packets of one core, so that the packets of a flow ask them once.
//
// An answer holds for one version of the policies. A version is over before the policies that it knew are given back
// (Spd::unlink), and whoever asks begins each round with the version of that moment: what is remembered of an older one,
// which may point to what is gone, is never looked at.
#pragma once

#include <array>

#include "spd/spd.h"

namespace kw {

class FlowCache {
 public:
  // At the start of each round of the core, after it was quiescent.
  void begin(const Spd& spd) { version_ = spd.version(); }

  // That of this round, and of all that is found in it.
  uint64_t version() const { return version_; }

  struct alignas(64) Flow {
    uint64_t version = 0;
    uint64_t rest = 0;
    Bits128 source, destination;
    const Policy* policy = nullptr;
    // The core's own remark on packets of this flow: for whom it looked at all that does not differ between them, and
    // found that they may pass. Any SaRef; who has no SA writes kNobody.
    SaRef passed;
  };
  // As `passed`: packets that did not come by an SA.
  static constexpr SaRef kNobody{0xffffffff, 0xffffffff};

  // The policy and what is remembered of a flow; null where there is no policy for it.
  Flow* find(const Spd& spd, const IpView& p) {
    uint64_t rest = rest_of(p);
    size_t at = place(p, rest);
    if (holds(flows_[at], p, rest)) return &flows_[at];
    if (holds(flows_[at ^ 1], p, rest)) return &flows_[at ^ 1];
    return ask(spd, p, rest, at);
  }

  // The same, but only what is remembered.
  const Flow* peek(const IpView& p) const {
    uint64_t rest = rest_of(p);
    size_t at = place(p, rest);
    if (holds(flows_[at], p, rest)) return &flows_[at];
    return holds(flows_[at ^ 1], p, rest) ? &flows_[at ^ 1] : nullptr;
  }

  // For who will ask soon.
  void prefetch(const IpView& p) const { __builtin_prefetch(&flows_[place(p, rest_of(p))]); }

 private:
  bool holds(const Flow& flow, const IpView& p, uint64_t rest) const {
    return flow.version == version_ && flow.rest == rest && flow.source == p.source && flow.destination == p.destination;
  }
  static uint64_t rest_of(const IpView& p) {
    return static_cast<uint64_t>(p.source_port) << 48 | static_cast<uint64_t>(p.destination_port) << 32 |
           static_cast<uint64_t>(p.protocol) << 16 | static_cast<uint64_t>(p.family) << 8 | (p.ports_visible ? 1 : 0);
  }
  static size_t place(const IpView& p, uint64_t rest) {
    uint64_t mixed = (p.source.hi ^ p.source.lo) * 0x9e3779b97f4a7c15ULL ^ (p.destination.hi ^ p.destination.lo) ^
                     (rest << 20 | rest >> 44);
    return mixed * 0xbf58476d1ce4e5b9ULL >> (64 - kBits);
  }
  [[gnu::noinline]] Flow* ask(const Spd& spd, const IpView& p, uint64_t rest, size_t at) {
    const Policy* policy = spd.find(p);
    if (policy == nullptr) return nullptr;
    // Two flows whose packets take turns at one place must not drive each other out.
    flows_[at ^ 1] = flows_[at];
    flows_[at] = {version_, rest, p.source, p.destination, policy, SaRef{}};
    return &flows_[at];
  }

  static constexpr unsigned kBits = 12;
  uint64_t version_ = 0;
  std::array<Flow, 1 << kBits> flows_;
};

}  // namespace kw
