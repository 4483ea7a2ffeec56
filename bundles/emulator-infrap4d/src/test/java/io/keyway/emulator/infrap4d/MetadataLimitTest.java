package io.keyway.emulator.infrap4d;

import static io.keyway.emulator.infrap4d.RawClient.details;
import static io.keyway.emulator.infrap4d.RawClient.ip;
import static io.keyway.emulator.infrap4d.RawClient.number;
import static io.keyway.emulator.infrap4d.RawClient.values;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.Error;
import io.keyway.protocol.p4runtime.TableEntry;
import io.keyway.protocol.p4runtime.Update;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The details trailer of a Write grows with every update, failed or not, and clients limit what
 * they take as metadata: 8 KiB unless told otherwise.
 */
class MetadataLimitTest {
  private final Bed bed = new Bed();
  private Emulator device;

  @BeforeEach
  void start() throws Exception {
    device = bed.device();
  }

  @AfterEach
  void stop() {
    bed.close();
  }

  private static Update[] updates(RawClient client, int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(
            i ->
                client.insert(
                    LinuxNetworking.SPD,
                    values(ip("10.1." + i / 256 + "." + i % 256), number(17)),
                    LinuxNetworking.PROTECT,
                    number(5)))
        .toArray(Update[]::new);
  }

  private RawClient client(int metadata) {
    NettyChannelBuilder channel =
        NettyChannelBuilder.forAddress(device.addresses().get(0)).usePlaintext();
    if (metadata > 0) {
      channel.maxInboundMetadataSize(metadata);
    }
    RawClient client = new RawClient(channel.build());
    bed.closing(client::close);
    return client;
  }

  private static Update[] concat(Update[] some, Update... others) {
    return Stream.concat(Arrays.stream(some), Arrays.stream(others)).toArray(Update[]::new);
  }

  @Test
  void fiftyErrorsFitEveryClientAndTheStreamLives() throws Exception {
    RawClient client = client(0);
    RawClient.Stream stream = client.primary();
    client.write(updates(client, 0, 49));
    StatusRuntimeException failure =
        client.writeFails(client.request(concat(updates(client, 0, 49), updates(client, 49, 1))));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(details(failure)).hasSize(50);
    assertThat(details(failure).get(48).getCanonicalCode()).isEqualTo(6);
    assertThat(details(failure).get(49).getCanonicalCode()).as("the last was new").isZero();
    assertThat(stream.events).isEmpty();
  }

  @Test
  void aHundredErrorsCostADefaultClientItsConnectionAndItsRoleAlthoughTheRowsAreWritten()
      throws Exception {
    RawClient client = client(0);
    RawClient.Stream stream = client.primary();
    client.write(updates(client, 0, 100));
    StatusRuntimeException failure =
        client.writeFails(client.request(concat(updates(client, 0, 100), updates(client, 100, 7))));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(StatusProto.fromThrowable(failure).getDetailsList()).isEmpty();
    assertThat(stream.end().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(
            client.read(
                Entity.newBuilder()
                    .setTableEntry(
                        TableEntry.newBuilder()
                            .setTableId(
                                client.program().table(LinuxNetworking.SPD).orElseThrow().id()))
                    .build()))
        .as("the answer was lost, the seven new rows were not")
        .hasSize(107);
    Bed.await(() -> device.server().streams() == 0);
    assertThat(client.writeFails(client.request(updates(client, 200, 1))).getStatus().getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void aClientWithAHigherLimitHearsOfAThousandInOrder() throws Exception {
    RawClient client = client(1 << 20);
    RawClient.Stream stream = client.primary();
    client.write(updates(client, 0, 500));
    StatusRuntimeException failure = client.writeFails(client.request(updates(client, 0, 1000)));
    assertThat(details(failure)).hasSize(1000);
    assertThat(details(failure).subList(0, 500))
        .extracting(Error::getCanonicalCode)
        .containsOnly(6);
    assertThat(details(failure).subList(500, 1000))
        .extracting(Error::getCanonicalCode)
        .containsOnly(0);
    assertThat(stream.events).isEmpty();
  }
}
