#include <stdexcept>

#include "check.h"
#include "control/config.h"

using namespace kw;

namespace {

std::string complaint(const std::string& text) {
  try {
    parse_config(text);
    return "";
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
}

const char* const kGood =
    "port a protected\n"
    "port b unprotected mtu 1400   # a comment\n"
    "address a 10.0.0.1/24\n"
    "address b 2001:db8::1/64\n"
    "route 0.0.0.0/0 via 10.0.0.2\n"
    "route ::/0 port b\n"
    "neighbour a 10.0.0.2 02:00:00:00:00:0a\n"
    "listen unix /run/agent.sock\n"
    "listen tls 127.0.0.1:5000 cert c key k ca a\n"
    "sas 100000\n";

}  // namespace

TEST(config_reads_ports_addresses_routes_and_listeners) {
  Config c = parse_config(kGood);
  CHECK(c.ports.size() == 2 && c.ports[0].protected_side && !c.ports[1].protected_side && c.ports[1].mtu == 1400);
  CHECK(c.ports[0].addresses[0].second == 24);
  CHECK(c.routes.size() == 2 && c.routes[1].port == "b" && c.routes[0].gateway == *Address::parse("10.0.0.2"));
  CHECK(c.neighbours[0].mac == 0x02000000000a);
  CHECK(c.listen.size() == 2 && c.listen[0].unix_socket && c.listen[1].authority == "a" && c.sas == 100000);
}

TEST(config_says_who_may_connect_to_the_socket) {
  std::string port = "port a protected\n";
  CHECK(parse_config(port + "listen unix /s\n").listen[0].mode == 0600);
  Config c = parse_config(port + "listen unix /s mode 0660 group keyway\n");
  CHECK(c.listen[0].mode == 0660 && c.listen[0].group == "keyway");
  CHECK(complaint(port + "listen unix /s mode 0666\n").find("line 2: a socket has mode 0600 or 0660") == 0);
  CHECK(complaint(port + "listen unix /s group\n").find("line 2: write: listen unix") == 0);
  CHECK(complaint(port + "listen unix /s owner x\n").find("line 2: write: listen unix") == 0);
}

TEST(config_names_the_line_and_the_cure) {
  CHECK(complaint(std::string(kGood) + "sas many\n").find("line 11: sas must be a number") == 0);
  CHECK(complaint("port a sideways\n").find("protected or unprotected") != std::string::npos);
  CHECK(complaint("port a protected\naddress a 10.0.0.1/33\n").find("line 2") == 0);
  CHECK(complaint("address x 10.0.0.1/24\n").find("there is no port \"x\"") != std::string::npos);
  CHECK(complaint("port a protected\nlisten tcp 0.0.0.0:1\n").find("no TCP without TLS") != std::string::npos);
  CHECK(complaint("port a protected\nneighbour a 10.0.0.1 ff:ff:ff:ff:ff:ff\n").find("one station") != std::string::npos);
  CHECK(complaint("port a protected\nneighbour a 10.0.0.1 -2:00:00:00:00:01\n").find("no MAC address") != std::string::npos);
  CHECK(complaint("port a protected\nport a protected\n").find("already") != std::string::npos);
  CHECK(complaint("frobnicate 7\n").find("nobody knows") != std::string::npos);
  CHECK(complaint("").find("there is no port") == 0);
  CHECK(complaint("port a protected\n").find("nobody could talk") == 0);
}
