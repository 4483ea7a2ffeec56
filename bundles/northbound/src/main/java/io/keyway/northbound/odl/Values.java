package io.keyway.northbound.odl;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Spi;
import java.net.InetAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.opendaylight.yang.gen.v1.urn.ietf.params.xml.ns.yang.ietf.inet.types.rev130715.IetfInetUtil;
import org.opendaylight.yang.gen.v1.urn.ietf.params.xml.ns.yang.ietf.inet.types.rev130715.IpAddressNoZone;
import org.opendaylight.yang.gen.v1.urn.ietf.params.xml.ns.yang.ietf.inet.types.rev130715.PortNumber;
import org.opendaylight.yang.gen.v1.urn.ietf.params.xml.ns.yang.ietf.yang.types.rev130715.Counter64;
import org.opendaylight.yang.gen.v1.urn.ietf.params.xml.ns.yang.ietf.yang.types.rev130715.DateAndTime;
import org.opendaylight.yang.gen.v1.urn.ietf.params.xml.ns.yang.ietf.yang.types.rev130715.Gauge64;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.EntryName;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.EspSpi;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.IkeSpi;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Result;
import org.opendaylight.yangtools.yang.common.Uint16;
import org.opendaylight.yangtools.yang.common.Uint64;

/** Values of the api as the bindings want them; null stands for an absent leaf, as there. */
final class Values {

  private Values() {}

  static DateAndTime time(Optional<Instant> instant) {
    return instant
        .map(i -> new DateAndTime(i.truncatedTo(ChronoUnit.MILLIS).toString()))
        .orElse(null);
  }

  static Counter64 counter(long value) {
    return new Counter64(Uint64.fromLongBits(value));
  }

  static Gauge64 gauge(long value) {
    return new Gauge64(Uint64.valueOf(Math.max(0, value)));
  }

  static EntryName name(String name) {
    return name.isEmpty() ? null : new EntryName(name);
  }

  /** Texts that say nothing are left out. */
  static String text(String text) {
    return text.isEmpty() ? null : text;
  }

  static IpAddressNoZone address(InetAddress address) {
    return address == null ? null : IetfInetUtil.ipAddressNoZoneFor(address);
  }

  static PortNumber port(int port) {
    return new PortNumber(Uint16.valueOf(port));
  }

  /** An IKE SPI; 0 is the one that is not known yet. */
  static IkeSpi ikeSpi(long spi) {
    return spi == 0 ? null : new IkeSpi(String.format("0x%016x", spi));
  }

  static EspSpi espSpi(Spi spi) {
    return new EspSpi(spi.toString());
  }

  /** An ESP SPI; 0 is the one that is not known yet. */
  static EspSpi espSpi(long spi) {
    return spi == 0 ? null : new EspSpi(String.format("0x%08x", spi));
  }

  static Result result(Outcome outcome) {
    return Result.ofName(yang(outcome.kind()));
  }

  /** Name of a constant as YANG writes it, such as {@code no-pipeline}. */
  static String yang(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
