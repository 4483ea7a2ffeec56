// What an operator's file and a controller's messages say. The first octet chooses: a configuration, or a batch of changes
// in protobuf. What is taken must be the same once it was written and read again; what is not has a reason.
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "control/config.h"
#include "control/convert.h"

using namespace kw;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

void refused(const Outcome& o) { must(o.code == Code::kRefused && !o.reason.empty() && o.reason.size() < 1000); }

void configuration(const std::string& text) {
  try {
    Config c = parse_config(text);
    must(!c.ports.empty() && !c.listen.empty());
  } catch (const std::invalid_argument& e) {
    must(*e.what() != 0);
  }
}

void sa(pb::AddSa& message) {
  pb::SecurityAssociation said = message.sa();
  SaConfig config, again;
  KeyMaterial keys, none;
  Outcome outcome = read_keys(message, config, keys);
  wipe(&message);
  must(message.keys().encryption_key().empty() && message.keys().integrity_key().empty());
  Outcome rest = read(said, config);
  if (!outcome.done()) refused(outcome);
  if (!rest.done()) return refused(rest);
  if (!outcome.done()) return;
  pb::SecurityAssociation written, twice;
  write(config, &written);
  must(read(written, again).done());
  again.suite = config.suite;
  write(again, &twice);
  must(written.SerializeAsString() == twice.SerializeAsString());
}

void policy(const pb::Policy& message) {
  Direction direction = Direction::kInbound;
  PolicySpec spec;
  bool has_sa = false;
  SaName name;
  Outcome outcome = read(message, direction, spec, has_sa, name);
  if (!outcome.done()) return refused(outcome);
  pb::SelectorPair written;
  write(direction, spec.selector, &written);
  Selector again;
  must(read(direction, written, again).done() && again == spec.selector);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  std::string octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) != 0) {
    configuration(octets);
    return 0;
  }
  pb::ApplyRequest request;
  if (!request.ParseFromString(octets)) return 0;
  for (pb::Change& change : *request.mutable_changes()) {
    SaName name;
    Outer outer;
    Direction direction = Direction::kInbound;
    Selector place;
    if (change.has_add_sa()) sa(*change.mutable_add_sa());
    if (change.has_add_policy()) policy(change.add_policy().policy());
    if (change.has_update_sa()) {
      (void)read(change.update_sa().id(), true, name);
      (void)read(change.update_sa().endpoints(), outer);
    }
    if (change.has_del_sa()) (void)read(change.del_sa().id(), false, name);
    if (change.has_del_policy()) (void)read(change.del_policy().place(), direction, place);
  }
  return 0;
}
