package io.keyway.it.fuzz;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.ike.crypto.KeyExchange;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.CertificatePayload;
import io.keyway.ike.message.ConfigurationPayload;
import io.keyway.ike.message.DeletePayload;
import io.keyway.ike.message.EapPayload;
import io.keyway.ike.message.EncryptionId;
import io.keyway.ike.message.EsnId;
import io.keyway.ike.message.GroupId;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IdType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IntegrityId;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PrfId;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the seeds that are made, not captured: one honest example of each payload. Run by hand
 * after a payload came to the codec: {@code Seeds DIRECTORY}.
 */
final class Seeds {
  private static final int BODY = IkeHeader.LENGTH + 4;

  private final Path corpus;

  private Seeds(Path corpus) {
    this.corpus = corpus;
  }

  public static void main(String[] args) throws IOException {
    new Seeds(Path.of(args[0])).write();
  }

  private void write() throws IOException {
    List<Payload> all =
        List.of(
            ikeOffer(),
            espOffer(),
            new KePayload(GroupId.CURVE25519, bytes(32)),
            new NoncePayload(bytes(32)),
            new IdPayload(true, IdType.ID_FQDN, text("left.example")),
            new IdPayload(true, IdType.ID_IPV4_ADDR, bytes(4)),
            new IdPayload(true, IdType.ID_IPV6_ADDR, bytes(16)),
            new IdPayload(
                true, IdType.ID_DER_ASN1_DN, Octets.ofHex("300f310d300b06035504030c0461")),
            new AuthPayload(2, bytes(32)),
            NotifyPayload.of(NotifyType.COOKIE, bytes(33)),
            new NotifyPayload(ProtocolId.ESP, bytes(4), NotifyType.REKEY_SA, Octets.EMPTY),
            DeletePayload.esp(List.of(1, 2)),
            new VendorIdPayload(bytes(16)),
            new PuzzleSolutionPayload(bytes(16)),
            selectors(),
            new ConfigurationPayload(
                ConfigurationPayload.CFG_REQUEST,
                List.of(
                    new ConfigurationPayload.Attribute(1, Octets.EMPTY),
                    new ConfigurationPayload.Attribute(8, bytes(17)))),
            new CertificatePayload(4, bytes(40)),
            new EapPayload(Octets.ofHex("0101000a1a01020304")),
            new EapPayload(Octets.ofHex("03010004")),
            new UnknownPayload(99, bytes(3)));
    put(Target.MESSAGE, "made-all", MessageEncoder.encode(header(), all));
    byte[] chain = MessageEncoder.encode(header(), all);
    byte[] inner = Arrays.copyOfRange(chain, IkeHeader.LENGTH - 1, chain.length);
    inner[0] = chain[16];
    put(Target.INNER, "made-all", inner);
    int number = 0;
    for (Payload payload : all) {
      put(target(payload), "made-" + number++, body(payload));
    }
    put(Target.SEALED, "made-gcm", bytes(60).toArray());
    for (KeyExchangeMethod method : KeyExchangeMethod.values()) {
      try (KeyExchange.Initiation initiation = TestKeys.CRYPTO.keyExchange(method).initiate()) {
        byte[] value = initiation.publicValue();
        byte[] input = new byte[value.length + 2];
        input[0] = (byte) method.ordinal();
        System.arraycopy(value, 0, input, 2, value.length);
        put(Target.PUBLIC_VALUE, "made-" + method.keyword(), input);
      }
    }
  }

  private static SaPayload ikeOffer() {
    return new SaPayload(
        List.of(
            new Proposal(
                1,
                ProtocolId.IKE,
                Octets.EMPTY,
                List.of(
                    Transform.encryption(EncryptionId.ENCR_AES_GCM_16, 256),
                    Transform.of(TransformType.PRF, PrfId.PRF_HMAC_SHA2_384),
                    Transform.of(TransformType.KE, GroupId.CURVE25519),
                    Transform.of(TransformType.ADDKE1, GroupId.ML_KEM_768),
                    Transform.of(TransformType.ADDKE1, GroupId.NONE))),
            new Proposal(
                2,
                ProtocolId.IKE,
                Octets.EMPTY,
                List.of(
                    Transform.encryption(EncryptionId.ENCR_AES_CBC, 128),
                    Transform.of(TransformType.PRF, PrfId.PRF_HMAC_SHA2_256),
                    Transform.of(TransformType.INTEG, IntegrityId.AUTH_HMAC_SHA2_256_128),
                    Transform.of(TransformType.KE, GroupId.MODP_2048)))));
  }

  private static SaPayload espOffer() {
    return new SaPayload(
        List.of(
            new Proposal(
                1,
                ProtocolId.ESP,
                Octets.ofInt(0x12345678),
                List.of(
                    Transform.encryption(EncryptionId.ENCR_AES_GCM_16, 256),
                    Transform.of(TransformType.KE, GroupId.ECP_384),
                    Transform.of(TransformType.ESN, EsnId.ESN)))));
  }

  private static TsPayload selectors() {
    return new TsPayload(
        true,
        List.of(
            new Selector.AddressRange(
                0, 0, 0xffff, Octets.ofHex("0a010000"), Octets.ofHex("0a01ffff")),
            new Selector.AddressRange(
                17,
                53,
                53,
                Octets.ofHex("20010db8000000000000000000000000"),
                Octets.ofHex("20010db8ffffffffffffffffffffffff"))));
  }

  private static Target target(Payload payload) {
    if (payload instanceof SaPayload) {
      return Target.SA;
    } else if (payload instanceof TsPayload) {
      return Target.TS;
    } else if (payload instanceof ConfigurationPayload) {
      return Target.CP;
    } else if (payload instanceof CertificatePayload) {
      return Target.CERT;
    } else if (payload instanceof EapPayload) {
      return Target.EAP;
    }
    return Target.SMALL;
  }

  /** As the target takes it: the small ones behind an octet that says which they are. */
  private static byte[] body(Payload payload) {
    byte[] message = MessageEncoder.encode(header(), List.of(payload));
    if (target(payload) != Target.SMALL) {
      return Arrays.copyOfRange(message, BODY, message.length);
    }
    byte[] body = Arrays.copyOfRange(message, BODY - 1, message.length);
    body[0] = (byte) SmallTarget.index(payload.payloadType());
    return body;
  }

  private static IkeHeader header() {
    return IkeHeader.of(1, 2, 35, true, false, 1);
  }

  private static Octets bytes(int length) {
    byte[] octets = new byte[length];
    for (int i = 0; i < length; i++) {
      octets[i] = (byte) (0x11 * (i + 1));
    }
    return Octets.copyOf(octets);
  }

  private static Octets text(String text) {
    return Octets.copyOf(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  private void put(Target target, String name, byte[] octets) throws IOException {
    Path directory = Files.createDirectories(corpus.resolve(target.directory()));
    Files.write(directory.resolve(name), octets);
  }
}
