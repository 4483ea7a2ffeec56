package io.keyway.ike.crypto.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.key.SecretBytes;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsEndpointTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final TlsJudge GOOD = chain -> Optional.empty();

  private static TlsIdentity identity(String name, String kind) throws Exception {
    String[] words = kind.split("-");
    KeyPairGenerator generator =
        KeyPairGenerator.getInstance(words[0].equals("ed25519") ? "Ed25519" : words[0]);
    if (words[0].equals("EC")) {
      generator.initialize(new ECGenParameterSpec("secp" + words[1] + "r1"));
    } else if (words[0].equals("RSA")) {
      generator.initialize(Integer.parseInt(words[1]));
    }
    KeyPair keys = generator.generateKeyPair();
    X500Name subject = new X500Name("CN=" + name);
    Instant now = Instant.now();
    String signature =
        words[0].equals("RSA")
            ? "SHA256withRSA"
            : words[0].equals("EC") ? "SHA256withECDSA" : "Ed25519";
    X509Certificate certificate =
        new JcaX509CertificateConverter()
            .getCertificate(
                new JcaX509v3CertificateBuilder(
                        subject,
                        BigInteger.ONE,
                        Date.from(now.minusSeconds(60)),
                        Date.from(now.plusSeconds(3600)),
                        subject,
                        keys.getPublic())
                    .build(new JcaContentSignerBuilder(signature).build(keys.getPrivate())));
    return new TlsIdentity(List.of(certificate), keys.getPrivate(), List.of(certificate));
  }

  /** Lets both ends talk until neither has anything to say; returns how many octets went over. */
  private static int talk(TlsEndpoint client, TlsEndpoint server) {
    int octets = 0;
    for (int i = 0; i < 10; i++) {
      byte[] forth = client.output();
      server.receive(forth);
      byte[] back = server.output();
      client.receive(back);
      octets += forth.length + back.length;
    }
    return octets;
  }

  private static String key(TlsEndpoint end) {
    try (SecretBytes key = end.takeKey().orElseThrow()) {
      assertThat(key.length()).isEqualTo(64);
      return java.util.HexFormat.of().formatHex(key.read(byte[]::clone));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "EC-256,EC-256,true",
    "EC-384,RSA-2048,true",
    "RSA-2048,EC-521,true",
    "ed25519,ed25519,true",
    "EC-256,EC-256,false",
    "EC-384,RSA-2048,false",
    "RSA-2048,EC-521,false",
    "ed25519,ed25519,false"
  })
  void bothEndsProveThemselvesAndHaveTheSameKey(String ours, String theirs, boolean modern)
      throws Exception {
    List<String> seen = new ArrayList<>();
    TlsJudge notes =
        chain -> {
          seen.add(chain.get(0).getSubjectX500Principal().getName());
          return Optional.empty();
        };
    TlsEndpoint client = TlsEndpoint.client(RANDOM, identity("client", ours), notes, modern);
    TlsEndpoint server = TlsEndpoint.server(RANDOM, identity("server", theirs), notes, true);

    talk(client, server);

    assertThat(client.reason() + server.reason()).isEmpty();
    assertThat(client.state()).isEqualTo(TlsEndpoint.State.DONE);
    assertThat(server.state()).isEqualTo(TlsEndpoint.State.DONE);
    assertThat(client.version()).isEqualTo(modern ? "TLS 1.3" : "TLS 1.2");
    assertThat(seen).containsExactlyInAnyOrder("CN=client", "CN=server");
    assertThat(key(client)).isEqualTo(key(server));
    assertThat(client.takeKey()).as("once").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aServerNeedNameNoAuthorities(boolean modern) throws Exception {
    TlsIdentity named = identity("server", "EC-256");
    TlsIdentity own = new TlsIdentity(named.chain(), named.key(), List.of());
    TlsEndpoint client = TlsEndpoint.client(RANDOM, identity("client", "EC-256"), GOOD, modern);
    TlsEndpoint server = TlsEndpoint.server(RANDOM, own, GOOD, true);

    talk(client, server);

    assertThat(client.reason() + server.reason()).isEmpty();
    assertThat(key(client)).isEqualTo(key(server));
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aServerThatIsNotTrustedLearnsItByAnAlertAndNotWhoWeAre(boolean modern) throws Exception {
    TlsJudge strict = chain -> Optional.of(new TlsJudge.Rejection(48, "its authority is unknown"));
    TlsEndpoint client = TlsEndpoint.client(RANDOM, identity("client", "EC-256"), strict, modern);
    List<String> seen = new ArrayList<>();
    TlsEndpoint server =
        TlsEndpoint.server(
            RANDOM,
            identity("server", "EC-256"),
            chain -> {
              seen.add("certificate");
              return Optional.empty();
            },
            true);

    talk(client, server);

    assertThat(client.state()).isEqualTo(TlsEndpoint.State.FAILED);
    assertThat(client.reason()).isEqualTo("its authority is unknown");
    assertThat(server.state()).isEqualTo(TlsEndpoint.State.FAILED);
    assertThat(server.reason()).contains("unknown_ca");
    assertThat(seen).isEmpty();
    assertThat(client.takeKey()).isEmpty();
    assertThat(server.takeKey()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aClientThatIsNotTrustedLearnsItByAnAlert(boolean modern) throws Exception {
    TlsEndpoint client = TlsEndpoint.client(RANDOM, identity("client", "EC-256"), GOOD, modern);
    TlsEndpoint server =
        TlsEndpoint.server(
            RANDOM,
            identity("server", "EC-256"),
            chain -> Optional.of(new TlsJudge.Rejection(44, "it was revoked")),
            true);

    talk(client, server);

    assertThat(server.reason()).isEqualTo("it was revoked");
    assertThat(client.reason()).contains("certificate_revoked");
    assertThat(client.state()).isEqualTo(TlsEndpoint.State.FAILED);
    assertThat(server.takeKey()).isEmpty();
  }

  @Test
  void everyOctetThatIsChangedEndsTheHandshake() throws Exception {
    for (int at : new int[] {6, 40, 80, 120, 200}) {
      TlsEndpoint client = TlsEndpoint.client(RANDOM, identity("client", "EC-256"), GOOD, false);
      TlsEndpoint server = TlsEndpoint.server(RANDOM, identity("server", "EC-256"), GOOD, true);
      server.receive(client.output());
      byte[] flight = server.output();
      flight[at] ^= 1;
      client.receive(flight);
      server.receive(client.output());
      client.receive(server.output());
      assertThat(List.of(client.state(), server.state()))
          .as("octet " + at)
          .doesNotContain(TlsEndpoint.State.DONE);
    }
  }

  @Test
  void rubbishIsAnErrorAndNoException() throws Exception {
    TlsEndpoint server = TlsEndpoint.server(RANDOM, identity("server", "EC-256"), GOOD, true);
    byte[] rubbish = new byte[300];
    RANDOM.nextBytes(rubbish);
    rubbish[0] = 'G';
    server.receive(rubbish);
    assertThat(server.state()).isEqualTo(TlsEndpoint.State.FAILED);
    assertThat(server.reason()).startsWith("TLS failed");
  }

  @Test
  void whatIsClosedHasNoKey() throws Exception {
    TlsEndpoint client = TlsEndpoint.client(RANDOM, identity("client", "EC-256"), GOOD, true);
    TlsEndpoint server = TlsEndpoint.server(RANDOM, identity("server", "EC-256"), GOOD, true);
    talk(client, server);
    client.close();
    client.close();
    assertThat(client.takeKey()).isEmpty();
    assertThat(client.state()).isEqualTo(TlsEndpoint.State.FAILED);
  }
}
