#include "rpc/server.h"

#include <grpcpp/resource_quota.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace kw {
namespace {

constexpr int kMaxMessage = 4 << 20;

std::string file(const std::string& name) {
  std::ifstream in(name);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || text.str().empty()) throw std::runtime_error(name + " cannot be read, or is empty");
  return text.str();
}

// A socket that another agent serves is not taken from it; one that was left behind is removed.
void clear_the_way(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return;
  if (!S_ISSOCK(info.st_mode)) throw std::runtime_error(path + " exists and is no socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error(path + " is too long for a socket");
  std::memcpy(address.sun_path, path.c_str(), path.size());
  int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool served = probe >= 0 && connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (probe >= 0) close(probe);
  if (served) throw std::runtime_error("another agent serves " + path);
  unlink(path.c_str());
}

}  // namespace

std::unique_ptr<grpc::Server> start_server(const std::vector<ListenConfig>& listen, grpc::Service& service) {
  grpc::ServerBuilder builder;
  grpc::ResourceQuota quota("agent");
  quota.SetMaxThreads(64);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(kMaxMessage);
  builder.RegisterService(&service);
  std::vector<int> ports(listen.size(), 1);
  for (size_t i = 0; i < listen.size(); i++) {
    const ListenConfig& l = listen[i];
    if (l.unix_socket) {
      clear_the_way(l.address);
      builder.AddListeningPort("unix:" + l.address, grpc::InsecureServerCredentials(), &ports[i]);
      continue;
    }
    grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    tls.pem_root_certs = file(l.authority);
    tls.pem_key_cert_pairs.push_back({file(l.key), file(l.certificate)});
    builder.AddListeningPort(l.address, grpc::SslServerCredentials(tls), &ports[i]);
  }
  // The socket is made with the mode that it keeps: no moment in which others may connect.
  mode_t before = umask(0177);
  auto server = builder.BuildAndStart();
  umask(before);
  for (size_t i = 0; i < listen.size(); i++) {
    if (server == nullptr || ports[i] == 0) {
      throw std::runtime_error("cannot listen on " + listen[i].address + " (address in use, or certificate and key " +
                               "that do not go together)");
    }
  }
  return server;
}

}  // namespace kw
