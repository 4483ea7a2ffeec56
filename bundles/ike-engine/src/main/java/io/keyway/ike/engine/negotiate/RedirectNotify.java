package io.keyway.ike.engine.negotiate;

import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Notifications of RFC 5685 (section 7). Both REDIRECT and REDIRECTED_FROM begin with the type of a
 * gateway's identity (1: IPv4 address, 2: IPv6 address, 3: domain name), its length, and itself;
 * REDIRECT in IKE_SA_INIT ends with the nonce of the request that it answers.
 */
public final class RedirectNotify {
  private static final int IPV4 = 1;
  private static final int IPV6 = 2;
  private static final int FQDN = 3;
  private static final String DOMAIN_NAME =
      "(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*";

  /**
   * Where a peer sends us.
   *
   * @param address empty: the name has to be looked up
   * @param name the address or domain name
   * @param nonce of the request, in IKE_SA_INIT
   */
  public record Target(Optional<InetAddress> address, String name, Octets nonce) {}

  private RedirectNotify() {}

  public static NotifyPayload supported() {
    return NotifyPayload.of(NotifyType.REDIRECT_SUPPORTED);
  }

  /** Whether a first message says that its sender can be redirected (RFC 5685 section 3). */
  public static boolean isSupportedBy(IkeMessage request) {
    return request.has(NotifyType.REDIRECT_SUPPORTED) || request.has(NotifyType.REDIRECTED_FROM);
  }

  /** Whether a text names a gateway: an address, or a domain name. */
  public static boolean isGateway(String text) {
    return literal(text).isPresent() || text.matches(DOMAIN_NAME);
  }

  /**
   * REDIRECT.
   *
   * @param gateway as {@link #isGateway} takes it
   * @param nonce of the request in IKE_SA_INIT, else nothing
   */
  public static NotifyPayload to(String gateway, byte[] nonce) {
    Optional<InetAddress> address = literal(gateway);
    byte[] identity =
        address
            .map(InetAddress::getAddress)
            .orElseGet(() -> gateway.getBytes(StandardCharsets.US_ASCII));
    int type = address.isEmpty() ? FQDN : identity.length == 4 ? IPV4 : IPV6;
    byte[] data = Arrays.copyOf(header(type, identity), 2 + identity.length + nonce.length);
    System.arraycopy(nonce, 0, data, 2 + identity.length, nonce.length);
    return NotifyPayload.of(NotifyType.REDIRECT, Octets.copyOf(data));
  }

  /** REDIRECTED_FROM, which tells the next gateway who sent us. */
  public static NotifyPayload from(InetAddress gateway) {
    byte[] identity = gateway.getAddress();
    return NotifyPayload.of(
        NotifyType.REDIRECTED_FROM,
        Octets.copyOf(header(identity.length == 4 ? IPV4 : IPV6, identity)));
  }

  private static byte[] header(int type, byte[] identity) {
    byte[] data = new byte[2 + identity.length];
    data[0] = (byte) type;
    data[1] = (byte) identity.length;
    System.arraycopy(identity, 0, data, 2, identity.length);
    return data;
  }

  /** Reads REDIRECT; empty for what names no gateway. */
  public static Optional<Target> read(NotifyPayload notification) {
    byte[] data = notification.data().toArray();
    if (data.length < 2 || data.length < 2 + (data[1] & 0xff)) {
      return Optional.empty();
    }
    int length = data[1] & 0xff;
    byte[] identity = Arrays.copyOfRange(data, 2, 2 + length);
    Octets nonce = Octets.copyOf(data, 2 + length, data.length - 2 - length);
    return switch (data[0]) {
      case IPV4 -> length == 4 ? address(identity, nonce) : Optional.empty();
      case IPV6 -> length == 16 ? address(identity, nonce) : Optional.empty();
      case FQDN -> {
        String name = new String(identity, StandardCharsets.US_ASCII);
        yield name.matches(DOMAIN_NAME) && literal(name).isEmpty()
            ? Optional.of(new Target(Optional.empty(), name, nonce))
            : Optional.empty();
      }
      default -> Optional.empty();
    };
  }

  private static Optional<Target> address(byte[] octets, Octets nonce) {
    try {
      InetAddress address = InetAddress.getByAddress(octets);
      boolean usable =
          !address.isAnyLocalAddress()
              && !address.isMulticastAddress()
              && address.getAddress().length == octets.length;
      return usable
          ? Optional.of(new Target(Optional.of(address), address.getHostAddress(), nonce))
          : Optional.empty();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 octets are always an address", e);
    }
  }

  /** An address as people write it; never asks a name server. */
  private static Optional<InetAddress> literal(String text) {
    if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
