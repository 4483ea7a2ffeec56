package io.keyway.ike.message;

import java.util.ArrayList;
import java.util.List;

/** Reads what follows a payload's generic header, for every type that is known here. */
final class PayloadReader {
  /** More proposals than a sane peer sends; the octet that counts them would allow 255. */
  private static final int MAX_PROPOSALS = 128;

  private PayloadReader() {}

  static boolean knows(int type) {
    return type >= PayloadType.SA && type <= PayloadType.EAP
        || type == PayloadType.SKF
        || type == PayloadType.PUZZLE_SOLUTION;
  }

  static Payload read(int type, OctetReader body) throws MalformedException {
    return switch (type) {
      case PayloadType.SA -> sa(body);
      case PayloadType.KE -> ke(body);
      case PayloadType.ID_I -> id(true, body);
      case PayloadType.ID_R -> id(false, body);
      case PayloadType.CERT -> new CertificatePayload(body.u8("certificate encoding"), body.rest());
      case PayloadType.CERTREQ ->
          new CertificateRequestPayload(body.u8("certificate encoding"), body.rest());
      case PayloadType.AUTH -> auth(body);
      case PayloadType.NONCE -> nonce(body);
      case PayloadType.NOTIFY -> notification(body);
      case PayloadType.DELETE -> delete(body);
      case PayloadType.VENDOR_ID -> new VendorIdPayload(body.rest());
      case PayloadType.TS_I -> ts(true, body);
      case PayloadType.TS_R -> ts(false, body);
      case PayloadType.CP -> configuration(body);
      case PayloadType.EAP -> eap(body);
      case PayloadType.PUZZLE_SOLUTION -> puzzleSolution(body);
      default -> new UnknownPayload(type, body.rest());
    };
  }

  private static SaPayload sa(OctetReader body) throws MalformedException {
    List<Proposal> proposals = new ArrayList<>(2);
    boolean more = true;
    while (more) {
      if (proposals.size() == MAX_PROPOSALS) {
        throw new MalformedException("more than " + MAX_PROPOSALS + " proposals");
      }
      more = more(body.u8("proposal"), 2, "proposal");
      body.skip(1, "proposal");
      int length = body.u16("proposal length");
      proposals.add(proposal(body.slice(length - 4, "proposal")));
    }
    body.expectEnd("SA payload");
    return new SaPayload(proposals);
  }

  private static Proposal proposal(OctetReader body) throws MalformedException {
    int number = body.u8("proposal number");
    int protocol = body.u8("proposal protocol");
    int spiLength = body.u8("proposal SPI size");
    int count = body.u8("number of transforms");
    Octets spi = body.octets(spiLength, "proposal SPI");
    List<Transform> transforms = new ArrayList<>(count);
    for (int i = 1; i <= count; i++) {
      boolean more = more(body.u8("transform"), 3, "transform");
      if (more != (i < count)) {
        throw new MalformedException("transform " + i + " of " + count + " has a wrong last mark");
      }
      body.skip(1, "transform");
      int length = body.u16("transform length");
      transforms.add(transform(body.slice(length - 4, "transform")));
    }
    body.expectEnd("proposal");
    return new Proposal(number, protocol, spi, transforms);
  }

  private static boolean more(int mark, int moreMark, String what) throws MalformedException {
    if (mark != 0 && mark != moreMark) {
      throw new MalformedException(what + " has a last mark of " + mark);
    }
    return mark == moreMark;
  }

  private static Transform transform(OctetReader body) throws MalformedException {
    int type = body.u8("transform type");
    body.skip(1, "transform");
    int id = body.u16("transform id");
    int keyLength = 0;
    boolean unknown = false;
    while (body.hasRemaining()) {
      int attribute = body.u16("transform attribute");
      int value = body.u16("transform attribute");
      boolean inPlace = (attribute & 0x8000) != 0;
      if (!inPlace) {
        body.skip(value, "transform attribute value");
      }
      if (inPlace && (attribute & 0x7fff) == PayloadBodies.KEY_LENGTH && keyLength == 0) {
        if (value == 0) {
          throw new MalformedException("key length attribute of 0");
        }
        keyLength = value;
      } else {
        unknown = true;
      }
    }
    return new Transform(type, id, keyLength, unknown);
  }

  private static KePayload ke(OctetReader body) throws MalformedException {
    int group = body.u16("key exchange method");
    body.skip(2, "KE payload");
    if (!body.hasRemaining()) {
      throw new MalformedException("KE payload without public value");
    }
    return new KePayload(group, body.rest());
  }

