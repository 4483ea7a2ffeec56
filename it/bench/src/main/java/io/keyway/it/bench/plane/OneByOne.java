package io.keyway.it.bench.plane;

import com.google.protobuf.ByteString;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.StreamObserver;
import io.keyway.plane.infrap4d.pipeline.Pipeline;
import io.keyway.plane.infrap4d.pipeline.PipelineException;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.protocol.gnmi.Encoding;
import io.keyway.protocol.gnmi.GetRequest;
import io.keyway.protocol.gnmi.Path;
import io.keyway.protocol.gnmi.PathElem;
import io.keyway.protocol.gnmi.SetRequest;
import io.keyway.protocol.gnmi.TypedValue;
import io.keyway.protocol.gnmi.gNMIGrpc;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.GetForwardingPipelineConfigRequest;
import io.keyway.protocol.p4runtime.MasterArbitrationUpdate;
import io.keyway.protocol.p4runtime.P4RuntimeGrpc;
import io.keyway.protocol.p4runtime.Role;
import io.keyway.protocol.p4runtime.StreamMessageRequest;
import io.keyway.protocol.p4runtime.StreamMessageResponse;
import io.keyway.protocol.p4runtime.Uint128;
import io.keyway.protocol.p4runtime.Update;
import io.keyway.protocol.p4runtime.WriteRequest;
import java.io.IOException;
import java.net.Inet4Address;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How the only public client of infrap4d writes: for every row a new TLS channel, a new stream, a
 * new arbitration and a Write with one update, all dropped right after; for every SA and every SPI
 * a new TLS channel with one call. One after the other. Its requests are made by the same code as
 * ours where that makes no difference, so that only the pattern is compared.
 */
final class OneByOne {

  private static final int SECONDS = 10;

  private final Target target;
  private final ChannelCredentials credentials;
  private final Pipeline pipeline;
  private long election;

  OneByOne(Target target) throws IOException {
    this.target = target;
    this.credentials =
        TlsChannelCredentials.newBuilder()
            .trustManager(target.certificates.ca().toFile())
            .keyManager(
                target.certificates.clientCertificate().toFile(),
                target.certificates.clientKey().toFile())
            .build();
    ManagedChannel channel = channel();
    try {
      var config =
          P4RuntimeGrpc.newBlockingStub(channel)
              .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
              .getForwardingPipelineConfig(
                  GetForwardingPipelineConfigRequest.newBuilder().setDeviceId(1).build())
              .getConfig();
      this.pipeline = new Pipeline(config.getP4Info(), config.getCookie().getCookie());
    } catch (PipelineException e) {
      throw new IOException(e.getMessage());
    } finally {
      channel.shutdownNow();
    }
  }

  private ManagedChannel channel() {
    return Grpc.newChannelBuilderForAddress("127.0.0.1", target.port(), credentials).build();
  }

  /** The two rows of a hold. */
  void hold(int number) throws IOException {
    row(RowKey.txClassification(v4(Tunnels.host(number)), Tunnels.UDP, 1), RowAction.drop());
    row(RowKey.txClassification(v4(Tunnels.host(number)), Tunnels.UDP, 0), RowAction.drop());
  }

  /** An SPI, two SAs and the seven rows of a tunnel. */
  void establish(int number) throws IOException {
    int bits = Integer.reverseBytes((int) spi());
    long index = bits & 0xFFFFFFL;
    long spi = Integer.toUnsignedLong(bits);
    sa(index, true, spi);
    sa(index, false, 0xC0000000L | index);
    Inet4Address local = v4(Tunnels.gateway());
    Inet4Address remote = v4(Tunnels.peer(number));
    Inet4Address host = v4(Tunnels.host(number));
    row(RowKey.rxClassification(remote, local, spi), RowAction.decrypt(index));
    row(RowKey.tunnelTerm(remote, local), RowAction.decap());
    row(RowKey.spd(host, Tunnels.UDP), RowAction.protect(index));
    row(RowKey.txClassification(host, Tunnels.UDP, 1), RowAction.txTunnel(remote));
    row(RowKey.txClassification(host, Tunnels.UDP, 0), RowAction.txTunnel(remote));
    row(RowKey.encapMod(index), RowAction.encap(local, remote));
    row(RowKey.tunnel(index), RowAction.setTunnel(index));
  }

