package io.keyway.plane.infrap4d.emulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.SpiLease;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.plane.infrap4d.emulated.Site.End;
import io.keyway.plane.support.settings.HostPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One stream that breaks while the connection lives, and calls that nobody answers. */
class StreamsTest {

  private static final End A = new End("192.0.2.1", "10.1.0.1");
  private static final End B = new End("198.51.100.1", "10.2.0.1");

  /** The time limit of one call, and a machine that has other things to do. */
  private static final Duration ANSWERED = Site.QUICK.rpc().plusSeconds(5);

  private Recorder recorder;
  private Site site;

  @BeforeEach
  void start() throws Exception {
    site =
        new Site(
            EmulatorConfig.onLoopback("a", "wire"),
            new Wire("wire", InstantSource.system()),
            s -> {
              recorder = new Recorder(new InetSocketAddress("127.0.0.1", s.p4runtime().port()));
              HostPort through = new HostPort("127.0.0.1", recorder.port());
              return Draft.of(
                  s,
                  d -> {
                    d.p4runtime = through;
                    d.gnmi = through;
                  });
            });
    site.ready();
    assertThat(site.apply(Site.hold(A, B))).containsExactly(Outcome.ok());
  }

  @AfterEach
  void stop() {
    site.close();
    recorder.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {Recorder.STREAM, Recorder.SUBSCRIBE})
  void aStreamThatIsLostAloneIsOpenedAgainAndTheTablesAreCompared(String stream) throws Exception {
    Generation before = site.plane.generation();
    int reads = recorder.of(Recorder.READ).size();
    recorder.cut(stream);
    site.await(PlaneEvent.Down.class::isInstance);
    site.ready();
    assertThat(recorder.of(stream)).hasSize(2);
    assertThat(recorder.of(Recorder.READ).size()).isGreaterThan(reads);
    assertThat(site.plane.generation()).isEqualTo(before);
    assertThat(site.apply(Site.hold(A, B))).containsExactly(Outcome.same());

    SpiLease lease = site.lease();
    site.emulator.device().expire(lease.spi().bits(), true, Site.address("192.0.2.1"), false);
    site.await(PlaneEvent.Expired.class::isInstance);
  }

  @ParameterizedTest
  @ValueSource(strings = {Recorder.STREAM, Recorder.SUBSCRIBE})
  void whatHappenedToTheDeviceMeanwhileIsFound(String stream) throws Exception {
    Generation before = site.plane.generation();
    site.emulator.pushPipeline(0);
    recorder.cut(stream);
    site.await(PlaneEvent.GenerationChanged.class::isInstance);
    site.ready();
    assertThat(site.plane.generation()).isGreaterThan(before);
    int held =
        site.emulator.device().table(LinuxNetworking.TX_SA_CLASSIFICATION, t -> t.rows().size());
    assertThat(held).as("drops stand again").isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {Recorder.PIPELINE, Recorder.STREAM, Recorder.SUBSCRIBE, Recorder.READ})
  void aQuestionAtContactThatNobodyAnswersEndsThatAttemptInTime(String method) throws Exception {
    recorder.swallowNext(method);
    long begin = System.nanoTime();
    recorder.cut(Recorder.STREAM);
    site.status(s -> s.reason().contains("did not answer"));
    site.ready();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ANSWERED.plusSeconds(5));
    assertThat(site.apply(Site.hold(A, B))).containsExactly(Outcome.same());
  }

  @Test
  void aRequestForAnSpiThatNobodyAnswersFailsInTimeAndTheNextOneIsGood() {
    recorder.swallowNext(Recorder.GET);
    long begin = System.nanoTime();
    Outcome none = site.plane.allocateSpi(Site.LONG).toCompletableFuture().join().outcome();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ANSWERED);
    assertThat(none.reason()).contains("did not answer").contains("2000 ms");
    assertThat(site.lease().index()).isPositive();
  }

  @Test
  void aWriteThatNobodyAnswersIsSettledInTime() {
    recorder.swallowNext(Recorder.WRITE);
    long begin = System.nanoTime();
    assertThat(site.apply(Site.hold(A, new End("198.51.100.1", "10.2.0.9"))).get(0).kind())
        .isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ANSWERED);
  }

  @Test
  void aSetThatNobodyAnswersIsSettledInTime() {
    SpiLease lease = site.lease();
    byte[] key = new byte[36];
    Arrays.fill(key, (byte) 9);
    recorder.swallowNext(Recorder.SET);
    long begin = System.nanoTime();
    assertThat(
            site.apply(
                    site.add(
                        lease,
                        Direction.INBOUND,
                        lease.spi(),
                        A,
                        B,
                        key,
                        IpsecMode.TUNNEL,
                        Lifetime.UNLIMITED))
                .get(0)
                .kind())
        .as("taken back")
        .isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ANSWERED);
    assertThat(site.emulator.device().sas()).isEmpty();
  }
}
