package io.keyway.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class CodecPropertiesTest {

  @Property(tries = 500)
  void everyMessageComesBackAsItWas(@ForAll("payloads") List<Payload> payloads) {
    byte[] datagram = MessageEncoder.encode(IkeHeader.of(5, 6, 35, false, true, -1), payloads);
    DecodeResult<IkeMessage> result = MessageDecoder.message(datagram);
    assertThat(result).isInstanceOf(DecodeResult.Decoded.class);
    IkeMessage message = ((DecodeResult.Decoded<IkeMessage>) result).value();
    assertThat(message.payloads()).isEqualTo(payloads);
    assertThat(message.header().messageIdUnsigned()).isEqualTo(0xffffffffL);
    assertThat(MessageEncoder.encode(message.header(), message.payloads())).isEqualTo(datagram);
  }

  @Property(tries = 2000)
  void noOctetsMakeTheDecoderThrow(@ForAll @Size(max = 200) byte[] noise) {
    assertThat(MessageDecoder.message(noise)).isNotNull();
    assertThat(MessageDecoder.message(framed(noise, PayloadType.SA))).isNotNull();
  }

  @Property(tries = 2000)
  void noChangedOctetMakesTheDecoderThrow(
      @ForAll("payloads") List<Payload> payloads, @ForAll int where, @ForAll byte what) {
    byte[] datagram = MessageEncoder.encode(IkeHeader.of(5, 6, 35, false, true, 1), payloads);
    datagram[Math.floorMod(where, datagram.length)] = what;
    assertThat(MessageDecoder.message(datagram)).isNotNull();
  }

  @Property(tries = 300)
  void everyCutIsNoticed(@ForAll("payloads") List<Payload> payloads, @ForAll int cut) {
    byte[] datagram = MessageEncoder.encode(IkeHeader.of(5, 6, 35, false, true, 1), payloads);
    byte[] shorter = java.util.Arrays.copyOf(datagram, Math.floorMod(cut, datagram.length));
    assertThat(MessageDecoder.message(shorter)).isInstanceOf(DecodeResult.Malformed.class);
  }

  private static byte[] framed(byte[] body, int firstType) {
    byte[] datagram = new byte[IkeHeader.LENGTH + body.length];
    byte[] empty = MessageEncoder.encode(IkeHeader.of(5, 6, 35, false, true, 1), List.of());
    System.arraycopy(empty, 0, datagram, 0, empty.length);
    System.arraycopy(body, 0, datagram, empty.length, body.length);
    datagram[16] = (byte) firstType;
    datagram[26] = (byte) (datagram.length >>> 8);
    datagram[27] = (byte) datagram.length;
    return datagram;
  }

  @Provide
  Arbitrary<List<Payload>> payloads() {
    Arbitrary<Payload> any =
        Arbitraries.oneOf(
            sa(),
            octets(1, 133).map(v -> new KePayload(20, v)),
            octets(0, 40).map(v -> new IdPayload(true, IdType.ID_KEY_ID, v)),
            octets(4, 4).map(v -> new IdPayload(false, IdType.ID_IPV4_ADDR, v)),
            octets(0, 40).map(v -> new CertificatePayload(4, v)),
            octets(0, 40).map(v -> new CertificateRequestPayload(4, v)),
            octets(0, 64).map(v -> new AuthPayload(2, v)),
            octets(16, 256).map(NoncePayload::new),
            Combinators.combine(octets(0, 8), u16(), octets(0, 30))
                .as((spi, type, data) -> new NotifyPayload(3, spi, type, data)),
            Arbitraries.integers().list().ofMaxSize(5).map(DeletePayload::esp),
            octets(0, 30).map(VendorIdPayload::new),
            ts(),
            octets(0, 9)
                .list()
                .ofMaxSize(4)
                .map(
                    values -> {
                      List<ConfigurationPayload.Attribute> attributes = new ArrayList<>();
                      values.forEach(
                          v -> attributes.add(new ConfigurationPayload.Attribute(v.length(), v)));
                      return new ConfigurationPayload(1, attributes);
                    }),
            octets(4, 30).map(EapPayload::new),
            octets(0, 30).map(v -> new UnknownPayload(77, v)));
    return any.list().ofMaxSize(12);
  }

  private static Arbitrary<Payload> sa() {
    Arbitrary<Transform> transform =
        Combinators.combine(
                Arbitraries.integers().between(1, 12), u16(), Arbitraries.of(0, 128, 192, 256))
            .as((type, id, keyLength) -> new Transform(type, id, keyLength, false));
    Arbitrary<Proposal> proposal =
        Combinators.combine(
                Arbitraries.integers().between(1, 255),
                Arbitraries.integers().between(0, 255),
                octets(0, 8),
                transform.list().ofMaxSize(6))
            .as(Proposal::new);
    return proposal.list().ofMinSize(1).ofMaxSize(4).map(SaPayload::new);
  }

  private static Arbitrary<Payload> ts() {
    Arbitrary<Selector> range =
        Combinators.combine(
                Arbitraries.of(4, 16).flatMap(n -> octets(n, n).list().ofSize(2)),
                Arbitraries.integers().between(0, 255),
                u16(),
                u16())
            .as(
                (addresses, protocol, p, q) -> {
                  Octets a = addresses.get(0);
                  Octets b = addresses.get(1);
                  boolean ordered = a.compareUnsigned(b) <= 0;
                  return new Selector.AddressRange(
                      protocol, Math.min(p, q), Math.max(p, q), ordered ? a : b, ordered ? b : a);
                });
    Arbitrary<Selector> other = octets(0, 9).map(v -> new Selector.Other(9, 0, v));
    return Arbitraries.oneOf(range, other)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(list -> new TsPayload(false, list));
  }

  private static Arbitrary<Integer> u16() {
    return Arbitraries.integers().between(0, 65535);
  }

  private static Arbitrary<Octets> octets(int min, int max) {
    return Arbitraries.bytes()
        .array(byte[].class)
        .ofMinSize(min)
        .ofMaxSize(max)
        .map(Octets::copyOf);
  }
}