  private static Inet4Address v4(java.net.InetAddress address) {
    return (Inet4Address) address;
  }

  private void row(RowKey key, RowAction action) throws IOException {
    ManagedChannel channel = channel();
    try {
      CompletableFuture<Uint128> primary = new CompletableFuture<>();
      CompletableFuture<Void> over = new CompletableFuture<>();
      StreamObserver<StreamMessageRequest> stream =
          P4RuntimeGrpc.newStub(channel)
              .streamChannel(
                  new StreamObserver<StreamMessageResponse>() {
                    @Override
                    public void onNext(StreamMessageResponse message) {
                      primary.complete(message.getArbitration().getElectionId());
                    }

                    @Override
                    public void onError(Throwable error) {
                      primary.completeExceptionally(error);
                      over.complete(null);
                    }

                    @Override
                    public void onCompleted() {
                      over.complete(null);
                    }
                  });
      stream.onNext(
          StreamMessageRequest.newBuilder()
              .setArbitration(
                  MasterArbitrationUpdate.newBuilder()
                      .setDeviceId(1)
                      .setRole(Role.newBuilder().setName("ipsec-ss-plugin"))
                      // The client always says the same, and relies on its last stream being gone.
                      .setElectionId(Uint128.newBuilder().setHigh(1).setLow(++election)))
              .build());
      Uint128 id = primary.get(SECONDS, TimeUnit.SECONDS);
      P4RuntimeGrpc.newBlockingStub(channel)
          .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
          .write(
              WriteRequest.newBuilder()
                  .setDeviceId(1)
                  .setElectionId(id)
                  .addUpdates(
                      Update.newBuilder()
                          .setType(Update.Type.INSERT)
                          .setEntity(entity(key, action)))
                  .build());
      stream.onCompleted();
      over.get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted");
    } catch (ExecutionException | TimeoutException | StatusRuntimeException e) {
      throw new IOException("one row at a time: " + e, e);
    } finally {
      channel.shutdownNow();
    }
  }

  private Entity entity(RowKey key, RowAction action) {
    return pipeline.entity(key, action);
  }

  private long spi() throws IOException {
    ManagedChannel channel = channel();
    try {
      return gNMIGrpc
          .newBlockingStub(channel)
          .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
          .get(
              GetRequest.newBuilder()
                  .addPath(path("ipsec-offload", "ipsec-spi", "rx-spi"))
                  .setEncoding(Encoding.PROTO)
                  .build())
          .getNotification(0)
          .getUpdate(0)
          .getVal()
          .getUintVal();
    } catch (StatusRuntimeException e) {
      throw new IOException("one SPI at a time: " + e, e);
    } finally {
      channel.shutdownNow();
    }
  }

  private void sa(long index, boolean inbound, long spi) throws IOException {
    String text =
        "offload_id: "
            + index
            + " direction: "
            + inbound
            + " req_id: 2 spi: "
            + spi
            + " ext_seq_num: true anti_replay_window_size: 64 protocol_parameters: 0 mode: 0"
            + " esp_payload { encryption { encryption_algorithm: 0 key: \""
            + HexFormat.ofDelimiter(":").withUpperCase().formatHex(new byte[36])
            + "\" key_len: 36 } }";
    ManagedChannel channel = channel();
    try {
      gNMIGrpc
          .newBlockingStub(channel)
          .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
          .set(
              SetRequest.newBuilder()
                  .addUpdate(
                      io.keyway.protocol.gnmi.Update.newBuilder()
                          .setPath(path("ipsec-offload", "sad", "sad-entry", "config"))
                          .setVal(
                              TypedValue.newBuilder().setProtoBytes(ByteString.copyFromUtf8(text))))
                  .build());
    } catch (StatusRuntimeException e) {
      throw new IOException("one SA at a time: " + e.getStatus().getCode(), e);
    } finally {
      channel.shutdownNow();
    }
  }

  private static Path path(String... names) {
    Path.Builder path = Path.newBuilder();
    for (String name : names) {
      PathElem.Builder elem = PathElem.newBuilder().setName(name);
      if (name.equals("sad-entry")) {
        elem.putKey("name", "*");
      }
      path.addElem(elem);
    }
    return path.build();
  }
}
