package io.keyway.plane.infrap4d.emulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.Quirk;
import io.keyway.emulator.infrap4d.pipeline.Delivered;
import io.keyway.emulator.infrap4d.pipeline.SaView;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.plane.infrap4d.emulated.Site.End;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.settings.SettingsException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each setting of which the sources contradict each other, against a device of either kind. */
class QuirksTest {

  private static final End A = new End("192.0.2.1", "10.1.0.1");
  private static final End B = new End("198.51.100.1", "10.2.0.1");

  private final Wire wire = new Wire("wire", InstantSource.system());
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  /** A device with one quirk, and a plane with one setting. */
  private Site site(End end, Quirk quirk, boolean on, String... leaves) throws Exception {
    EmulatorConfig config = EmulatorConfig.onLoopback(end.outer(), "wire");
    Site site =
        new Site(
            config
                .with(quirk == null ? config.quirks() : config.quirks().with(quirk, on))
                .withAddresses(end.outer() + "/32"),
            wire,
            s -> settings(s, leaves));
    open.add(site);
    return site.ready();
  }

  private static Infrap4dSettings settings(Infrap4dSettings site, String... leaves) {
    Map<String, String> all = new HashMap<>();
    all.put("p4runtime-address", site.p4runtime().toString());
    all.put("tls/enabled", "false");
    for (int i = 0; i < leaves.length; i += 2) {
      all.put(leaves[i], leaves[i + 1]);
    }
    try {
      return Infrap4dSettings.parse(site.name(), all).withTiming(site.timing());
    } catch (SettingsException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static byte[] key(int seed) {
    byte[] key = new byte[36];
    Arrays.fill(key, (byte) seed);
    key[0] = 1;
    return key;
  }

  /** What one packet through a tunnel from left to right becomes. */
  private List<Delivered> through(Site left, Site right) {
    SpiLease mine = left.lease();
    SpiLease theirs = right.lease();
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.addAll(
        right.apply(
            right.add(
                theirs,
                Direction.INBOUND,
                theirs.spi(),
                B,
                A,
                key(2),
                IpsecMode.TUNNEL,
                Lifetime.UNLIMITED)));
    outcomes.addAll(
        left.apply(
            Site.hold(A, B),
            left.add(
                mine,
                Direction.OUTBOUND,
                theirs.spi(),
                A,
                B,
                key(2),
                IpsecMode.TUNNEL,
                Lifetime.UNLIMITED),
            left.protect(mine, theirs.spi(), A, B, IpsecMode.TUNNEL)));
    assertThat(outcomes).allMatch(Outcome::done);
    left.emulator.device().transmit(Site.datagram(A, B, "payload"), false);
    return right.delivered();
  }

  @ParameterizedTest
  @CsvSource({
    "INBOUND_IS_TRUE, true, quirks/inbound-direction, true",
    "INBOUND_IS_TRUE, false, quirks/inbound-direction, false",
    "SPI_SWAPPED, true, quirks/spi-byte-order, swapped",
    "SPI_SWAPPED, false, quirks/spi-byte-order, as-is",
    "DEVICE_ALGORITHM_NUMBERS, true, quirks/algorithm-numbers, device",
    "DEVICE_ALGORITHM_NUMBERS, false, quirks/algorithm-numbers, ikev2",
    "KEY_LENGTH_WITH_SALT, true, quirks/key-length-with-salt, true",
    "KEY_LENGTH_WITH_SALT, false, quirks/key-length-with-salt, false",
    "PADDED_READS, true, quirks/path-keys, name",
    "PADDED_READS, false, quirks/path-keys, index",
  })
  void withTheSettingThatTheDeviceHasPacketsGetThrough(
      Quirk quirk, boolean on, String leaf, String value) throws Exception {
    Site left = site(A, quirk, on, leaf, value);
    Site right = site(B, quirk, on, leaf, value);
    assertThat(through(left, right))
        .singleElement()
        .satisfies(d -> assertThat(d.kind()).isEqualTo(Delivered.Kind.DECRYPTED))
        .satisfies(d -> assertThat(d.packet()).isEqualTo(Site.datagram(A, B, "payload")));
  }

  @ParameterizedTest
  @CsvSource({
    "DEVICE_ALGORITHM_NUMBERS, false, quirks/algorithm-numbers, device",
    "KEY_LENGTH_WITH_SALT, false, quirks/key-length-with-salt, true",
    "INBOUND_IS_TRUE, false, quirks/inbound-direction, true",
  })
  void withTheWrongSettingTheSaIsNotTakenAndNothingIsLeftBehind(
      Quirk quirk, boolean on, String leaf, String value) throws Exception {
    Site site = site(A, quirk, on, leaf, value);
    SpiLease lease = site.lease();
    Outcome outcome =
        site.apply(
                site.add(
                    lease,
                    Direction.INBOUND,
                    lease.spi(),
                    A,
                    B,
                    key(2),
                    IpsecMode.TUNNEL,
                    Lifetime.UNLIMITED))
            .get(0);
    if (outcome.done()) {
      // A device cannot tell that directions are swapped; it has the SA the other way round. Of
      // SPIs
      // in the wrong order it cannot tell either, and nothing goes wrong on its side of the wire.
      assertThat(quirk).isEqualTo(Quirk.INBOUND_IS_TRUE);
      assertThat(site.emulator.device().sas()).noneMatch(SaView::inbound);
    } else {
      assertThat(outcome.reason()).isNotEmpty();
      assertThat(site.emulator.device().sas()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"transport, 0", "real, 1"})
  void theModeOfAnSaIsAlwaysTransportOrTheRealOne(String value, int mode) throws Exception {
    assertThat(installed("quirks/sa-mode", value).mode()).isEqualTo(mode);
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 0, 77})
  void everySaHasTheConfiguredReqId(long reqId) throws Exception {
    assertThat(installed("quirks/req-id", Long.toString(reqId)).reqId()).isEqualTo(reqId);
  }

  private SaView installed(String leaf, String value) throws Exception {
    Site site = site(A, null, false, leaf, value);
    SpiLease lease = site.lease();
    assertThat(
            site.apply(
                site.add(
                    lease,
                    Direction.OUTBOUND,
                    new Spi(0xC0000001L),
                    A,
                    B,
                    key(2),
                    IpsecMode.TUNNEL,
                    Lifetime.UNLIMITED)))
        .containsExactly(Outcome.ok());
    return site.emulator.device().sas().get(0);
  }

  @ParameterizedTest
  @CsvSource({"both, HELD, HELD", "zero, HELD, CLEAR", "one, CLEAR, HELD"})
  void isTunnelRowsSayWhichFlowsAreTouchedAtAll(
      String value, Verdict.Kind plain, Verdict.Kind underlay) throws Exception {
    Site site = site(A, null, false, "quirks/is-tunnel-rows", value);
    site.apply(Site.hold(A, B));
    byte[] packet = Site.datagram(A, B, "x");
    assertThat(site.emulator.device().transmit(packet, false).kind()).isEqualTo(plain);
    assertThat(site.emulator.device().transmit(packet, true).kind()).isEqualTo(underlay);
  }

  @Test
  void deletesNameBothKeysWhateverThePathOfInserts() throws Exception {
    for (String value : List.of("name", "index")) {
      Site site = site(value.equals("name") ? A : B, null, false, "quirks/path-keys", value);
      SpiLease lease = site.lease();
      site.apply(
          site.add(
              lease,
              Direction.INBOUND,
              lease.spi(),
              A,
              B,
              key(2),
              IpsecMode.TUNNEL,
              Lifetime.UNLIMITED));
      assertThat(site.apply(site.remove(lease, Direction.INBOUND, lease.spi(), A, B)))
          .containsExactly(Outcome.ok());
      assertThat(site.emulator.device().sas()).isEmpty();
    }
  }
}
