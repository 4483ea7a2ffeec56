package io.keyway.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncryptedMessageTest {
  private static final IkeHeader HEADER = IkeHeader.of(1, 2, 37, true, false, 7);
  private static final List<Payload> INSIDE =
      List.of(
          NotifyPayload.of(NotifyType.INITIAL_CONTACT),
          new VendorIdPayload(Octets.ofHex("0102030405")));

  /** A transparent "cipher": XOR with a constant and a checksum over everything before it. */
  private static final class Toy implements MessageProtection {
    private final int block;

    Toy(int block) {
      this.block = block;
    }

    @Override
    public int ivLength() {
      return 8;
    }

    @Override
    public int blockLength() {
      return block;
    }

    @Override
    public int icvLength() {
      return 4;
    }

    @Override
    public void seal(byte[] message, int aadLength) {
      Arrays.fill(message, aadLength, aadLength + 8, (byte) 0x77);
      xor(message, aadLength);
      byte[] sum = Octets.ofInt(sum(message)).toArray();
      System.arraycopy(sum, 0, message, message.length - 4, 4);
    }

    @Override
    public boolean open(byte[] message, int aadLength) {
      byte[] sum = Arrays.copyOfRange(message, message.length - 4, message.length);
      boolean authentic = Arrays.equals(sum, Octets.ofInt(sum(message)).toArray());
      xor(message, aadLength);
      return authentic;
    }

    private static void xor(byte[] message, int aadLength) {
      for (int i = aadLength + 8; i < message.length - 4; i++) {
        message[i] ^= 0x5a;
      }
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
      assertThat((sk.length() - 12) % block).isZero();
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
  void tooShortAnEncryptedPayloadNeverReachesTheCipher() {
    byte[] datagram =
        MessageEncoder.encode(
            HEADER, List.of(new UnknownPayload(PayloadType.SK, Octets.ofHex("00112233"))));
    assertThat(MessageDecoder.open(datagram, outer(datagram), new Toy(16)))
        .isInstanceOf(DecodeResult.NotAuthentic.class);
  }

  @Test
  void paddingLongerThanTheContentIsMalformed() {
    Toy toy = new Toy(1);
    byte[] datagram = MessageEncoder.encode(HEADER, List.of(), toy);
    Toy.xor(datagram, 32);
    datagram[datagram.length - 5] = 9;
    toy.seal(datagram, 32);
    assertThat(MessageDecoder.open(datagram, outer(datagram), toy))
        .isInstanceOf(DecodeResult.Malformed.class);
  }

  @Test
  void unknownCriticalInsideIsNamed() {
    Toy toy = new Toy(1);
    byte[] datagram =
        MessageEncoder.encode(HEADER, List.of(new UnknownPayload(99, Octets.ofHex("00"))), toy);
    Toy.xor(datagram, 32);
    datagram[41] = (byte) 0x80;
    toy.seal(datagram, 32);
    assertThat(MessageDecoder.open(datagram, outer(datagram), toy))
        .isEqualTo(new DecodeResult.UnknownCritical<>(99));
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
