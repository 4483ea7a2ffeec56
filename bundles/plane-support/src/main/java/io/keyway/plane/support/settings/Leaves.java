package io.keyway.plane.support.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The leaves of one device as the northbound model writes them, by their path below the container
 * of its type. An unknown leaf is an error, not ignored.
 */
public final class Leaves {

  private final String type;
  private final Map<String, String> leaves;

  /**
   * @param type of the device, for people
   * @param known all that there may be
   */
  public Leaves(String type, Map<String, String> leaves, Set<String> known)
      throws SettingsException {
    this.type = type;
    this.leaves = leaves;
    for (String leaf : leaves.keySet()) {
      if (!known.contains(leaf)) {
        throw new SettingsException(type + " has no setting '" + leaf + "'; remove it");
      }
    }
  }

  public Optional<String> text(String leaf) {
    return Optional.ofNullable(leaves.get(leaf));
  }

  /** Absent is {@code usual}. */
  public boolean flag(String leaf, boolean usual) throws SettingsException {
    return Boolean.parseBoolean(choice(leaf, Boolean.toString(usual), Set.of("true", "false")));
  }

  /** Absent is {@code usual}. */
  public String choice(String leaf, String usual, Set<String> allowed) throws SettingsException {
    String text = leaves.getOrDefault(leaf, usual);
    if (!allowed.contains(text)) {
      throw new SettingsException(
          leaf
              + " '"
              + text
              + "' is not one of "
              + String.join(", ", allowed.stream().sorted().toList()));
    }
    return text;
  }

  /** Absent is {@code usual}. */
  public long number(String leaf, long usual, long least, long most) throws SettingsException {
    String text = leaves.get(leaf);
    if (text == null) {
      return usual;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // reported below, together with numbers out of range
    }
    throw new SettingsException(leaf + " '" + text + "' is not a number in " + least + ".." + most);
  }

  /**
   * A relative path starts at the container's {@code etc}. Whether the file can be read is found
   * out at every connect, for it may come later.
   */
  public Optional<Path> file(String leaf) {
    Path base = Path.of(System.getProperty("karaf.etc", ""));
    return Optional.ofNullable(leaves.get(leaf)).map(base::resolve);
  }

  /**
   * The container {@code tls}.
   *
   * @param addresses where the device is; without TLS all must be on loopback
   */
  public TlsSettings tls(HostPort... addresses) throws SettingsException {
    if (!flag("tls/enabled", true)) {
      for (HostPort address : addresses) {
        if (!address.loopback()) {
          throw new SettingsException(
              "tls/enabled is false, but "
                  + address
                  + " is not a loopback address: keys would cross a network in clear; enable TLS");
        }
      }
      return TlsSettings.PLAINTEXT;
    }
    TlsSettings tls =
        new TlsSettings(
            true,
            file("tls/ca-file"),
            file("tls/certificate-file"),
            file("tls/private-key-file"),
            text("tls/server-name"),
            Duration.ofDays(number("tls/warn-before", TlsSettings.WARN_BEFORE.toDays(), 0, 3650)));
    if (tls.caFile().isEmpty()) {
      throw new SettingsException(
          "tls/ca-file is missing; set it to the CA certificate that signed "
              + type
              + "'s certificate (PEM), or, for a device on loopback only, set tls/enabled to"
              + " false");
    }
    if (tls.certificateFile().isPresent() != tls.privateKeyFile().isPresent()) {
      throw new SettingsException(
          "tls/certificate-file and tls/private-key-file go together; set both or none");
    }
    return tls;
  }
}
