// The agent's configuration file: lines of words, comments after '#'. README.md lists them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"
#include "packet/arrival.h"

namespace kw {

struct ListenConfig {
  bool unix_socket = false;
  std::string address;  // path, or host:port
  std::string certificate, key, authority;
  // Of a UNIX socket: who may connect.
  unsigned mode = 0600;
  std::string group;  // empty: the agent's own
};

struct PortConfig {
  std::string name;
  bool protected_side = false;
  uint16_t mtu = 1500;
  std::vector<std::pair<Address, uint8_t>> addresses;
};

struct RouteConfig {
  Address prefix;
  uint8_t length = 0;
  std::string port;   // of these one
  Address gateway;
};

struct NeighbourConfig {
  std::string port;
  Address address;
  uint64_t mac = 0;
};

struct Config {
  std::vector<std::string> eal;
  std::vector<std::string> devices;
  std::string crypto = "crypto_aesni_mb";
  std::vector<PortConfig> ports;
  std::vector<RouteConfig> routes;
  std::vector<NeighbourConfig> neighbours;
  std::vector<ListenConfig> listen;
  std::string metrics;
  IkePorts ike_ports;
  uint32_t sas = 4096;
  uint32_t policies = 4096;
  uint32_t buffers = 16384;
  uint32_t buffer_octets = 4096;
  unsigned forwarding_cores = 1;
  unsigned crypto_cores = 0;
  unsigned idle_us = 0;
};

// Throws std::invalid_argument that names the line, what is wrong with it and what to write instead.
Config parse_config(const std::string& text);

}  // namespace kw
