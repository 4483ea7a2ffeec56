// Why packets were dropped, by the names that metrics and events use.
#pragma once

#include <atomic>
#include <cstdint>

namespace kw {

#define KW_DROPS(X)                                                                    \
  X(kEthernet, "ethernet")                       /* runt, or an ethertype of nobody's */ \
  X(kOtherMac, "other_mac")                      /* for another station */              \
  X(kIpHeader, "ip_header")                      /* malformed */                        \
  X(kNoPolicy, "no_policy")                                                            \
  X(kHold, "hold")                                                                     \
  X(kTrap, "trap")                                                                     \
  X(kDiscard, "discard")                                                               \
  X(kPolicyChanged, "policy_changed")            /* while a part of a packet waited to leave */ \
  X(kNotComplete, "policies_incomplete")         /* would go in clear, too early */     \
  X(kClearForProtected, "clear_for_protected")   /* came in clear, must be ESP */       \
  X(kNoSa, "no_sa")                              /* the policy's SA is gone */          \
  X(kSaExpired, "sa_expired")                                                          \
  X(kSequence, "sequence_exhausted")                                                   \
  X(kUnknownSpi, "unknown_spi")                                                        \
  X(kEncapsulation, "encapsulation")             /* UDP where plain ESP is agreed, or the other way */ \
  X(kReplay, "replay")                                                                 \
  X(kIntegrity, "integrity")                                                           \
  X(kEspMalformed, "esp_malformed")                                                    \
  X(kEspDummy, "esp_dummy")                      /* RFC 4303 section 2.6 */             \
  X(kSelectors, "selectors")                     /* outside of what the SA may carry */ \
  X(kInboundPolicy, "inbound_policy")            /* no inbound policy takes it */       \
  X(kEcn, "ecn")                                 /* RFC 6040 section 4.2 */             \
  X(kTtl, "ttl")                                                                       \
  X(kNoRoute, "no_route")                                                              \
  X(kNoNeighbour, "no_neighbour")                                                      \
  X(kTooBig, "too_big")                                                                \
  X(kFragmentation, "fragmentation")                                                   \
  X(kReassembly, "reassembly")                   /* fragments that never became a packet */ \
  X(kNotForUs, "no_service")                     /* to the router, which serves nothing there */ \
  X(kKeepalive, "nat_keepalive")                                                       \
  X(kRing, "core_ring_full")                                                           \
  X(kSlowRing, "slow_path_full")                                                       \
  X(kNoController, "no_controller")              /* IKE, and nobody to give it to */    \
  X(kIkeQueue, "ike_queue_full")                 /* more IKE than the controller takes */ \
  X(kMartian, "martian")                         /* from or to what is no host (RFC 1812 section 5.3.7) */ \
  X(kCrypto, "crypto_device")                                                          \
  X(kTransmit, "transmit")                                                             \
  X(kMemory, "no_buffer")                                                              \
  X(kLinearize, "segments")

enum class Drop : uint8_t {
#define X(id, name) id,
  KW_DROPS(X)
#undef X
      kCount
};

constexpr unsigned kDropReasons = static_cast<unsigned>(Drop::kCount);

inline const char* name_of(Drop reason) {
  static const char* const names[] = {
#define X(id, name) name,
      KW_DROPS(X)
#undef X
  };
  return names[static_cast<unsigned>(reason)];
}

// Counters that one core writes and others read.
struct Counter {
  std::atomic<uint64_t> value{0};
  void add(uint64_t n = 1) {
    value.store(value.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  uint64_t get() const { return value.load(std::memory_order_relaxed); }
};

}  // namespace kw
