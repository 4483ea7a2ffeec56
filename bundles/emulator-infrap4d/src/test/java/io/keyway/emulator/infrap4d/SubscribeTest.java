package io.keyway.emulator.infrap4d;

import static io.keyway.emulator.infrap4d.RawClient.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.protocol.gnmi.Path;
import io.keyway.protocol.gnmi.Poll;
import io.keyway.protocol.gnmi.SubscribeRequest;
import io.keyway.protocol.gnmi.SubscribeResponse;
import io.keyway.protocol.gnmi.Subscription;
import io.keyway.protocol.gnmi.SubscriptionList;
import io.keyway.protocol.gnmi.SubscriptionMode;
import java.net.InetAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Contract section 2.6 over real gRPC. */
class SubscribeTest extends OneDevice {
  private static final Path EXPIRE = path("ipsec-offload", "sadb-expire");
  private static final Path SPI = path("ipsec-offload", "ipsec-spi", "rx-spi");

  private static final class Watch {
    final Heard<SubscribeResponse> heard = new Heard<>();
    final BlockingQueue<Object> events = heard.events;
    final StreamObserver<SubscribeRequest> out;

    Watch(RawClient client) {
      out = client.gnmiAsync().subscribe(heard);
    }

    SubscribeResponse next() throws InterruptedException {
      Object event = events.poll(10, TimeUnit.SECONDS);
      if (event instanceof SubscribeResponse response) {
        return response;
      }
      throw new AssertionError("no response but " + event);
    }

    String text() throws InterruptedException {
      return next().getUpdate().getUpdate(0).getVal().getStringVal();
    }
  }

  private Watch watch(SubscriptionList.Mode listMode, Path path, SubscriptionMode mode, long ms) {
    Watch watch = new Watch(client);
    watch.out.onNext(
        SubscribeRequest.newBuilder()
            .setSubscribe(
                SubscriptionList.newBuilder()
                    .setMode(listMode)
                    .setUpdatesOnly(true)
                    .addSubscription(
                        Subscription.newBuilder()
                            .setPath(path)
                            .setMode(mode)
                            .setSampleInterval(ms)))
            .build());
    return watch;
  }

  private Watch expiries() throws InterruptedException {
    Watch watch = watch(SubscriptionList.Mode.STREAM, EXPIRE, SubscriptionMode.ON_CHANGE, 0);
    assertThat(watch.text()).isEqualTo("unsupported yet");
    assertThat(watch.next().getSyncResponse()).isTrue();
    while (device.server().expireSubscribers() == 0) {
      Thread.onSpinWait();
    }
    return watch;
  }

  private void awaitSubscribers(int count) throws InterruptedException {
    long end = System.nanoTime() + 10_000_000_000L;
    while (device.server().expireSubscribers() != count && System.nanoTime() < end) {
      Thread.sleep(2);
    }
    assertThat(device.server().expireSubscribers()).isEqualTo(count);
  }

  @Test
  void expiriesComeAsOneStringInFixedOrder() throws Exception {
    Watch watch = expiries();
    client.rxSpi();
    device.device().expire(0xC0FFEE01, true, InetAddress.getByName("10.9.0.2"), false);
    device.device().expire(5, false, InetAddress.getByName("2001:db8::2"), false);
    assertThat(watch.text())
        .isEqualTo(
            "ipsec-sa-spi: 3237998081, soft-lifetime-expire: 1, ipsec-sa-protocol: 50,"
                + " ipsec-sa-dest-address: 10.9.0.2, address-family: 1");
    assertThat(watch.text())
        .isEqualTo(
            "ipsec-sa-spi: 5, soft-lifetime-expire: 0, ipsec-sa-protocol: 50,"
                + " ipsec-sa-dest-address: 2001:db8:0:0:0:0:0:2, address-family: 0");
  }

  @Test
  void nothingFlowsBeforeTheCallbackIsRegistered() throws Exception {
    Watch watch = expiries();
    assertThat(device.device().expire(1, true, InetAddress.getByName("10.9.0.2"), false)).isZero();
    assertThat(device.device().counters().get(Counter.EXPIRE_EVENTS_LOST)).isEqualTo(1);
    client.insertSa(SaText.of(1, true, 1, SaText.key(1, 36)));
    assertThat(device.device().expire(2, true, InetAddress.getByName("10.9.0.2"), false))
        .isEqualTo(1);
    assertThat(watch.text()).startsWith("ipsec-sa-spi: 2,");
  }

