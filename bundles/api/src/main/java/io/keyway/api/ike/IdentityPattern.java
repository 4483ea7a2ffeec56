package io.keyway.api.ike;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Who a peer may be where it is one of many, in strongSwan's words: {@code *.example.org}, {@code
 * *@example.org}, {@code C=CH, O=Example, CN=*}, {@code 10.1.0.0/16}, {@code %any}.
 *
 * <p>A pattern only meets identities of its own type. Those that contain a star themselves meet no
 * pattern: nobody may pass for many.
 */
public final class IdentityPattern {
  private static final String ANY = "%any";
  private static final int MOST_SPECIFIC = 1 << 20;
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final String DOTTED = BYTE + "(\\." + BYTE + "){3}";

  private final String text;
  private final Matcher matcher;
  private final int specificity;

  private interface Matcher {
    boolean matches(Identity identity);
  }

  private IdentityPattern(String text, int specificity, Matcher matcher) {
    this.text = text;
    this.specificity = specificity;
    this.matcher = matcher;
  }

  /** Whether a text is meant as a pattern, and not as one identity. */
  public static boolean isPattern(String text) {
    return text.equals(ANY)
        || !text.startsWith("@#")
            && (text.indexOf('*') >= 0 || text.matches("[0-9a-fA-F.:]+/[0-9]{1,3}"));
  }

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static IdentityPattern parse(String text) {
    Objects.requireNonNull(text, "text");
    if (!isPattern(text)) {
      throw new IllegalArgumentException("'" + text + "' stands for one peer only");
    }
    if (text.equals(ANY)) {
      return new IdentityPattern(text, 0, identity -> true);
    }
    if (text.indexOf('/') >= 0 && text.indexOf('=') < 0) {
      return subnet(text);
    }
    return text.indexOf('=') >= 0 ? distinguishedName(text) : name(text);
  }

  /** One star, at the beginning of a domain name or of a mail address. */
  private static IdentityPattern name(String text) {
    boolean mail = text.indexOf('@') >= 0;
    if (text.lastIndexOf('*') != 0) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no pattern; write *.example.org or *@example.org, with one * in front");
    }
    String end = text.substring(1);
    if (!end.startsWith(".") && !end.startsWith("@") || end.length() < 2) {
      throw new IllegalArgumentException(
          "'" + text + "' would meet strangers, too; write *.example.org or *@example.org");
    }
    Identity.Type type = mail ? Identity.Type.RFC822_ADDR : Identity.Type.FQDN;
    String wanted = end.toLowerCase(Locale.ROOT);
    return new IdentityPattern(
        text.toLowerCase(Locale.ROOT),
        1 + end.length(),
        identity -> {
          String given = new String(identity.octets(), StandardCharsets.UTF_8);
          return identity.type() == type
              && given.indexOf('*') < 0
              && given.length() > wanted.length()
              && given.toLowerCase(Locale.ROOT).endsWith(wanted);
        });
  }

  private static IdentityPattern subnet(String text) {
    int slash = text.indexOf('/');
    int bits = Integer.parseInt(text.substring(slash + 1));
    String address = text.substring(0, slash);
    byte[] network;
    try {
      if (address.indexOf(':') < 0 && !address.matches(DOTTED)) {
        throw new UnknownHostException(address); // Anything else might be looked up.
      }
      network = InetAddress.getByName(address).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'" + text + "' is no subnet", e);
    }
    if (bits > network.length * 8) {
      throw new IllegalArgumentException(
          "'" + text + "' has a prefix longer than its address has bits");
    }
    if (!sameBits(network, new byte[network.length], bits, network.length * 8)) {
      throw new IllegalArgumentException(
          "'" + text + "' has bits set behind its prefix; write the address of the subnet");
    }
    Identity.Type type = network.length == 4 ? Identity.Type.IPV4_ADDR : Identity.Type.IPV6_ADDR;
    return new IdentityPattern(
        text,
        1 + bits,
        identity -> identity.type() == type && sameBits(network, identity.octets(), 0, bits));
  }

  private static boolean sameBits(byte[] a, byte[] b, int from, int to) {
    if (a.length != b.length) {
      return false;
    }
    for (int bit = from; bit < to; bit++) {
      if (((a[bit / 8] ^ b[bit / 8]) >> 7 - bit % 8 & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Parts in their order; one whose value is a star may have any value. */
  private static IdentityPattern distinguishedName(String text) {
    List<DistinguishedName.Part> wanted = DistinguishedName.parts(text);
    for (DistinguishedName.Part part : wanted) {
      if (part.value().indexOf('*') >= 0 && !part.value().equals("*")) {
        throw new IllegalArgumentException(
            "'" + text + "' is no pattern; a * stands for the whole of a value, as in CN=*");
      }
    }
    int fixed = (int) wanted.stream().filter(part -> !part.value().equals("*")).count();
    return new IdentityPattern(
        text, 1 + fixed * 256 + wanted.size(), identity -> matches(wanted, identity));
  }

  private static boolean matches(List<DistinguishedName.Part> wanted, Identity identity) {
    if (identity.type() != Identity.Type.DER_ASN1_DN) {
      return false;
    }
    Optional<List<DistinguishedName.Part>> found = DistinguishedName.parts(identity.octets());
    if (found.isEmpty() || found.get().size() != wanted.size()) {
      return false;
    }
    for (int i = 0; i < wanted.size(); i++) {
      DistinguishedName.Part here = wanted.get(i);
      DistinguishedName.Part there = found.get().get(i);
      boolean any = here.value().equals("*") && here.type().equals(there.type());
      if (!any && !here.equals(there)) {
        return false;
      }
    }
    return true;
  }

  public boolean matches(Identity identity) {
    return matcher.matches(identity);
  }

  /** Among patterns that meet the same identity, the higher one says more about it. */
  public int specificity() {
    return Math.min(specificity, MOST_SPECIFIC);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IdentityPattern that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** As it is written in the configuration. */
  @Override
  public String toString() {
    return text;
  }
}
