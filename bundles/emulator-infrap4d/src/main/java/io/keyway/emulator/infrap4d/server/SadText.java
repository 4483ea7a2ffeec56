package io.keyway.emulator.infrap4d.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.grpc.Status;
import io.keyway.api.key.SecretBytes;
import io.keyway.emulator.infrap4d.Quirk;
import io.keyway.emulator.infrap4d.Quirks;
import io.keyway.emulator.infrap4d.pipeline.SaConfig;
import io.keyway.protocol.gnmi.sad.IPsecEncryption;
import io.keyway.protocol.gnmi.sad.IPsecSADBConfig;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the SAD message: protobuf text in {@code proto_bytes}, whole, defaults of the YANG module
 * not applied.
 */
final class SadText {
  private final Quirks quirks;

  SadText(Quirks quirks) {
    this.quirks = quirks;
  }

  /**
   * The SA in a message.
   *
   * @throws io.grpc.StatusRuntimeException INTERNAL for a text or a key that does not parse
   */
  SaConfig parse(ByteString text) {
    IPsecSADBConfig message = message(text);
    IPsecEncryption encryption = message.getEspPayload().getEncryption();
    return new SaConfig(
        message.getOffloadId(),
        message.getDirection(),
        message.getReqId(),
        message.getSpi(),
        message.getExtSeqNum(),
        message.getAntiReplayWindowSize(),
        message.getModeValue(),
        encryption.getEncryptionAlgorithm() & 0xFFFF,
        key(encryption.getKey()),
        encryption.getKeyLen() & 0xFF,
        message.getSaSoftLifetime().getBytes(),
        message.getSaHardLifetime().getBytes());
  }

  private IPsecSADBConfig message(ByteString text) {
    String decoded;
    try {
      decoded =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(text.toByteArray()))
              .toString();
    } catch (CharacterCodingException e) {
      throw refused("not text at all", "");
    }
    IPsecSADBConfig.Builder message = IPsecSADBConfig.newBuilder();
    try {
      TextFormat.merge(decoded, message);
    } catch (TextFormat.ParseException e) {
      throw refused("line " + e.getLine() + ", column " + e.getColumn(), decoded);
    }
    return message.build();
  }

  private RuntimeException refused(String where, String text) {
    String leaked = quirks.has(Quirk.LEAK_ON_PARSE_FAILURE) ? ": " + text : "";
    return Status.INTERNAL
        .withDescription("Failed to parse proto from string (" + where + ")" + leaked)
        .asRuntimeException();
  }

  /** Pairs of hex digits joined by single colons, at least one pair. */
  private static SecretBytes key(String text) {
    if (!text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2})*")) {
      throw Status.INTERNAL
          .withDescription("Invalid IPsec key: not pairs of hex digits joined by colons")
          .asRuntimeException();
    }
    byte[] key = new byte[(text.length() + 1) / 3];
    for (int i = 0; i < key.length; i++) {
      key[i] =
          (byte)
              (Character.digit(text.charAt(3 * i), 16) << 4
                  | Character.digit(text.charAt(3 * i + 1), 16));
    }
    return SecretBytes.wrap(key);
  }
}
