#include "control/config.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <tuple>

namespace kw {
namespace {

using Words = std::vector<std::string>;

[[noreturn]] void fail(const std::string& what) { throw std::invalid_argument(what); }

uint32_t number(const std::string& text, uint32_t least, uint32_t most, const std::string& what) {
  size_t used = 0;
  unsigned long value = 0;
  try {
    value = std::stoul(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used == 0 || used != text.size() || text[0] == '-' || value < least || value > most) {
    fail(what + " must be a number from " + std::to_string(least) + " to " + std::to_string(most) + ", not \"" + text +
         "\"");
  }
  return static_cast<uint32_t>(value);
}

std::pair<Address, uint8_t> prefix(const std::string& text) {
  size_t slash = text.find('/');
  auto address = Address::parse(text.substr(0, slash));
  if (!address || slash == std::string::npos) fail("\"" + text + "\" is no address with a prefix length, such as 192.0.2.1/24");
  return {*address, static_cast<uint8_t>(number(text.substr(slash + 1), 0, address->width(), "a prefix length"))};
}

Address address(const std::string& text) {
  auto a = Address::parse(text);
  if (!a) fail("\"" + text + "\" is no IP address");
  return *a;
}

uint64_t mac(const std::string& text) {
  unsigned o[6];
  char rest;
  if (std::sscanf(text.c_str(), "%2x:%2x:%2x:%2x:%2x:%2x%c", &o[0], &o[1], &o[2], &o[3], &o[4], &o[5], &rest) != 6) {
    fail("\"" + text + "\" is no MAC address, such as 02:00:00:00:00:01");
  }
  uint64_t value = 0;
  for (unsigned x : o) {
    if (x > 0xff) fail("\"" + text + "\" is no MAC address");  // "-2" is a number to sscanf
    value = value << 8 | x;
  }
  if (value == 0 || (o[0] & 1) != 0) fail("\"" + text + "\" is no address of one station");
  return value;
}

PortConfig& port_of(Config& c, const std::string& name) {
  auto found = std::find_if(c.ports.begin(), c.ports.end(), [&](const auto& p) { return p.name == name; });
  if (found == c.ports.end()) fail("there is no port \"" + name + "\" above this line");
  return *found;
}

void need(const Words& w, size_t least, size_t most, const char* usage) {
  if (w.size() < least || w.size() > most) fail(std::string("write: ") + usage);
}

void listen(Config& c, const Words& w) {
  ListenConfig l;
  if (w.size() >= 3 && w[1] == "unix") {
    l.unix_socket = true;
    l.address = w[2];
    if (l.address[0] != '/') fail("the socket needs an absolute path, not \"" + l.address + "\"");
    if (w.size() % 2 == 0) fail("write: listen unix PATH [mode 0600|0660] [group NAME]");
    for (size_t i = 3; i < w.size(); i += 2) {
      if (w[i] == "mode") {
        // Whoever connects reads and changes everything but keys: never open to all.
        if (w[i + 1] != "0600" && w[i + 1] != "0660") fail("a socket has mode 0600 or 0660, not \"" + w[i + 1] + "\"");
        l.mode = w[i + 1] == "0660" ? 0660 : 0600;
      } else if (w[i] == "group") {
        l.group = w[i + 1];
      } else {
        fail("write: listen unix PATH [mode 0600|0660] [group NAME]");
      }
    }
  } else if (w.size() == 9 && w[1] == "tls" && w[3] == "cert" && w[5] == "key" && w[7] == "ca") {
    l.address = w[2];
    l.certificate = w[4];
    l.key = w[6];
    l.authority = w[8];
  } else {
    fail("write: listen unix PATH [mode 0600|0660] [group NAME], or listen tls HOST:PORT cert FILE key FILE ca FILE (there is no TCP without TLS)");
  }
  c.listen.push_back(l);
}

void line(Config& c, const Words& w) {
  const std::string& key = w[0];
  if (key == "eal") {
    c.eal.insert(c.eal.end(), w.begin() + 1, w.end());
  } else if (key == "device") {
    need(w, 2, 2, "device DEVICE[,ARGUMENT=VALUE...]");
    c.devices.push_back(w[1]);
  } else if (key == "crypto") {
    need(w, 2, 2, "crypto DRIVER, such as crypto_aesni_mb or crypto_openssl");
    c.crypto = w[1];
  } else if (key == "port") {
    need(w, 3, 5, "port NAME protected|unprotected [mtu OCTETS]");
    PortConfig p;
    p.name = w[1];
    if (w[2] != "protected" && w[2] != "unprotected") fail("a port is protected or unprotected, not \"" + w[2] + "\"");
    p.protected_side = w[2] == "protected";
    if (w.size() > 3) {
      if (w.size() != 5 || w[3] != "mtu") fail("write: port NAME protected|unprotected [mtu OCTETS]");
      p.mtu = static_cast<uint16_t>(number(w[4], 1280, 9600, "an MTU"));
    }
    if (std::any_of(c.ports.begin(), c.ports.end(), [&](const auto& o) { return o.name == p.name; })) {
      fail("there is a port \"" + p.name + "\" already");
    }
    c.ports.push_back(p);
  } else if (key == "address") {
    need(w, 3, 3, "address PORT ADDRESS/LENGTH");
    port_of(c, w[1]).addresses.push_back(prefix(w[2]));
  } else if (key == "route") {
    need(w, 4, 4, "route PREFIX/LENGTH via GATEWAY, or route PREFIX/LENGTH port PORT");
    RouteConfig r;
    std::tie(r.prefix, r.length) = prefix(w[1]);
    if (w[2] == "via") {
      r.gateway = address(w[3]);
    } else if (w[2] == "port") {
      r.port = port_of(c, w[3]).name;
    } else {
      fail("a route goes via a gateway or to a port, not \"" + w[2] + "\"");
    }
    c.routes.push_back(r);
  } else if (key == "neighbour") {
    need(w, 4, 4, "neighbour PORT ADDRESS MAC");
    c.neighbours.push_back({port_of(c, w[1]).name, address(w[2]), mac(w[3])});
  } else if (key == "listen") {
    listen(c, w);
  } else if (key == "metrics") {
    need(w, 2, 2, "metrics HOST:PORT");
    c.metrics = w[1];
  } else if (key == "ike-ports") {
    need(w, 3, 3, "ike-ports PORT PORT, the second one with the non-ESP marker");
    c.ike_ports = {static_cast<uint16_t>(number(w[1], 1, 65535, "a port")),
                   static_cast<uint16_t>(number(w[2], 1, 65535, "a port"))};
  } else {
    need(w, 2, 2, (key + " NUMBER").c_str());
    if (key == "sas") c.sas = number(w[1], 1, 4000000, "sas");
    else if (key == "policies") c.policies = number(w[1], 1, 4000000, "policies");
    else if (key == "buffers") c.buffers = number(w[1], 1024, 16000000, "buffers");
    else if (key == "buffer-octets") c.buffer_octets = number(w[1], 2048, 65000, "buffer-octets");
    else if (key == "forwarding-cores") c.forwarding_cores = number(w[1], 1, 64, "forwarding-cores");
    else if (key == "crypto-cores") c.crypto_cores = number(w[1], 0, 64, "crypto-cores");
    else if (key == "idle-us") c.idle_us = number(w[1], 0, 10000, "idle-us");
    else fail("nobody knows \"" + key + "\"");
  }
}

}  // namespace

Config parse_config(const std::string& text) {
  Config config;
  std::istringstream lines(text);
  std::string raw;
  for (unsigned at = 1; std::getline(lines, raw); at++) {
    std::istringstream words(raw.substr(0, raw.find('#')));
    Words w;
    for (std::string word; words >> word;) w.push_back(word);
    if (w.empty()) continue;
    try {
      line(config, w);
    } catch (const std::invalid_argument& e) {
      fail("line " + std::to_string(at) + ": " + e.what());
    }
  }
  if (config.ports.empty()) fail("there is no port; write: port NAME protected|unprotected");
  if (config.listen.empty()) fail("nobody could talk to the agent; write: listen unix PATH, or listen tls ...");
  return config;
}

}  // namespace kw
