package io.keyway.northbound.device;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Spi;
import java.util.Locale;
import java.util.Optional;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.Uint16;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.Uint64;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;

/**
 * Reads an entry of {@code sad-entry} that somebody wrote. OpenDaylight checks neither leafrefs nor
 * mandatory leaves of a mount point, and some defaults of the model describe what no device does:
 * each such thing is refused by name.
 */
final class ManualSaReader {

  private static final int AES_GCM_16 = 20;
  private static final int AES_CBC = 12;
  private static final int SALT_OCTETS = 4;

  /**
   * Without extended sequence numbers an SA ends at 2^32 packets, and nobody rekeys this one. A
   * packet has at least twenty octets, so that so many octets are fewer packets.
   */
  static final long MAX_BYTES_WITHOUT_ESN = 1L << 36;

  private final String plane;

  ManualSaReader(String plane) {
    this.plane = plane;
  }

  /** The key of the list as the path has it. */
  record Key(long index, Direction direction) {
    static Key of(NodeIdentifierWithPredicates entry) {
      return new Key(
          ((Uint32) entry.getValue(name("offload-id"))).toJava(),
          ManualSaReader.direction((Boolean) entry.getValue(name("direction"))));
    }
  }

  /**
   * Reads an entry.
   *
   * @throws RuntimeException as {@link Refused} makes it
   */
  ManualSa read(MapEntryNode entry) {
    Key key = Key.of(entry.name());
    if (container(entry, "state").isPresent()) {
      throw invalid("state cannot be written; write config");
    }
    ContainerNode config =
        container(entry, "config").orElseThrow(() -> missing("config", "all of the SA"));
    if (this.<Uint32>need(config, "offload-id").toJava() != key.index()
        || direction(this.<Boolean>need(config, "direction")) != key.direction()) {
      throw invalid(
          "offload-id and direction of the path ("
              + key.index()
              + ", "
              + egress(key.direction())
              + ") and of config differ");
    }
    if (this.<Uint64>leaf(config, "req-id").filter(id -> id.longValue() != 0).isPresent()) {
      throw invalid(
          "req-id cannot be chosen for one SA: the data plane's setting quirks/req-id is sent with"
              + " each; leave it out");
    }
    Lifetime lifetime =
        new Lifetime(limit(config, "sa-lifetime-soft"), limit(config, "sa-lifetime-hard"));
    long soft = lifetime.soft().bytes();
    long hard = lifetime.hard().bytes();
    if (hard != 0 && soft > hard) {
      throw invalid("sa-lifetime-soft/bytes is above sa-lifetime-hard/bytes");
    }
    boolean esn = this.<Boolean>leaf(config, "ext-seq-num").orElse(true);
    if (!esn && (hard == 0 || hard > MAX_BYTES_WITHOUT_ESN)) {
      throw invalid(
          "without ext-seq-num the sequence number ends at 2^32 packets and nobody rekeys this SA:"
              + " set sa-lifetime-hard/bytes to at most "
              + MAX_BYTES_WITHOUT_ESN
              + ", or ext-seq-num to true");
    }
    long spi = this.<Uint32>need(config, "spi").toJava();
    if (spi < 256) {
      throw invalid("spi " + spi + " is reserved (RFC 4303 section 2.1)");
    }
    IpsecMode mode =
        IpsecMode.valueOf(
            this.<String>leaf(config, "mode").orElse("transport").toUpperCase(Locale.ROOT));
    long window =
        this.<Uint32>leaf(config, "anti-replay-window-size").map(Uint32::toJava).orElse(64L);
    if (window > Integer.MAX_VALUE) {
      throw invalid("anti-replay-window-size " + window + " is more than any device keeps");
    }
    ContainerNode encryption =
        container(config, "esp-sa")
            .flatMap(esp -> container(esp, "encryption"))
            .orElseThrow(() -> missing("esp-sa/encryption", "algorithm and key"));
    EncryptionAlgorithm algorithm = algorithm(encryption);
    return new ManualSa(
        key.index(),
        key.direction(),
        new Spi(spi),
        algorithm,
        key(encryption, algorithm),
        esn,
        (int) window,
        mode,
        lifetime);
  }

