// dpdk-meter PID TELEMETRY-SOCKET CPU-MILLISECONDS: packets that a stopped DPDK program sends through port 1 while its
// forwarding thread uses so much CPU time. Continues the program before, and stops it after.
//
// Prints "PACKETS CPU-NANOSECONDS". CPU time is the kernel's, of the one thread that forwards: what others take from it on a
// busy machine does not count.
#include <dirent.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

namespace {

constexpr unsigned kWarmUpUs = 30000, kLookUs = 5000;
constexpr double kLongest = 60;  // seconds by the clock

pid_t program = 0;

[[noreturn]] void fail(const std::string& what) {
  if (program != 0) kill(program, SIGSTOP);
  std::fprintf(stderr, "dpdk-meter: %s\n", what.c_str());
  std::exit(1);
}

// The first worker where there are workers, else the main thread.
std::string forwarding_thread(const std::string& pid) {
  std::string tasks = "/proc/" + pid + "/task";
  std::string found = tasks + "/" + pid;
  DIR* directory = opendir(tasks.c_str());
  if (directory == nullptr) fail("there is no process " + pid);
  while (dirent* entry = readdir(directory)) {
    std::string name;
    std::ifstream(tasks + "/" + entry->d_name + "/comm") >> name;
    if (name.rfind("rte-worker", 0) == 0) found = tasks + "/" + entry->d_name;
  }
  closedir(directory);
  return found + "/schedstat";
}

uint64_t cpu_ns(const std::string& file) {
  uint64_t ns = 0;
  if (!(std::ifstream(file) >> ns)) fail("the process has ended");
  return ns;
}

int open_telemetry(const char* path) {
  int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  timeval limit{20, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  char greeting[1024];
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      recv(fd, greeting, sizeof greeting, 0) <= 0) {
    fail(std::string("nobody answers at ") + path + ": " + std::strerror(errno));
  }
  return fd;
}

uint64_t sent(int fd) {
  const char question[] = "/ethdev/stats,1";
  char answer[16384];
  if (send(fd, question, sizeof question - 1, 0) < 0) fail("telemetry takes no question");
  ssize_t n = recv(fd, answer, sizeof answer - 1, 0);
  if (n <= 0) fail("telemetry does not answer");
  answer[n] = 0;
  const char key[] = "\"opackets\":";
  const char* at = std::strstr(answer, key);
  if (at == nullptr) fail(std::string("telemetry knows no port 1: ") + answer);
  return std::strtoull(at + sizeof key - 1, nullptr, 10);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) fail("wants PID TELEMETRY-SOCKET CPU-MILLISECONDS");
  program = static_cast<pid_t>(std::atoi(argv[1]));
  uint64_t wanted = std::strtoull(argv[3], nullptr, 10) * 1000000;
  std::string clock = forwarding_thread(argv[1]);
  if (kill(program, SIGCONT) != 0) fail("there is no process to continue");
  int fd = open_telemetry(argv[2]);
  usleep(kWarmUpUs);
  uint64_t packets = sent(fd), cpu = cpu_ns(clock);
  for (double waited = 0; cpu_ns(clock) - cpu < wanted; waited += kLookUs / 1e6) {
    if (waited > kLongest) fail("it gets no CPU time");
    usleep(kLookUs);
  }
  // In the same order as above, so that the time between the two looks cancels out.
  packets = sent(fd) - packets;
  cpu = cpu_ns(clock) - cpu;
  kill(program, SIGSTOP);
  std::printf("%" PRIu64 " %" PRIu64 "\n", packets, cpu);
}
