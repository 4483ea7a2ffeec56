#include "check.h"
#include "control/convert.h"
#include "control/events.h"
#include "fixtures.h"

using namespace fixtures;

namespace {

pb::AddSa good() {
  pb::AddSa item;
  auto* sa = item.mutable_sa();
  sa->mutable_id()->set_direction(pb::OUTBOUND);
  sa->mutable_id()->set_spi(0x1000);
  sa->mutable_id()->set_destination(ip("192.0.2.2").octets());
  sa->set_mode(pb::TUNNEL);
  sa->mutable_endpoints()->set_local(ip("192.0.2.1").octets());
  sa->mutable_endpoints()->set_remote(ip("192.0.2.2").octets());
  sa->set_encryption(20);
  auto* s = sa->add_selectors();
  s->mutable_local()->set_first(ip("10.0.0.0").octets());
  s->mutable_local()->set_last(ip("10.0.0.255").octets());
  s->mutable_local()->set_last_port(65535);
  s->mutable_remote()->set_first(ip("10.1.0.0").octets());
  s->mutable_remote()->set_last(ip("10.1.0.255").octets());
  s->mutable_remote()->set_last_port(65535);
  item.mutable_keys()->set_encryption_key(std::string(36, 'k'));
  return item;
}

Outcome check_sa(pb::AddSa item, SaConfig* config = nullptr) {
  SaConfig own;
  KeyMaterial keys;
  SaConfig& c = config == nullptr ? own : *config;
  Outcome rest = read(item.sa(), c);
  Outcome outcome = read_keys(item, c, keys);
  return rest.done() ? outcome : rest;
}

bool refused(const pb::AddSa& item, const char* why) {
  Outcome o = check_sa(item);
  return o.code == Code::kRefused && o.reason.find(why) != std::string::npos;
}

}  // namespace

TEST(convert_takes_a_good_sa_and_gives_it_back) {
  SaConfig config;
  CHECK(check_sa(good(), &config).done());
  CHECK(config.suite->key == 32 && config.suite->salt == 4);
  CHECK(config.selectors[0].source_first == ip("10.0.0.0").bits);
  pb::SecurityAssociation back;
  write(config, &back);
  CHECK(back.SerializeAsString() == [] {
    pb::SecurityAssociation expected = good().sa();
    expected.mutable_soft();
    expected.mutable_hard();
    return expected.SerializeAsString();
  }());
}

TEST(convert_orients_selectors_of_inbound_sas_as_their_packets) {
  pb::AddSa item = good();
  item.mutable_sa()->mutable_id()->set_direction(pb::INBOUND);
  item.mutable_sa()->mutable_id()->set_destination(ip("192.0.2.1").octets());
  SaConfig config;
  CHECK(check_sa(item, &config).done());
  CHECK(config.selectors[0].source_first == ip("10.1.0.0").bits);
  CHECK(config.selectors[0].destination_first == ip("10.0.0.0").bits);
}

TEST(convert_refuses_what_cannot_be_by_name) {
  auto with = [](auto change) {
    pb::AddSa item = good();
    change(item);
    return item;
  };
  CHECK(refused(with([](auto& i) { i.mutable_sa()->mutable_id()->set_spi(255); }), "reserved"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->mutable_id()->clear_direction(); }), "direction"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->mutable_id()->set_destination("abc"); }), "3 octets"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->mutable_id()->set_destination(ip("192.0.2.9").octets()); }),
                "is not its remote endpoint"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->clear_mode(); }), "mode"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->set_encryption(99); }), "encryption algorithm 99 is not known"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->set_integrity(99); }), "integrity algorithm 99 is not known"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->set_integrity(12); }), "does not exist"));
  CHECK(refused(with([](auto& i) { i.mutable_keys()->set_encryption_key("short"); }), "keys of 5 and 0 octets"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->clear_selectors(); }), "1 to 32 pairs"));
  CHECK(refused(with([](auto& i) {
          i.mutable_sa()->mutable_selectors(0)->mutable_local()->set_first(ip("10.0.1.0").octets());
        }),
        "upside down"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->mutable_selectors(0)->mutable_local()->set_first_port(65535);
                                   i.mutable_sa()->mutable_selectors(0)->mutable_local()->set_last_port(7); }),
                "is empty"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->mutable_selectors(0)->set_protocol(256); }), "0..255"));
  CHECK(refused(with([](auto& i) {
          i.mutable_sa()->mutable_selectors(0)->mutable_local()->set_last(ip("2001:db8::1").octets());
        }),
        "two families"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->mutable_endpoints()->set_local_port(4500); }), "both 0"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->set_replay_window(4097); }), "more than 4096"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->set_dscp(64); }), "0..63"));
  CHECK(refused(with([](auto& i) { i.mutable_sa()->set_owner(std::string(65, 'x')); }), "64 octets"));
  CHECK(refused(with([](auto& i) {
          i.mutable_sa()->set_esn(true);
          i.mutable_sa()->mutable_id()->set_direction(pb::INBOUND);
          i.mutable_sa()->mutable_id()->set_destination(ip("192.0.2.1").octets());
        }),
        "need a replay window"));
  CHECK(refused(with([](auto& i) {
          i.mutable_sa()->set_encryption(21);
          i.mutable_sa()->set_esn(true);
        }),
        "extended sequence numbers"));
}

TEST(convert_leaves_no_key_in_the_message) {
  pb::AddSa item = good();
  const char* octets = item.keys().encryption_key().data();
  wipe(&item);
  CHECK(item.keys().encryption_key().empty());
  CHECK(std::string(octets, 36).find('k') == std::string::npos);
}

TEST(convert_refuses_policies_that_name_no_sa_or_one_too_many) {
  pb::Policy p;
  p.set_direction(pb::OUTBOUND);
  *p.mutable_selectors() = good().sa().selectors(0);
  p.set_action(pb::PROTECT);
  Direction d;
  PolicySpec spec;
  bool has = false;
  SaName name;
  CHECK(read(p, d, spec, has, name).code == Code::kRefused);
  *p.mutable_sa() = good().sa().id();
  CHECK(read(p, d, spec, has, name).done() && has && name.spi == 0x1000);
  p.set_action(pb::HOLD);
  CHECK(read(p, d, spec, has, name).code == Code::kRefused);
  p.clear_sa();
  CHECK(read(p, d, spec, has, name).done() && !has);
  p.set_action(static_cast<pb::PolicyAction>(17));
  CHECK(read(p, d, spec, has, name).code == Code::kRefused);
}

TEST(events_are_numbered_and_a_slow_listener_is_told_what_it_lost) {
  EventHub hub(42);
  auto listener = hub.listen();
  for (size_t i = 0; i < EventHub::kKept + 10; i++) hub.publish({});
  pb::Event event;
  CHECK(listener->next(event, 0));
  CHECK(event.generation() == 42 && event.number() == 11 && event.lost() == 10);
  CHECK(listener->next(event, 0) && event.number() == 12 && event.lost() == 0);
  std::vector<std::shared_ptr<EventHub::Listener>> more;
  for (size_t i = 1; i < EventHub::kMostListeners; i++) more.push_back(hub.listen());
  CHECK(hub.listen() == nullptr);
  more.clear();
  CHECK(hub.listen() != nullptr);
}
