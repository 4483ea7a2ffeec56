// Between the messages of the interface and what the agent keeps. Everything that a controller says is checked here,
// and refused with a reason that names what is wrong; nothing behind this file sees a value that cannot be.
#pragma once

#include "base/outcome.h"
#include "keyway/vrouter/v1/vrouter.pb.h"
#include "sa/sa.h"
#include "spd/spd.h"

namespace kw {

namespace pb = ::keyway::vrouter::v1;

constexpr uint32_t kMaxReplayWindow = 4096;
constexpr int kMaxSelectors = 32;

void put(const Outcome& outcome, pb::Result* to);

struct SaName {
  Direction direction;
  uint32_t spi;
  Address destination;
};

Outcome read(const pb::SaId& from, bool destination_needed, SaName& to);
Outcome read(const pb::Endpoints& from, Outer& to);
Outcome read(Direction direction, const pb::SelectorPair& from, Selector& to);
Outcome read(const pb::SecurityAssociation& from, SaConfig& to);
// Moves the keys, and finds the suite that ids and lengths make together.
Outcome read_keys(pb::AddSa& from, SaConfig& to, KeyMaterial& keys);
// All but the reference to the SA, which `sa` names if `has_sa`.
Outcome read(const pb::Policy& from, Direction& direction, PolicySpec& to, bool& has_sa, SaName& sa);
Outcome read(const pb::PolicyPlace& from, Direction& direction, Selector& to);

void write(Direction direction, uint32_t spi, const Address& destination, pb::SaId* to);
void write(const SaConfig& from, pb::SecurityAssociation* to);
void write(Direction direction, const Selector& from, pb::SelectorPair* to);
void write(Direction direction, const Policy& from, pb::Policy* to);
void write(Direction direction, const Policy& from, pb::PolicyStatus* to);

// Overwrites every key octet of a message.
void wipe(pb::AddSa* message);

}  // namespace kw