  @Test
  void everybodyGetsEverythingAndLateOnesNothingOfThePast() throws Exception {
    client.rxSpi();
    Watch first = expiries();
    device.device().expire(1, true, InetAddress.getByName("10.9.0.2"), false);
    Watch late = watch(SubscriptionList.Mode.STREAM, EXPIRE, SubscriptionMode.ON_CHANGE, 0);
    late.text();
    late.next();
    awaitSubscribers(2);
    device.device().expire(2, true, InetAddress.getByName("10.9.0.2"), false);
    assertThat(first.text()).startsWith("ipsec-sa-spi: 1,");
    assertThat(first.text()).startsWith("ipsec-sa-spi: 2,");
    assertThat(late.text()).startsWith("ipsec-sa-spi: 2,");
    late.out.onCompleted();
    awaitSubscribers(1);
  }

  @Test
  void subscribingToTheParentBurnsAnSpi() throws Exception {
    Watch watch =
        watch(SubscriptionList.Mode.STREAM, path("ipsec-offload"), SubscriptionMode.ON_CHANGE, 0);
    watch.next();
    assertThat(device.device().counters().get(Counter.SPIS_ALLOCATED)).isEqualTo(1);
  }

  @Test
  void samplingTheSpiBurnsOneEachTickOfMilliseconds() throws Exception {
    Watch watch = watch(SubscriptionList.Mode.STREAM, SPI, SubscriptionMode.SAMPLE, 10);
    for (int i = 0; i < 4; i++) {
      watch.next();
    }
    assertThat(device.device().counters().get(Counter.SPIS_ALLOCATED)).isGreaterThanOrEqualTo(3);
    watch.out.onCompleted();
  }

  @Test
  void onChangeOfTheSpiAllocatesNothing() throws Exception {
    Watch watch = watch(SubscriptionList.Mode.STREAM, SPI, SubscriptionMode.ON_CHANGE, 0);
    assertThat(watch.text()).isEqualTo("unsupported yet");
    assertThat(device.device().counters().get(Counter.SPIS_ALLOCATED)).isZero();
  }

  @Test
  @SuppressWarnings("deprecation")
  void errorsComeInTheOldMessageAndTheCallEndsWell() throws Exception {
    for (Watch watch :
        new Watch[] {
          watch(SubscriptionList.Mode.STREAM, EXPIRE, SubscriptionMode.TARGET_DEFINED, 0),
          watch(SubscriptionList.Mode.STREAM, path("nowhere"), SubscriptionMode.ON_CHANGE, 0),
        }) {
      assertThat(watch.next().getError().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
      assertThat(watch.events.poll(10, TimeUnit.SECONDS)).isEqualTo("completed");
    }
    Watch twice = expiries();
    twice.out.onNext(
        SubscribeRequest.newBuilder().setSubscribe(SubscriptionList.getDefaultInstance()).build());
    assertThat(twice.next().getError().getCode()).isEqualTo(3);
  }

  @Test
  void onceAndPollAnswerOnDemand() throws Exception {
    Watch once = watch(SubscriptionList.Mode.ONCE, EXPIRE, SubscriptionMode.TARGET_DEFINED, 0);
    assertThat(once.text()).isEqualTo("unsupported yet");
    assertThat(once.next().getSyncResponse()).isTrue();
    assertThat(once.events.poll(10, TimeUnit.SECONDS)).isEqualTo("completed");
    Watch poll = watch(SubscriptionList.Mode.POLL, SPI, SubscriptionMode.TARGET_DEFINED, 0);
    poll.next();
    poll.next();
    poll.out.onNext(SubscribeRequest.newBuilder().setPoll(Poll.getDefaultInstance()).build());
    assertThat(poll.next().getUpdate().getUpdate(0).getVal().getUintVal()).isPositive();
  }

  @Test
  void aRestartBreaksTheStream() throws Exception {
    Watch watch = expiries();
    device.restart(true, 0);
    assertThat(watch.events.poll(10, TimeUnit.SECONDS)).isInstanceOf(Throwable.class);
    assertThat(device.server().expireSubscribers()).isZero();
  }
}
