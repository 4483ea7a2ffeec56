// Sessions of librte_ipsec on one crypto device.
#pragma once

#include <rte_ipsec.h>

#include <string>
#include <vector>

#include "sa/sa.h"

struct rte_mempool;

namespace kw {

struct EspSession {
  // Of the type CPU_CRYPTO where the device can work within the call for this SA: then it has the same SA and keys as `ipsec`,
  // and spares the device's queues.
  rte_ipsec_session at_once;
  rte_ipsec_session ipsec;
  uint32_t sa_octets;

  bool synchronous() const { return at_once.type == RTE_SECURITY_ACTION_TYPE_CPU_CRYPTO; }
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
