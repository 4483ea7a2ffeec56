package io.keyway.it.container;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.keyway.it.kit.Site;
import io.keyway.protocol.p4runtime.Action;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.FieldMatch;
import io.keyway.protocol.p4runtime.GetForwardingPipelineConfigRequest;
import io.keyway.protocol.p4runtime.MasterArbitrationUpdate;
import io.keyway.protocol.p4runtime.P4RuntimeGrpc;
import io.keyway.protocol.p4runtime.Role;
import io.keyway.protocol.p4runtime.StreamMessageRequest;
import io.keyway.protocol.p4runtime.StreamMessageResponse;
import io.keyway.protocol.p4runtime.TableAction;
import io.keyway.protocol.p4runtime.TableEntry;
import io.keyway.protocol.p4runtime.Uint128;
import io.keyway.protocol.p4runtime.Update;
import io.keyway.protocol.p4runtime.WriteRequest;
import io.keyway.protocol.p4runtime.config.P4Info;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An operator's own P4Runtime controller, which leads packets through SAs written by hand. */
final class TunnelRows implements AutoCloseable {
  private static final String ROLE = "operator";
  private static final Uint128 ELECTION = Uint128.newBuilder().setHigh(1).build();

  private final ManagedChannel channel;
  private final BlockingQueue<StreamMessageResponse> messages = new LinkedBlockingQueue<>();
  private final StreamObserver<StreamMessageRequest> stream;
  private final P4Info program;
  private final WriteRequest.Builder write =
      WriteRequest.newBuilder().setDeviceId(1).setRole(ROLE).setElectionId(ELECTION);

  TunnelRows(int port) throws IOException, InterruptedException {
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    stream =
        P4RuntimeGrpc.newStub(channel)
            .streamChannel(
                new StreamObserver<>() {
                  @Override
                  public void onNext(StreamMessageResponse message) {
                    messages.add(message);
                  }

                  @Override
                  public void onError(Throwable t) {
                    // it ends with the device
                  }

                  @Override
                  public void onCompleted() {
                    // it ends with the test
                  }
                });
    stream.onNext(
        StreamMessageRequest.newBuilder()
            .setArbitration(
                MasterArbitrationUpdate.newBuilder()
                    .setDeviceId(1)
                    .setElectionId(ELECTION)
                    .setRole(Role.newBuilder().setName(ROLE)))
            .build());
    StreamMessageResponse first = messages.poll(20, TimeUnit.SECONDS);
    if (first == null || first.getArbitration().getStatus().getCode() != 0) {
      throw new IOException("not the primary of its role: " + first);
    }
    program =
        stub()
            .getForwardingPipelineConfig(
                GetForwardingPipelineConfigRequest.newBuilder().setDeviceId(1).build())
            .getConfig()
            .getP4Info();
  }

  private P4RuntimeGrpc.P4RuntimeBlockingStub stub() {
    return P4RuntimeGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  /** All of a tunnel for UDP from one host to the other, by the SAs of an index. */
  void tunnel(Site here, Site there, long index, long spi) throws IOException {
    ByteString local = ip(here.gateway());
    ByteString remote = ip(there.gateway());
    ByteString host = ip(there.host());
    ByteString udp = number(17, 1);
    ByteString sa = number(index, 3);
    insert(
        "ipsec_rx_sa_classification_table",
        "ipsec_decrypt",
        key(remote, local, number(spi, 4)),
        sa);
    insert("ipv4_ipsec_tunnel_term_table", "decap_ipsec_tunnel_hdr", key(remote, local));
    insert(
        "ipsec_tunnel_encap_mod_table",
        "ipsec_tunnel_encap_mod",
        key(sa),
        local,
        remote,
        number(4, 1));
    insert("ipsec_tunnel_table", "set_ipsec_tunnel", key(sa), sa);
    for (int underlay = 0; underlay < 2; underlay++) {
      insert(
          "ipsec_tx_sa_classification_table",
          "tx_ipsec_tunnel",
          key(host, udp, number(underlay, 1)),
          remote);
    }
    insert("ipsec_spd", "ipsec_protect_set_metadata", key(host, udp), sa);
    stub().write(write.build());
  }

  private static ByteString[] key(ByteString... values) {
    return values;
  }

  private void insert(String table, String action, ByteString[] key, ByteString... params) {
    int tableId =
        program.getTablesList().stream()
            .filter(t -> t.getPreamble().getName().endsWith("." + table))
            .findFirst()
            .orElseThrow()
            .getPreamble()
            .getId();
    int actionId =
        program.getActionsList().stream()
            .filter(a -> a.getPreamble().getName().endsWith("." + action))
            .findFirst()
            .orElseThrow()
            .getPreamble()
            .getId();
    TableEntry.Builder row = TableEntry.newBuilder().setTableId(tableId);
    for (int i = 0; i < key.length; i++) {
      row.addMatch(
          FieldMatch.newBuilder()
              .setFieldId(i + 1)
              .setExact(FieldMatch.Exact.newBuilder().setValue(key[i])));
    }
    Action.Builder does = Action.newBuilder().setActionId(actionId);
    for (int i = 0; i < params.length; i++) {
      does.addParams(Action.Param.newBuilder().setParamId(i + 1).setValue(params[i]));
    }
    row.setAction(TableAction.newBuilder().setAction(does));
    write.addUpdates(
        Update.newBuilder()
            .setType(Update.Type.INSERT)
            .setEntity(Entity.newBuilder().setTableEntry(row)));
  }

  private static ByteString ip(String address) throws IOException {
    return ByteString.copyFrom(InetAddress.getByName(address).getAddress());
  }

  private static ByteString number(long value, int octets) {
    byte[] bytes = new byte[octets];
    for (int i = 0; i < octets; i++) {
      bytes[octets - 1 - i] = (byte) (value >>> 8 * i);
    }
    return ByteString.copyFrom(bytes);
  }

  @Override
  public void close() {
    stream.onCompleted();
    channel.shutdownNow();
  }
}
