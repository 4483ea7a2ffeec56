package io.keyway.plane.infrap4d.device;

import io.keyway.plane.infrap4d.settings.Quirks;
import io.keyway.protocol.gnmi.Path;
import io.keyway.protocol.gnmi.PathElem;

/**
 * The four paths that infrap4d knows. Always complete, without prefix and origin: a Set path that
 * ends early, or a delete without both keys, can bring the server down.
 */
final class GnmiPaths {

  static final Path RX_SPI =
      Path.newBuilder()
          .addElem(elem("ipsec-offload"))
          .addElem(elem("ipsec-spi"))
          .addElem(elem("rx-spi"))
          .build();

  static final Path EXPIRE =
      Path.newBuilder().addElem(elem("ipsec-offload")).addElem(elem("sadb-expire")).build();

  private GnmiPaths() {}

  /** Where an SA is inserted; the device looks at the message, not at the keys. */
  static Path insert(SaRef sa, Quirks quirks) {
    return quirks.pathKeysByIndex()
        ? delete(sa, quirks)
        : config(elem("sad-entry").toBuilder().putKey("name", "*").build());
  }

  /** Where an SA is deleted; the device compares the direction's text with "1". */
  static Path delete(SaRef sa, Quirks quirks) {
    return config(
        elem("sad-entry").toBuilder()
            .putKey("offload-id", Long.toString(sa.index()))
            .putKey("direction", SadText.direction(sa.direction(), quirks) ? "1" : "0")
            .build());
  }

  private static Path config(PathElem entry) {
    return Path.newBuilder()
        .addElem(elem("ipsec-offload"))
        .addElem(elem("sad"))
        .addElem(entry)
        .addElem(elem("config"))
        .build();
  }

  private static PathElem elem(String name) {
    return PathElem.newBuilder().setName(name).build();
  }
}
