// keyway-vrouter-agent CONFIGURATION: an IPsec gateway on DPDK, driven by a controller over gRPC.
#include <rte_version.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/allocator.h"
#include "control/agent.h"
#include "dataplane/start.h"
#include "rpc/metrics.h"
#include "rpc/server.h"
#include "rpc/service.h"

namespace {

std::atomic<bool> ended{false};

void end(int) { ended.store(true); }

// No copy of a key stays in freed memory, or goes to a disk.
void guard_memory() {
  kw::overwrite_what_is_freed();
  prctl(PR_SET_DUMPABLE, 0);
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

kw::Config read_config(const char* file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::runtime_error(std::string(file) + " cannot be read");
  return kw::parse_config(text.str());
}

void run(const char* program, const char* file) {
  kw::Config config = read_config(file);

  kw::start_eal(program, config);
  kw::Plane plane;
  kw::Started started = kw::start_plane(config, plane);

  uint64_t generation = kw::wall_clock_us();
  kw::EventHub events(generation);
  kw::Agent agent(plane, events, generation, started.sessions->suites(), started.crypto_device);
  kw::PacketHub packets(plane);
  kw::SlowPath slow(
      plane, [&](kw::IkeDatagram&& d) { return packets.deliver(std::move(d)); },
      [&](const kw::PathMtu& mtu) { agent.learned(mtu); });
  plane.slow_counters = &slow.counters();
  kw::Service service(agent, events, packets, slow);

  kw::launch_workers(plane);
  std::thread slow_thread([&] { slow.run(); });
  std::unique_ptr<kw::MetricsServer> metrics;
  std::unique_ptr<kw::Server> server;
  std::exception_ptr fault;
  try {
    if (!config.metrics.empty()) metrics = std::make_unique<kw::MetricsServer>(config.metrics, agent, plane, events);
    server = std::make_unique<kw::Server>(config.listen, service);
    std::printf("ready generation=%llu\n", static_cast<unsigned long long>(generation));
    std::fflush(stdout);
    while (!ended.load()) {
      agent.housekeeping();
      usleep(5000);
    }
  } catch (...) {
    fault = std::current_exception();
  }
  service.stop();
  if (server) server->shut_down();
  metrics.reset();
  // The slow path looks SAs up, which stop_plane() ends.
  plane.stop.store(true);
  slow_thread.join();
  kw::stop_plane(plane);
  if (fault) std::rethrow_exception(fault);
}

}  // namespace

int main(int argc, char** argv) {
  bool check = argc == 3 && std::strcmp(argv[1], "--check") == 0;
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    std::printf("keyway-vrouter-agent %s, %s\n", KEYWAY_VERSION, rte_version());
    return 0;
  }
  if (!check && (argc != 2 || argv[1][0] == '-')) {
    std::fprintf(stderr,
                 "usage: %s CONFIGURATION          runs until SIGTERM\n"
                 "       %s --check CONFIGURATION  says whether its lines can be read, and ends\n"
                 "       %s --version\n",
                 argv[0], argv[0], argv[0]);
    return 2;
  }
  std::signal(SIGTERM, end);
  std::signal(SIGINT, end);
  // There is nothing to read anew while it runs; a terminal that goes ends it in order, too, and wipes its memory.
  if (std::signal(SIGHUP, end) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    guard_memory();
    if (check) {
      read_config(argv[2]);
      std::printf("%s: every line can be read\n", argv[2]);
      return 0;
    }
    run(argv[0], argv[1]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "keyway-vrouter-agent: %s\n", e.what());
    return 1;
  }
  // DPDK's own memory is wiped and given back by the kernel; its destructors have nothing to add.
  std::fflush(nullptr);
  _exit(0);
}
