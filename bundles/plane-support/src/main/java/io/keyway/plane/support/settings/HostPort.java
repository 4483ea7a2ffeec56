package io.keyway.plane.support.settings;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a service listens.
 *
 * @param host name or address; IPv6 without brackets
 * @param port 1..65535
 */
public record HostPort(String host, int port) {

  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9][A-Za-z0-9.\\-]*)):([0-9]{1,5})");

  public HostPort {
    Objects.requireNonNull(host, "host");
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not in 1..65535");
    }
  }

  /**
   * From {@code host:port}, an IPv6 address in brackets.
   *
   * @param leaf that says so, for the error
   */
  public static HostPort parse(String leaf, String text) throws SettingsException {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new SettingsException(
          leaf
              + " '"
              + text
              + "' is not host:port; write for example 192.0.2.1:9559 or [::1]:9559");
    }
    int port = Integer.parseInt(matcher.group(3));
    if (port < 1 || port > 65535) {
      throw new SettingsException(leaf + " '" + text + "': the port is not in 1..65535");
    }
    return new HostPort(matcher.group(1) != null ? matcher.group(1) : matcher.group(2), port);
  }

  /** True for the addresses and the name of the loopback interface; never asks a resolver. */
  public boolean loopback() {
    return host.equals("localhost")
        || host.equals("::1")
        || host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