  private static IdPayload id(boolean initiator, OctetReader body) throws MalformedException {
    int type = body.u8("ID type");
    body.skip(3, "ID payload");
    int wanted =
        switch (type) {
          case IdType.ID_IPV4_ADDR -> 4;
          case IdType.ID_IPV6_ADDR -> 16;
          default -> -1;
        };
    if (wanted >= 0 && body.remaining() != wanted) {
      throw new MalformedException(IdType.name(type) + " of " + body.remaining() + " octets");
    }
    return new IdPayload(initiator, type, body.rest());
  }

  private static AuthPayload auth(OctetReader body) throws MalformedException {
    int method = body.u8("authentication method");
    body.skip(3, "AUTH payload");
    return new AuthPayload(method, body.rest());
  }

  private static NoncePayload nonce(OctetReader body) throws MalformedException {
    int length = body.remaining();
    if (length < NoncePayload.MIN_LENGTH || length > NoncePayload.MAX_LENGTH) {
      throw new MalformedException("nonce of " + length + " octets, 16 to 256 are allowed");
    }
    return new NoncePayload(body.rest());
  }

  private static NotifyPayload notification(OctetReader body) throws MalformedException {
    int protocol = body.u8("notify protocol");
    int spiLength = body.u8("notify SPI size");
    int type = body.u16("notify type");
    return new NotifyPayload(protocol, body.octets(spiLength, "notify SPI"), type, body.rest());
  }

  private static DeletePayload delete(OctetReader body) throws MalformedException {
    int protocol = body.u8("delete protocol");
    int spiLength = body.u8("delete SPI size");
    int count = body.u16("number of SPIs");
    int wanted = protocol == ProtocolId.IKE ? 0 : 4;
    if (spiLength != wanted || wanted == 0 && count != 0) {
      throw new MalformedException(
          "Delete of " + count + " SPIs of " + spiLength + " octets for protocol " + protocol);
    }
    if (count * spiLength != body.remaining()) {
      throw new MalformedException(
          "Delete announces " + count + " SPIs and carries " + body.remaining() + " octets");
    }
    List<Octets> spis = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      spis.add(body.octets(spiLength, "SPI"));
    }
    return new DeletePayload(protocol, spis);
  }

  private static TsPayload ts(boolean initiator, OctetReader body) throws MalformedException {
    int count = body.u8("number of traffic selectors");
    body.skip(3, "TS payload");
    if (count == 0) {
      throw new MalformedException("TS payload without traffic selectors");
    }
    List<Selector> selectors = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int type = body.u8("traffic selector type");
      int protocol = body.u8("traffic selector protocol");
      int length = body.u16("traffic selector length");
      selectors.add(selector(type, protocol, body.slice(length - 4, "traffic selector")));
    }
    body.expectEnd("TS payload");
    return new TsPayload(initiator, selectors);
  }

  private static Selector selector(int type, int protocol, OctetReader body)
      throws MalformedException {
    int size =
        switch (type) {
          case TsType.TS_IPV4_ADDR_RANGE -> 4;
          case TsType.TS_IPV6_ADDR_RANGE -> 16;
          default -> 0;
        };
    if (size == 0) {
      return new Selector.Other(type, protocol, body.rest());
    }
    int startPort = body.u16("start port");
    int endPort = body.u16("end port");
    Octets start = body.octets(size, "start address");
    Octets end = body.octets(size, "end address");
    body.expectEnd("traffic selector");
    if (start.compareUnsigned(end) > 0) {
      throw new MalformedException("traffic selector that ends before it starts");
    }
    if (startPort > endPort && !(startPort == 0xffff && endPort == 0)) {
      throw new MalformedException("ports " + startPort + " to " + endPort);
    }
    return new Selector.AddressRange(protocol, startPort, endPort, start, end);
  }

  private static ConfigurationPayload configuration(OctetReader body) throws MalformedException {
    int type = body.u8("CFG type");
    body.skip(3, "CP payload");
    List<ConfigurationPayload.Attribute> attributes = new ArrayList<>();
    while (body.hasRemaining()) {
      int attribute = body.u16("configuration attribute") & 0x7fff;
      int length = body.u16("configuration attribute length");
      attributes.add(
          new ConfigurationPayload.Attribute(attribute, body.octets(length, "attribute value")));
    }
    return new ConfigurationPayload(type, attributes);
  }

  private static PuzzleSolutionPayload puzzleSolution(OctetReader body) throws MalformedException {
    if (!body.hasRemaining() || body.remaining() % PuzzleSolutionPayload.KEYS != 0) {
      throw new MalformedException(
          "puzzle solution of " + body.remaining() + " octets, four keys of one length are needed");
    }
    return new PuzzleSolutionPayload(body.rest());
  }

  private static EapPayload eap(OctetReader body) throws MalformedException {
    if (body.remaining() < 4) {
      throw new MalformedException("EAP packet of " + body.remaining() + " octets");
    }
    return new EapPayload(body.rest());
  }
}
