#include "rpc/server.h"

#include <grp.h>
#include <grpcpp/resource_quota.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
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
constexpr int kMostThreads = 256;
// The library gathers a message before it finds it too long; what all connections have is bounded by this alone.
constexpr size_t kMostMemory = 256 << 20;
constexpr int kMostCalls = 32;            // of one connection at a time
constexpr int kHandshakeMs = 10 * 1000;

std::string file(const std::string& name) {
  std::ifstream in(name);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || text.str().empty()) throw std::runtime_error(name + " cannot be read, or is empty");
  return text.str();
}

template <typename T, typename F>
std::unique_ptr<T, void (*)(T*)> parse(const std::string& name, const std::string& text, const char* what, F read,
                                       void (*end)(T*)) {
  std::unique_ptr<BIO, int (*)(BIO*)> in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
  std::unique_ptr<T, void (*)(T*)> found(read(in.get(), nullptr, nullptr, nullptr), end);
  if (found == nullptr) throw std::runtime_error(name + " holds no " + what + " in PEM");
  return found;
}

// The library would listen and take nobody. No password is asked for: there is nobody to answer.
void check_pair(const ListenConfig& l, const grpc::SslServerCredentialsOptions& tls) {
  const auto& pair = tls.pem_key_cert_pairs.front();
  auto no_password = [](BIO* in, EVP_PKEY** key, pem_password_cb*, void*) {
    return PEM_read_bio_PrivateKey(in, key, [](char*, int, int, void*) { return 0; }, nullptr);
  };
  auto certificate = parse<X509>(l.certificate, pair.cert_chain, "certificate", PEM_read_bio_X509, X509_free);
  auto key = parse<EVP_PKEY>(l.key, pair.private_key, "private key without a password", no_password, EVP_PKEY_free);
  parse<X509>(l.authority, tls.pem_root_certs, "certificate", PEM_read_bio_X509, X509_free);
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    throw std::runtime_error("certificate " + l.certificate + " and key " + l.key + " do not go together");
  }
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
  int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) throw std::runtime_error(std::string("no socket to see who serves ") + path + ": " + std::strerror(errno));
  // EAGAIN: it is served, by one who takes nobody at the moment.
  bool served = connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN;
  close(probe);
  if (served) throw std::runtime_error("another agent serves " + path);
  unlink(path.c_str());
}

// From the agent's user alone to who is meant to connect; the group first, or another one could for a moment.
void open_to(const ListenConfig& l) {
  if (!l.group.empty()) {
    errno = 0;
    const group* found = getgrnam(l.group.c_str());
    if (found == nullptr) throw std::runtime_error("there is no group \"" + l.group + "\" for the socket " + l.address);
    if (chown(l.address.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0) {
      throw std::runtime_error(l.address + " cannot be given to the group \"" + l.group + "\": " + std::strerror(errno) +
                               "; make the agent's user a member of it");
    }
  }
  if (chmod(l.address.c_str(), l.mode) != 0) {
    throw std::runtime_error(l.address + " does not take its mode: " + std::strerror(errno));
  }
}

// Whoever calls has shown a certificate.
class Calls : public grpc::Server::GlobalCallbacks {
 public:
  void PreSynchronousRequest(grpc::ServerContext* context) override { Acceptor::called(context->peer()); }
  void PostSynchronousRequest(grpc::ServerContext*) override {}
};

}  // namespace

Server::Server(const std::vector<ListenConfig>& listen, grpc::Service& service) {
  static const bool told = [] {
    grpc::Server::SetGlobalCallbacks(new Calls);  // the library keeps it
    return true;
  }();
  (void)told;
  grpc::ServerBuilder builder;
  grpc::ResourceQuota quota("agent");
  quota.SetMaxThreads(kMostThreads);
  quota.Resize(kMostMemory);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(kMaxMessage);
  // A controller that vanished without a word is gone for those who stand by, too.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument("grpc.http2.min_time_between_pings_ms", 10'000);
  // One client cannot have all the threads, and who does not speak is not waited for.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMostCalls);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
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
    check_pair(l, tls);
    acceptors_.push_back(std::make_unique<Acceptor>(
        l.address, builder.experimental().AddExternalConnectionAcceptor(
                       grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
                       grpc::SslServerCredentials(tls))));
  }
  // The socket is made for nobody else: no moment in which others may connect.
  mode_t before = umask(0177);
  server_ = builder.BuildAndStart();
  umask(before);
  for (size_t i = 0; i < listen.size(); i++) {
    if (server_ == nullptr || ports[i] == 0) {
      throw std::runtime_error("cannot listen on " + listen[i].address);
    }
    if (listen[i].unix_socket) open_to(listen[i]);
  }
  for (auto& acceptor : acceptors_) acceptor->start();
}

void Server::shut_down() {
  acceptors_.clear();
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
}

}  // namespace kw
