package io.keyway.ike.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.CertificatePayload;
import io.keyway.ike.message.CertificateRequestPayload;
import io.keyway.ike.message.ConfigurationPayload;
import io.keyway.ike.message.DeletePayload;
import io.keyway.ike.message.EapPayload;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.EncryptedPayload;
import io.keyway.ike.message.EncryptionId;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.GroupId;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IdType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.Proposal;
import io.keyway.ike.message.ProtocolId;
import io.keyway.ike.message.PuzzleSolutionPayload;
import io.keyway.ike.message.SaPayload;
import io.keyway.ike.message.Selector;
import io.keyway.ike.message.Transform;
import io.keyway.ike.message.TransformType;
import io.keyway.ike.message.TsPayload;
import io.keyway.ike.message.UnknownPayload;
import io.keyway.ike.message.VendorIdPayload;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MessagePrinterTest {
  private static final IkeHeader HEADER =
      IkeHeader.of(0x1122334455667788L, 0x99aabbccddeeff00L, ExchangeType.IKE_AUTH, true, false, 1);

  /** Stands for what must never be printed, in hex and as text. */
  private static final String SECRET_TEXT = "correct horse battery";

  private static final Octets SECRET = octets(SECRET_TEXT);
  private static final String SECRET_HEX = SECRET.toString();

  /** A payload of every class, with what a line of it must say. */
  private static Map<Payload, String> all() {
    Map<Payload, String> all = new LinkedHashMap<>();
    Proposal proposal =
        new Proposal(
            1,
            ProtocolId.ESP,
            Octets.ofInt(0xc0ffee01),
            List.of(
                Transform.encryption(EncryptionId.ENCR_AES_GCM_16, 256),
                Transform.of(TransformType.ESN, 1)));
    all.put(new SaPayload(List.of(proposal)), "1: ESP SPI c0ffee01");
    all.put(
        new KePayload(GroupId.CURVE25519, Octets.ofHex("ab".repeat(40))),
        "KE: CURVE25519 public value 40 octets " + "ab".repeat(32) + "..(40)");
    all.put(new NoncePayload(Octets.ofHex("cd".repeat(16))), "NONCE: 16 octets " + "cd".repeat(16));
    all.put(
        new IdPayload(true, IdType.ID_FQDN, octets("site-1.example.net")),
        "ID_I: ID_FQDN site-1.example.net");
    all.put(
        new IdPayload(false, IdType.ID_IPV4_ADDR, Octets.ofHex("c0000202")),
        "ID_R: ID_IPV4_ADDR 192.0.2.2");
    all.put(
        new AuthPayload(AuthMethod.SHARED_KEY, SECRET), "AUTH: SHARED_KEY, 21 octets, not shown");
    all.put(new EapPayload(eap()), "EAP: Response id 7 type 4, 26 octets, not shown");
    all.put(new CertificatePayload(4, SECRET), "CERT: X.509 that cannot be read, 21 octets");
    all.put(
        new CertificateRequestPayload(4, Octets.ofHex("ee".repeat(20))),
        "CERTREQ: encoding 4, authorities 20 octets " + "ee".repeat(20));
    all.put(
        new ConfigurationPayload(
            ConfigurationPayload.CFG_REPLY,
            List.of(
                new ConfigurationPayload.Attribute(1, Octets.ofHex("0a010203")),
                new ConfigurationPayload.Attribute(16521, SECRET))),
        "attribute 16521, 21 octets, not shown");
    all.put(DeletePayload.esp(List.of(0x01020304)), "DELETE: ESP SPI 01020304");
    all.put(NotifyPayload.of(NotifyType.COOKIE, SECRET), "N(COOKIE): 21 octets, not shown");
    all.put(NotifyPayload.of(40961, SECRET), "N(NotifyType 40961): 21 octets, not shown");
    all.put(NotifyPayload.of(NotifyType.NO_PPK_AUTH, SECRET), "N(NO_PPK_AUTH): 21 octets, not");
    all.put(
        NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, Octets.ofHex("001f")),
        "N(INVALID_KE_PAYLOAD): 2 octets 001f");
    all.put(
        new TsPayload(
            true,
            List.of(
                new Selector.AddressRange(
                    17, 0, 65535, Octets.ofHex("0a010000"), Octets.ofHex("0a01ffff")),
                new Selector.Other(9, 0, SECRET))),
        "10.1.0.0..10.1.255.255 protocol 17 ports 0..65535");
    all.put(new VendorIdPayload(Octets.ofHex("aabb")), "VENDOR_ID: 2 octets aabb");
    all.put(new UnknownPayload(200, SECRET), "PayloadType 200: 21 octets, not shown");
    all.put(new EncryptedPayload(33, 32, 100), "SK: 100 octets, encrypted");
    all.put(new EncryptedFragmentPayload(33, 2, 3, 36, 90), "SKF: fragment 2 of 3, 90 octets");
    all.put(new PuzzleSolutionPayload(Octets.ofHex("00".repeat(16))), "16 octets, not shown");
    return all;
  }

  private static Octets octets(String text) {
    return Octets.copyOf(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Response 7 of MD5-Challenge. */
  private static Octets eap() {
    byte[] packet = new byte[5 + SECRET.length()];
    byte[] head = {2, 7, 0, (byte) packet.length, 4};
    System.arraycopy(head, 0, packet, 0, head.length);
    System.arraycopy(SECRET.toArray(), 0, packet, head.length, SECRET.length());
    return Octets.copyOf(packet);
  }

  @Test
  void everyPayloadIsPrintedInTheWordsOfTheRfc() {
    assertThat(all().keySet().stream().map(Object::getClass).distinct())
        .as("a payload of every class there is")
        .containsExactlyInAnyOrderElementsOf(
            List.<Class<?>>of(Payload.class.getPermittedSubclasses()));
    all()
        .forEach(
            (payload, expected) ->
                assertThat(String.join("\n", MessagePrinter.lines(HEADER, List.of(payload))))
                    .contains(expected));
  }

  @Test
  void theHeaderComesFirst() {
    assertThat(MessagePrinter.lines(HEADER, List.of()))
        .containsExactly(
            "IKE_AUTH request 1: SPIi 1122334455667788 SPIr 99aabbccddeeff00 version 2.0 flags I-");
    assertThat(
            MessagePrinter.summary(
                HEADER, List.of(DeletePayload.ike(), NotifyPayload.of(NotifyType.INITIAL_CONTACT))))
        .isEqualTo("IKE_AUTH request 1 [ DELETE N(INITIAL_CONTACT) ]");
  }

  @Test
  void nothingThatProvesKnowledgeOfASecretIsPrinted() {
    List<Payload> payloads = List.copyOf(all().keySet());
    String printed =
        String.join("\n", MessagePrinter.lines(HEADER, payloads))
            + MessagePrinter.summary(HEADER, payloads);
    assertThat(printed)
        .doesNotContain(SECRET_TEXT)
        .doesNotContain(SECRET_HEX)
        .doesNotContain(SECRET_HEX.substring(0, 8))
        .doesNotContain(Arrays.toString(SECRET.toArray()));
    // The control: what may be shown would have been found.
    assertThat(
            String.join("\n", MessagePrinter.lines(HEADER, List.of(new VendorIdPayload(SECRET)))))
        .contains(SECRET_HEX);
  }

  @Test
  void aPeersWordsCannotMakeLines() {
    IdPayload id = new IdPayload(true, IdType.ID_FQDN, octets("a\nconn=other\u001b[2J\u202e"));
    assertThat(MessagePrinter.lines(HEADER, List.of(id)))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).doesNotContainPattern("[\\p{Cntrl}\u202e]"));
  }

  @Test
  void aLongMessageIsCut() {
    List<Payload> many =
        IntStream.range(0, 5000).<Payload>mapToObj(i -> NotifyPayload.of(16384 + i)).toList();
    assertThat(MessagePrinter.lines(HEADER, many))
        .hasSize(66)
        .last()
        .asString()
        .contains("and 4936 more");
    assertThat(MessagePrinter.summary(HEADER, many)).hasSizeLessThan(5000);
    List<Integer> spis = Collections.nCopies(5000, 7);
    assertThat(MessagePrinter.lines(HEADER, List.of(DeletePayload.esp(spis))))
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(1000));
  }
}
