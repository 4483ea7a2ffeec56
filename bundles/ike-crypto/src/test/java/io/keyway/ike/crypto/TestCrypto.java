package io.keyway.ike.crypto;

import io.keyway.api.key.SecretBytes;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.stream.Stream;

/** The same vectors on every set of providers that an installation may have. */
final class TestCrypto {
  private TestCrypto() {}

  /** A set of providers with a name for the test report. */
  record Installation(String name, IkeCrypto crypto) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final IkeCrypto FULL = IkeCrypto.create(new SecureRandom());
  private static final IkeCrypto PORTABLE = only(ProviderFamily.JDK, ProviderFamily.BOUNCY_CASTLE);
  private static final IkeCrypto BARE = only(ProviderFamily.JDK);

  static IkeCrypto only(ProviderFamily first, ProviderFamily... more) {
    return IkeCrypto.create(new SecureRandom(), new ProviderTable(EnumSet.of(first, more)));
  }

  static IkeCrypto full() {
    return FULL;
  }

  static IkeCrypto portable() {
    return PORTABLE;
  }

  static Stream<Installation> installations() {
    return Stream.of(
        new Installation("with native providers", FULL),
        new Installation("JDK and Bouncy Castle", PORTABLE),
        new Installation("JDK alone", BARE));
  }

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  static SecretBytes secret(String hex) {
    return SecretBytes.wrap(hex(hex));
  }

  static String hex(SecretBytes secret) {
    return secret.read(octets -> HexFormat.of().formatHex(octets));
  }

  static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }
}
