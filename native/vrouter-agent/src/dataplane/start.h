// Brings DPDK up: memory, ports, the crypto device, rings, tables and cores, as the configuration says.
#pragma once

#include <memory>
#include <string>

#include "control/config.h"
#include "dataplane/esp_session.h"
#include "dataplane/plane.h"

namespace kw {

// Everything that start_plane() made, besides the plane.
struct Started {
  std::unique_ptr<DeviceSessions> sessions;
  std::string crypto_device;
};

// `program` is argv[0]. Throws std::runtime_error that names what failed. May be called once in a process.
void start_eal(const std::string& program, const Config& config);
Started start_plane(const Config& config, Plane& plane);

// Starts a worker on each of the lcores that it needs.
void launch_workers(Plane& plane);
void stop_plane(Plane& plane);

}  // namespace kw
