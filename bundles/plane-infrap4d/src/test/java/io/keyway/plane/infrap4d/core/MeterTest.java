package io.keyway.plane.infrap4d.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.io.IOException;
import java.net.Inet4Address;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counters of a place over everything that happens to its rows, on either kind of device. */
class MeterTest {

  private static final Inet4Address HOST = (Inet4Address) Bench.address("10.2.0.1");
  private static final RowKey SPD = RowKey.spd(HOST, 17);
  private static final RowKey TX0 = RowKey.txClassification(HOST, 17, 0);
  private static final RowKey TX1 = RowKey.txClassification(HOST, 17, 1);
  private static final RowAction TUNNEL =
      RowAction.txTunnel((Inet4Address) Bench.address("198.51.100.1"));

  /** What was noted last of each place, as octets. */
  private final Map<List<Long>, byte[]> noted = new HashMap<>();

  private final MirrorNotes notes = new Noted();
  private Mirror mirror = new Mirror(notes);
  private Meter meter = new Meter(mirror);

  private final class Noted implements MirrorNotes {
    @Override
    public void row(RowKey key, Optional<RowAction> action, Doubt doubt) {
      // not what this is about
    }

    @Override
    public void sa(SaEntry sa) {
      // not what this is about
    }

    @Override
    public void saGone(SaRef ref) {
      // not what this is about
    }

    @Override
    public void lease(SpiLease lease, boolean pooled) {
      // not what this is about
    }

    @Override
    public void leaseGone(long index) {
      // not what this is about
    }

    @Override
    public void counted(MeterNote place) {
      noted.put(place.place(), place.octets());
    }

    @Override
    public void countedGone(List<Long> place) {
      noted.remove(place);
    }
  }

  /** The controller is killed; the device counts on, and the next life finds its rows. */
  private void killed() throws IOException {
    Map<List<Long>, byte[]> found = new HashMap<>(noted);
    Map<RowKey, RowAction> rows = Map.copyOf(mirror.rows());
    mirror = new Mirror(notes);
    meter = new Meter(mirror);
    rows.forEach((key, action) -> mirror.set(key, Optional.of(action)));
    for (byte[] octets : found.values()) {
      meter.restore(MeterNote.of(octets));
    }
  }

  /** Counters as the device has them. */
  private final Map<RowKey, long[]> device = new HashMap<>();

  private boolean resetsOnModify;

  private void put(RowKey key, RowAction action) {
    if (!device.containsKey(key) || resetsOnModify) {
      device.put(key, new long[2]);
    }
    mirror.set(key, Optional.of(action));
  }

  private void delete(RowKey key) {
    device.remove(key);
    mirror.set(key, Optional.empty());
  }

  private void hold() {
    put(TX0, RowAction.drop());
    put(TX1, RowAction.drop());
    if (device.containsKey(SPD)) {
      delete(SPD);
    }
  }

  private void protect(long index) {
    put(SPD, RowAction.protect(index));
    if (!mirror.row(TX0).equals(Optional.of(TUNNEL))) {
      put(TX0, TUNNEL);
      put(TX1, TUNNEL);
    }
  }

  private void packets(int count) {
    for (RowKey key : new RowKey[] {SPD, TX0}) {
      long[] counter = device.get(key);
      if (counter != null) {
        counter[0] += count;
        counter[1] += count * 100L;
      }
    }
  }

  private void read() {
    Map<RowKey, Usage> reading = new HashMap<>();
    device.forEach((key, counter) -> reading.put(key, Usage.of(counter[0], counter[1])));
    meter.read(reading);
  }

  private void expect(long sent, long held) {
    assertThat(meter.sent(SPD)).isEqualTo(Optional.of(Usage.of(sent, sent * 100)));
    assertThat(meter.held(SPD)).isEqualTo(Optional.of(Usage.of(held, held * 100)));
  }

