package io.keyway.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EncryptedMessageTest {
  private static final IkeHeader HEADER = IkeHeader.of(1, 2, 37, true, false, 7);
  private static final List<Payload> INSIDE =
      List.of(
          NotifyPayload.of(NotifyType.INITIAL_CONTACT),
          new VendorIdPayload(Octets.ofHex("0102030405")));

  /** A transparent "cipher": XOR with a constant and a checksum over everything before it. */
  private record Toy(int block) implements MessageProtection {
    @Override
    public int bodyOctets(int plaintextOctets) {
      return 8 + (plaintextOctets + block - 1) / block * block + 1 + 4;
    }

    @Override
    public byte[] seal(byte[] prefix, byte[] plaintext) {
      byte[] whole = Arrays.copyOf(prefix, prefix.length + bodyOctets(plaintext.length));
      int start = prefix.length + 8;
      System.arraycopy(plaintext, 0, whole, start, plaintext.length);
      whole[whole.length - 5] = (byte) (whole.length - 5 - start - plaintext.length);
      for (int i = start; i < whole.length - 4; i++) {
        whole[i] ^= 0x5a;
      }
      byte[] sum = Octets.ofInt(sum(whole)).toArray();
      System.arraycopy(sum, 0, whole, whole.length - 4, 4);
      return Arrays.copyOfRange(whole, prefix.length, whole.length);
    }

    @Override
    public Optional<byte[]> open(byte[] message, int bodyOffset) {
      byte[] sum = Arrays.copyOfRange(message, message.length - 4, message.length);
      if (!Arrays.equals(sum, Octets.ofInt(sum(message)).toArray())) {
        return Optional.empty();
      }
      byte[] padded = Arrays.copyOfRange(message, bodyOffset + 8, message.length - 4);
      for (int i = 0; i < padded.length; i++) {
        padded[i] ^= 0x5a;
      }
      int padding = padded[padded.length - 1];
      return Optional.of(Arrays.copyOf(padded, padded.length - 1 - padding));
    }

    private static int sum(byte[] message) {
      return Arrays.hashCode(Arrays.copyOf(message, message.length - 4));
    }
  }

  private static IkeMessage outer(byte[] datagram) {
    return ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(datagram)).value();
  }

  @Test
  void roundTripsInEveryBlockLength() {
    for (int block : new int[] {1, 4, 8, 16}) {
      Toy toy = new Toy(block);
      byte[] datagram = MessageEncoder.encode(HEADER, INSIDE, toy);
      IkeMessage outer = outer(datagram);
      EncryptedPayload sk = outer.first(EncryptedPayload.class).orElseThrow();
      assertThat(sk.offset()).isEqualTo(32);
      assertThat(
              ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.open(datagram, outer, toy))
                  .value())
          .extracting(IkeMessage::payloads)
          .isEqualTo(INSIDE);
    }
  }

  @Test
  void emptyInsideIsALivenessCheck() {
    Toy toy = new Toy(16);
    byte[] datagram = MessageEncoder.encode(HEADER, List.of(), toy);
    assertThat(MessageDecoder.open(datagram, outer(datagram), toy))
        .extracting(r -> ((DecodeResult.Decoded<IkeMessage>) r).value().payloads())
        .isEqualTo(List.of());
  }

  @Test
  void changedOctetsAreNotAuthentic() {
    Toy toy = new Toy(16);
    byte[] datagram = MessageEncoder.encode(HEADER, INSIDE, toy);
    for (int i = 0; i < datagram.length; i++) {
      byte[] changed = datagram.clone();
      changed[i] ^= 1;
      DecodeResult<IkeMessage> message = MessageDecoder.message(changed);
      if (message instanceof DecodeResult.Decoded<IkeMessage> decoded) {
        assertThat(MessageDecoder.open(changed, decoded.value(), toy))
            .isInstanceOf(DecodeResult.NotAuthentic.class);
      }
    }
  }

  @Test
  void unknownCriticalInsideIsNamed() {
    Toy toy = new Toy(1);
    // Type 99, critical, length 5, one octet.
    byte[] datagram = sealed(99, "0080000500");
    assertThat(MessageDecoder.open(datagram, outer(datagram), toy))
        .isEqualTo(new DecodeResult.UnknownCritical<>(99));
  }

  @Test
  void anEncryptedPayloadInsideOfAnotherIsMalformed() {
    byte[] datagram = sealed(PayloadType.SK, "0000000500");
    assertThat(MessageDecoder.open(datagram, outer(datagram), new Toy(1)))
        .isInstanceOf(DecodeResult.Malformed.class);
  }

  @Test
  void brokenInsideIsMalformed() {
    byte[] datagram = sealed(PayloadType.VENDOR_ID, "0000000900");
    assertThat(MessageDecoder.open(datagram, outer(datagram), new Toy(1)))
        .isEqualTo(
            new DecodeResult.Malformed<>(
                "VENDOR_ID payload needs 5 octets, 1 are left", NotifyType.INVALID_SYNTAX));
  }

  /** A message around octets that the encoder would not write, sealed as a whole. */
  private static byte[] sealed(int firstInner, String plaintext) {
    byte[] inside = Octets.ofHex(plaintext).toArray();
    byte[] blank = new byte[new Toy(1).bodyOctets(inside.length)];
    byte[] datagram =
        MessageEncoder.encode(
            HEADER, List.of(new UnknownPayload(PayloadType.SK, Octets.copyOf(blank))));
    datagram[IkeHeader.LENGTH] = (byte) firstInner;
    byte[] body = new Toy(1).seal(Arrays.copyOf(datagram, 32), inside);
    System.arraycopy(body, 0, datagram, 32, body.length);
    return datagram;
  }

  @Test
  void locatesFragments() {
    byte[] datagram =
        MessageEncoder.encode(
            HEADER, List.of(new UnknownPayload(PayloadType.SKF, Octets.ofHex("00010002aabbcc"))));
    assertThat(outer(datagram).payloads())
        .containsExactly(new EncryptedFragmentPayload(0, 1, 2, 36, 3));
  }
}
