// The agent as its controller sees it: one writer of the tables, and what it notes about them.
//
// One lock orders those who change things. Cores never take it, so no change, however many, holds up a packet.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "control/convert.h"
#include "control/due_times.h"
#include "control/events.h"
#include "dataplane/esp_session.h"
#include "dataplane/plane.h"
#include "dataplane/slow_path.h"

namespace kw {

class Agent {
 public:
  static constexpr uint32_t kMaxBatch = 4096;

  // `suites` is what the crypto device can do, `random` a good source of random bits.
  Agent(Plane& plane, EventHub& events, uint64_t generation, std::vector<const Suite*> suites, std::string crypto_device);

  void attach(const pb::AttachRequest& request, pb::AttachResponse* response, Outcome& outcome);
  void capabilities(pb::Capabilities* to);
  uint64_t generation() const { return generation_; }
  // Who attached last, and whether it is gone.
  pb::Attached attached();
  // A stream of events of a controller, as long as it is open. An empty name is nobody's.
  class Presence {
   public:
    Presence(Agent& agent, std::string name);
    ~Presence();
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

   private:
    Agent& agent_;
    std::string name_;
  };

  // Empty when `expected` is 0 or the generation; else why nothing is done.
  Outcome check(uint64_t expected) const;

  Outcome lease(const std::string& owner, uint32_t count, std::vector<uint32_t>& spis);
  Outcome release(uint32_t spi);

  // These take keys out of the message, and wipe what is left.
  Outcome add_sa(pb::AddSa& item);
  Outcome update_sa(const pb::UpdateSa& item);
  Outcome del_sa(const pb::DelSa& item);
  Outcome add_policy(const pb::AddPolicy& item);
  Outcome del_policy(const pb::DelPolicy& item);
  Outcome change(pb::Change& item);

  uint32_t flush_sas(const std::string& owner);
  uint32_t flush_policies(const std::string& owner);
  Outcome complete(uint64_t expected);
  const std::string& crypto_device() const { return crypto_device_; }
  bool policies_complete() const { return plane_.policies_complete.load(); }

  void query(const pb::SaId& id, pb::SaStatus* to);
  void query(const pb::PolicyPlace& place, pb::PolicyStatus* to);
  // Hands parts over until one is not taken; false then.
  bool snapshot(bool counters, const std::function<bool(const pb::SnapshotPart&)>& part);

  // Called every few milliseconds by one thread: notes of the cores, lifetimes, memory, links.
  void housekeeping();

  // From the slow path: a router on the way said that packets of an SA are too long.
  void learned(const PathMtu& mtu);

  // For metrics: calls with every SA, or every policy, holding the lock for a part at a time.
  void each_sa(const std::function<void(const Sa&)>& visit);
  void each_policy(const std::function<void(Direction, const Policy&)>& visit);
  std::vector<uint64_t> drops() const;

  static constexpr uint64_t kPathMtuUs = 600ULL * 1000 * 1000;  // RFC 1191 section 6.3

 private:
  pb::Attached attached_locked() const;
  void tell_attached_locked();
  void status(const Sa& sa, pb::SaStatus* to) const;
  uint32_t path_mtu(const Address& remote) const;
  Spd& spd(Direction d) { return d == Direction::kOutbound ? *plane_.outbound : *plane_.inbound; }
  void tell(const Note& note, uint64_t lost);
  void expire();
  void tell_drops();
  void tell_links();
  uint64_t to_wall_us(uint64_t cycles) const;

  Plane& plane_;
  EventHub& events_;
  uint64_t generation_;
  uint64_t started_us_;
  std::vector<const Suite*> suites_;
  std::string crypto_device_;
  std::mutex mutex_;
  std::string controller_;
  // Streams of events by the controller's name; and whether the one that leads had any since it attached.
  std::map<std::string, unsigned> present_;
  bool listened_ = false;
  void remind_locked(uint64_t at_us, SaRef sa, bool hard);
  DueTimes due_;
  std::vector<uint64_t> told_drops_;
  std::vector<bool> links_;
  uint64_t every_second_us_ = 0;
  uint64_t cycles_at_start_;
};

}  // namespace kw
