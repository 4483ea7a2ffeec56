package io.keyway.it.vrouter.contract;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.keyway.it.kit.Ports;
import io.keyway.it.kit.vrouter.AgentConfiguration;
import io.keyway.it.kit.vrouter.AgentProcess;
import io.keyway.plane.vrouter.TestAgent;
import io.keyway.protocol.vrouter.v1.*;
import io.keyway.testing.Certificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The program of {@code native/vrouter-agent}, with ports that lead nowhere. Needs no root. */
final class RealAgent implements TestAgent {

  /** The least that a plane puts into one call, whatever an agent would take. */
  private static final int BATCH = 1000;

  private final Path directory;
  private final AgentProcess process;
  private final Relay relay;
  private final int tlsPort;
  private final Caller caller;
  private final Map<String, String> leaves;

  private RealAgent(
      Path directory, AgentProcess process, Relay relay, int tlsPort, Map<String, String> leaves) {
    this.directory = directory;
    this.process = process;
    this.relay = relay;
    this.tlsPort = tlsPort;
    this.leaves = leaves;
    this.caller = new Caller(directory.resolve("agent.sock"));
  }

  /** Two ports, and a socket for whoever asks from outside of the contract. */
  static AgentConfiguration configuration(Path directory) {
    return new AgentConfiguration()
        .memory(256)
        .idle(1000)
        .line("device net_null0,no-rx=1")
        .line("device net_null1,no-rx=1")
        .line("port net_null0 protected")
        .line("port net_null1 unprotected")
        .line("address net_null0 10.1.0.1/24")
        .line("address net_null1 192.0.2.1/24")
        .line("route 0.0.0.0/0 via 192.0.2.254")
        .line("sas 4096")
        .line("policies 4096")
        .listen(directory.resolve("agent.sock"));
  }

  /** The plane comes by a UNIX socket. */
  static RealAgent byUnixSocket() throws IOException {
    Path directory = Files.createTempDirectory("kwa");
    AgentProcess process =
        AgentProcess.start(Optional.empty(), directory, configuration(directory));
    Path socket = directory.resolve("cable.sock");
    Relay relay =
        new Relay(
            UnixDomainSocketAddress.of(socket),
            UnixDomainSocketAddress.of(directory.resolve("agent.sock")));
    return new RealAgent(directory, process, relay, 0, Map.of("socket", socket.toString()));
  }

  /** The plane comes by TCP with certificates on both sides. */
  static RealAgent byTls() throws Exception {
    Path directory = Files.createTempDirectory("kwa");
    Certificates authority = new Certificates(directory, "authority");
    Certificates.Pem server = authority.issue("server", "agent.example", Duration.ofDays(30));
    Certificates.Pem client = authority.issue("client", "keyway.example", Duration.ofDays(30));
    int port = Ports.tcp();
    AgentProcess process =
        AgentProcess.start(
            Optional.empty(),
            directory,
            configuration(directory)
                .line(
                    "listen tls 127.0.0.1:%d cert %s key %s ca %s"
                        .formatted(port, server.certificate(), server.key(), authority.ca)));
    Relay relay = Relay.tcp(port);
    return new RealAgent(
        directory,
        process,
        relay,
        port,
        Map.of(
            "address", "127.0.0.1:" + relay.port(),
            "tls/ca-file", authority.ca.toString(),
            "tls/certificate-file", client.certificate().toString(),
            "tls/private-key-file", client.key().toString(),
            "tls/server-name", "agent.example"));
  }

  @Override
  public Map<String, String> leaves() {
    return leaves;
  }

  @Override
  public List<SecurityAssociation> sas() {
    return caller.everything().sas().stream().map(SnapshotSa::getSa).toList();
  }

  @Override
  public List<Policy> policies() {
    return caller.everything().policies().stream().map(SnapshotPolicy::getPolicy).toList();
  }

  @Override
  public Set<Integer> leases() {
    return new HashSet<>(caller.everything().leases());
  }

  @Override
  public boolean complete() {
    return caller.everything().complete();
  }

  @Override
  public String attached() {
    Context.CancellableContext call = Context.current().withCancellation();
    try {
      return call.call(
          () ->
              caller
                  .stub()
                  .events(EventsRequest.getDefaultInstance())
                  .next()
                  .getAttached()
                  .getControllerInstance());
    } catch (Exception e) {
      throw new AssertionError(e);
    } finally {
      call.cancel(null);
    }
  }

  @Override
  public long generation() {
    return caller.everything().generation();
  }

  @Override
  public int batch() {
    return BATCH;
  }

  @Override
  public void attachedBy(String instance) {
    caller.stub().attach(AttachRequest.newBuilder().setControllerInstance(instance).build());
  }

  @Override
  public void lose(SecurityAssociation sa) {
    caller.must(Change.newBuilder().setDelSa(DelSa.newBuilder().setId(sa.getId())));
  }

  @Override
  public void lose(PolicyPlace place) {
    caller.must(Change.newBuilder().setDelPolicy(DelPolicy.newBuilder().setPlace(place)));
  }

  @Override
  public void put(Policy policy) {
    caller.must(Change.newBuilder().setAddPolicy(AddPolicy.newBuilder().setPolicy(policy)));
  }

  @Override
  public void put(SecurityAssociation sa) {
    byte[] key = new byte[20];
    new SecureRandom().nextBytes(key);
    caller.must(
        Change.newBuilder()
            .setAddSa(
                AddSa.newBuilder()
                    .setSa(sa)
                    .setKeys(SaKeys.newBuilder().setEncryptionKey(ByteString.copyFrom(key)))));
  }

  @Override
  public void restart() {
    process.kill();
    process.start();
  }

  @Override
  public void cut() throws IOException {
    relay.cut();
  }

  @Override
  public void mend() throws IOException {
    relay.mend();
  }

  @Override
  public void freeze(boolean yes) {
    try {
      new ProcessBuilder("kill", yes ? "-STOP" : "-CONT", Long.toString(process.pid()))
          .inheritIO()
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void mute(boolean yes) {
    relay.mute(yes);
  }

  /** Past the cable: host and port of its TLS. */
  String direct() {
    return "127.0.0.1:" + tlsPort;
  }

  /** The same, which does not end with whoever borrows it. */
  TestAgent lent() {
    return (TestAgent)
        Proxy.newProxyInstance(
            RealAgent.class.getClassLoader(),
            new Class<?>[] {TestAgent.class},
            (proxy, method, arguments) ->
                method.getName().equals("close") ? null : method.invoke(this, arguments));
  }

  Caller caller() {
    return caller;
  }

  /** Everything that it printed. */
  String log() {
    return process.log();
  }

  long pid() {
    return process.pid();
  }

  /** Where its certificates are, and its socket. */
  Path directory() {
    return directory;
  }

  /** Memory that it has now, in octets. */
  long resident() {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    caller.close();
    try {
      relay.close();
      process.close();
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
