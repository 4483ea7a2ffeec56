// keyway-vrouter-agent CONFIGURATION: an IPsec gateway on DPDK, driven by a controller over gRPC.
#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>
#include <thread>

#include "control/agent.h"
#include "dataplane/start.h"
#include "rpc/metrics.h"
#include "rpc/server.h"
#include "rpc/service.h"

namespace {

std::atomic<bool> ended{false};

void end(int) { ended.store(true); }

// Keys pass through buffers of the RPC library that nobody can reach from here: whatever is freed is overwritten,
// and no copy of the memory is written to a disk.
void guard_memory() {
  mallopt(M_PERTURB, 0xa5);
  prctl(PR_SET_DUMPABLE, 0);
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

void run(const char* program, const char* file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::runtime_error(std::string(file) + " cannot be read");
  kw::Config config = kw::parse_config(text.str());

  kw::start_eal(program, config);
  kw::Plane plane;
  kw::Started started = kw::start_plane(config, plane);

  uint64_t generation = kw::wall_clock_us();
  kw::EventHub events(generation);
  kw::Agent agent(plane, events, generation, started.sessions->suites(), started.crypto_device);
  kw::PacketHub packets(plane);
  kw::SlowPath slow(
      plane, [&](kw::IkeDatagram&& d) { packets.deliver(std::move(d)); },
      [&](const kw::PathMtu& mtu) { agent.learned(mtu); });
  plane.slow_counters = &slow.counters();
  kw::Service service(agent, events, packets, slow);

  kw::launch_workers(plane);
  std::thread slow_thread([&] { slow.run(); });
  std::unique_ptr<kw::MetricsServer> metrics;
  std::unique_ptr<grpc::Server> server;
  std::exception_ptr fault;
  try {
    if (!config.metrics.empty()) metrics = std::make_unique<kw::MetricsServer>(config.metrics, agent, plane);
    server = kw::start_server(config.listen, service);
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
  if (server) server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  metrics.reset();
  kw::stop_plane(plane);
  slow_thread.join();
  if (fault) std::rethrow_exception(fault);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CONFIGURATION (its lines are in README.md)\n", argv[0]);
    return 2;
  }
  guard_memory();
  std::signal(SIGTERM, end);
  std::signal(SIGINT, end);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    run(argv[0], argv[1]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "keyway-vrouter-agent: %s\n", e.what());
    return 1;
  }
  // DPDK's own memory is wiped and given back by the kernel; its destructors have nothing to add.
  std::fflush(nullptr);
  _exit(0);
}
