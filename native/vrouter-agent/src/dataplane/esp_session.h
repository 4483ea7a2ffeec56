// Sessions of librte_ipsec on one crypto device.
#pragma once

#include <rte_ipsec.h>

#include <string>
#include <vector>

#include "sa/sa.h"

struct rte_mempool;

namespace kw {

struct EspSession {
  rte_ipsec_session ipsec;
  uint32_t sa_octets;
  // The device can work within the call for this SA: `at_once` has the same SA and keys, and spares its queues.
  bool synchronous;
  rte_ipsec_session at_once;
};

// Used by one thread at a time.
class DeviceSessions : public EspSessions {
 public:
  // `device` is a started crypto device; `pool` gives its sessions.
  DeviceSessions(uint8_t device, rte_mempool* pool) : device_(device), pool_(pool) {}

  EspSession* open(const SaConfig& config, const KeyMaterial& keys, Outcome& outcome) override;
  void close(EspSession* session) override;

  // What the device can do of all_suites().
  std::vector<const Suite*> suites() const;
  bool can(const Suite& suite) const;

 private:
  uint8_t device_;
  rte_mempool* pool_;
};

}  // namespace kw