  private EncryptionAlgorithm algorithm(ContainerNode encryption) {
    int number =
        this.<Uint16>leaf(encryption, "encryption-algorithm").map(Uint16::toJava).orElse(AES_CBC);
    if (number == AES_CBC) {
      throw invalid(
          "encryption-algorithm 12 (AES-CBC), the model's default, cannot work: the model has no"
              + " integrity algorithm to go with it; write 20 (AES-GCM with an ICV of 16 octets)");
    }
    if (number != AES_GCM_16) {
      throw invalid(
          "encryption-algorithm " + number + " is not there; write 20 (AES-GCM, ICV of 16 octets)");
    }
    long octets = this.<Uint32>need(encryption, "key-len").toJava();
    for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
      if (algorithm.ianaId() == AES_GCM_16 && algorithm.keyMaterialOctets() == octets) {
        return algorithm;
      }
    }
    throw invalid(
        "key-len "
            + octets
            + " is not possible: it counts the octets of key and salt, 20 for AES-128 and 36 for"
            + " AES-256");
  }

  /** Pairs of hex digits joined by colons; the text that RESTCONF parsed cannot be wiped. */
  private SecretBytes key(ContainerNode encryption, EncryptionAlgorithm algorithm) {
    String text = need(encryption, "key");
    int octets = text.isEmpty() ? 0 : (text.length() + 1) / 3;
    if (octets != algorithm.keyMaterialOctets()) {
      throw invalid(
          "key has "
              + octets
              + " octets and key-len says "
              + algorithm.keyMaterialOctets()
              + "; the key is followed by its salt of "
              + SALT_OCTETS
              + " octets");
    }
    byte[] key = new byte[octets];
    for (int i = 0; i < octets; i++) {
      key[i] =
          (byte)
              (Character.digit(text.charAt(3 * i), 16) << 4
                  | Character.digit(text.charAt(3 * i + 1), 16));
    }
    return SecretBytes.wrap(key);
  }

  private Lifetime.Limit limit(ContainerNode config, String name) {
    Optional<ContainerNode> limit = container(config, name);
    if (limit.isEmpty()) {
      return Lifetime.Limit.NONE;
    }
    for (String kind : new String[] {"time", "packets", "idle"}) {
      if (this.<Uint32>leaf(limit.get(), kind).filter(v -> v.longValue() != 0).isPresent()) {
        throw invalid(
            name + "/" + kind + " is not kept by the device, which counts bytes alone; use bytes");
      }
    }
    long bytes = this.<Uint64>leaf(limit.get(), "bytes").map(Uint64::longValue).orElse(0L);
    if (bytes < 0) {
      throw invalid(name + "/bytes is above 2^63 - 1");
    }
    return new Lifetime.Limit(0, bytes, 0);
  }

  private static Direction direction(boolean egress) {
    return egress ? Direction.OUTBOUND : Direction.INBOUND;
  }

  private static boolean egress(Direction direction) {
    return direction == Direction.OUTBOUND;
  }

  private static Optional<ContainerNode> container(DataContainerNode parent, String name) {
    DataContainerChild child = parent.childByArg(NodeIdentifier.create(name(name)));
    return child instanceof ContainerNode container ? Optional.of(container) : Optional.empty();
  }

  @SuppressWarnings("unchecked")
  private <T> Optional<T> leaf(DataContainerNode parent, String name) {
    DataContainerChild child = parent.childByArg(NodeIdentifier.create(name(name)));
    return child instanceof LeafNode<?> leaf ? Optional.of((T) leaf.body()) : Optional.empty();
  }

  private <T> T need(DataContainerNode parent, String name) {
    return this.<T>leaf(parent, name).orElseThrow(() -> missing(name, "it is mandatory"));
  }

  private RuntimeException missing(String name, String what) {
    return Refused.of(ErrorTag.MISSING_ELEMENT, plane, name + " is missing: " + what);
  }

  private RuntimeException invalid(String why) {
    return Refused.of(ErrorTag.INVALID_VALUE, plane, why);
  }

  private static QName name(String local) {
    return QName.create(DeviceTree.ROOT, local).intern();
  }
}