  @Test
  void aHeldPlaceCountsWhatItHoldsAndHasSentNothingThatCouldBeCounted() {
    hold();
    packets(4);
    read();
    assertThat(meter.sent(SPD)).isEmpty();
    assertThat(meter.held(SPD)).hasValue(Usage.of(4, 400));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sentAndHeldAreToldApartOverAnEstablishmentThreeRekeysAndALoss(boolean resets) {
    resetsOnModify = resets;
    hold();
    packets(4);
    read();
    protect(1);
    packets(10);
    read();
    expect(10, 4);
    for (int i = 2; i < 5; i++) {
      packets(5);
      read();
      protect(i);
      packets(5);
      read();
    }
    expect(40, 4);
    packets(5);
    read();
    hold();
    read();
    packets(3);
    read();
    expect(45, 7);
    protect(9);
    packets(1);
    read();
    expect(46, 7);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withoutAReadingInBetweenNothingIsCountedTwice(boolean resets) {
    resetsOnModify = resets;
    hold();
    packets(4);
    protect(1);
    packets(10);
    read();
    expect(10, resets ? 0 : 4);
    packets(7);
    protect(2);
    packets(8);
    read();
    expect(25, resets ? 0 : 4);
  }

  @Test
  void aDeviceThatLostItsRowsGoesOnWhereItWas() {
    hold();
    protect(1);
    packets(10);
    read();
    device.clear();
    mirror.set(TX0, Optional.empty());
    mirror.set(TX1, Optional.empty());
    hold();
    mirror.set(SPD, Optional.empty());
    read();
    packets(2);
    read();
    protect(2);
    packets(3);
    read();
    expect(13, 2);
  }

  @Test
  void aPlaceThatIsGoneIsForgotten() {
    hold();
    packets(3);
    read();
    delete(TX0);
    delete(TX1);
    read();
    assertThat(meter.held(SPD)).isEmpty();
    hold();
    packets(1);
    read();
    assertThat(meter.held(SPD)).hasValue(Usage.of(1, 100));
  }

  @Test
  void whatAProgramDoesNotCountIsAbsent() {
    hold();
    protect(1);
    meter.read(Map.of(SPD, Usage.of(5, 500)));
    assertThat(meter.sent(SPD)).hasValue(Usage.of(5, 500));
    assertThat(meter.held(SPD)).isEmpty();
    assertThat(meter.sent(RowKey.spd(HOST, 6))).isEmpty();
  }

  @Test
  void bypassedPacketsWereNeitherSentThroughAnSaNorHeld() {
    put(SPD, RowAction.bypass());
    packets(9);
    read();
    assertThat(meter.sent(SPD)).isEmpty();
    assertThat(meter.held(SPD)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aKilledControllerGoesOnCountingWhereItStopped(boolean resets) throws IOException {
    resetsOnModify = resets;
    hold();
    packets(4);
    read();
    protect(1);
    packets(10);
    read();
    killed();
    read();
    expect(10, 4);
    packets(5);
    killed();
    packets(2);
    read();
    expect(17, 4);
    hold();
    packets(3);
    read();
    expect(17, 7);
    killed();
    read();
    expect(17, 7);
  }

  @Test
  void whatWasNeverReadBeforeTheEndIsReadAfterIt() throws IOException {
    hold();
    protect(1);
    packets(10);
    killed();
    read();
    expect(10, 0);
  }

  @Test
  void aDeviceThatRestartedMeanwhileCountsNothingTwice() throws IOException {
    protect(1);
    packets(10);
    read();
    protect(2);
    device.values().forEach(counter -> java.util.Arrays.fill(counter, 0));
    packets(3);
    killed();
    read();
    assertThat(meter.sent(SPD).orElseThrow().packets()).hasValue(13);
  }

  @Test
  void nothingIsKeptOfAPlaceThatIsGone() {
    protect(1);
    packets(10);
    read();
    protect(2);
    assertThat(noted).hasSize(1);
    for (RowKey key : List.of(SPD, TX0, TX1)) {
      delete(key);
    }
    read();
    assertThat(noted).isEmpty();
  }
}
