package io.keyway.ike.message;

/** Writes what follows a payload's generic header. */
final class PayloadBodies {
  private static final int ATTRIBUTE_FORMAT_TV = 0x8000;
  static final int KEY_LENGTH = 14;

  private PayloadBodies() {}

  static void write(Payload payload, OctetWriter writer) {
    if (payload instanceof SaPayload sa) {
      sa(sa, writer);
    } else if (payload instanceof KePayload ke) {
      writer.u16(ke.group()).u16(0).octets(ke.publicValue());
    } else if (payload instanceof IdPayload id) {
      id(id, writer);
    } else if (payload instanceof CertificatePayload cert) {
      writer.u8(cert.encoding()).octets(cert.data());
    } else if (payload instanceof CertificateRequestPayload request) {
      writer.u8(request.encoding()).octets(request.authorities());
    } else if (payload instanceof AuthPayload auth) {
      writer.u8(auth.method()).zeros(3).octets(auth.data());
    } else if (payload instanceof NoncePayload nonce) {
      writer.octets(nonce.nonce());
    } else if (payload instanceof NotifyPayload notify) {
      writer
          .u8(notify.protocolId())
          .u8(notify.spi().length())
          .u16(notify.type())
          .octets(notify.spi())
          .octets(notify.data());
    } else if (payload instanceof DeletePayload delete) {
      delete(delete, writer);
    } else if (payload instanceof VendorIdPayload vendor) {
      writer.octets(vendor.vendorId());
    } else if (payload instanceof TsPayload ts) {
      ts(ts, writer);
    } else if (payload instanceof ConfigurationPayload configuration) {
      configuration(configuration, writer);
    } else if (payload instanceof EapPayload eap) {
      writer.octets(eap.packet());
    } else if (payload instanceof PuzzleSolutionPayload solution) {
      writer.octets(solution.keys());
    } else if (payload instanceof UnknownPayload unknown) {
      writer.octets(unknown.body());
    } else {
      // Encrypted payloads are framed by MessageEncoder, never written as values.
      throw new IllegalArgumentException("not encodable: " + payload);
    }
  }

  static void id(IdPayload id, OctetWriter writer) {
    writer.u8(id.idType()).zeros(3).octets(id.data());
  }

  private static void sa(SaPayload sa, OctetWriter writer) {
    int left = sa.proposals().size();
    for (Proposal proposal : sa.proposals()) {
      int start = writer.size();
      writer.u8(--left == 0 ? 0 : 2).u8(0).u16(0);
      writer
          .u8(proposal.number())
          .u8(proposal.protocolId())
          .u8(proposal.spi().length())
          .u8(proposal.transforms().size())
          .octets(proposal.spi());
      int transformsLeft = proposal.transforms().size();
      for (Transform transform : proposal.transforms()) {
        boolean keyed = transform.keyLength() != 0;
        writer.u8(--transformsLeft == 0 ? 0 : 3).u8(0).u16(keyed ? 12 : 8);
        writer.u8(transform.type()).u8(0).u16(transform.id());
        if (keyed) {
          writer.u16(ATTRIBUTE_FORMAT_TV | KEY_LENGTH).u16(transform.keyLength());
        }
      }
      writer.putU16(start + 2, writer.size() - start);
    }
  }

  private static void delete(DeletePayload delete, OctetWriter writer) {
    int spiLength = delete.protocolId() == ProtocolId.IKE ? 0 : 4;
    writer.u8(delete.protocolId()).u8(spiLength).u16(delete.spis().size());
    for (Octets spi : delete.spis()) {
      if (spi.length() != spiLength) {
        throw new IllegalArgumentException(
            "SPI of " + spi.length() + " octets in a Delete payload");
      }
      writer.octets(spi);
    }
  }

  private static void ts(TsPayload ts, OctetWriter writer) {
    writer.u8(ts.selectors().size()).zeros(3);
    for (Selector selector : ts.selectors()) {
      if (selector instanceof Selector.AddressRange range) {
        int type = range.isIpv4() ? TsType.TS_IPV4_ADDR_RANGE : TsType.TS_IPV6_ADDR_RANGE;
        writer.u8(type).u8(range.protocol()).u16(8 + 2 * range.start().length());
        writer.u16(range.startPort()).u16(range.endPort());
        writer.octets(range.start()).octets(range.end());
      } else if (selector instanceof Selector.Other other) {
        writer.u8(other.type()).u8(other.protocol()).u16(4 + other.body().length());
        writer.octets(other.body());
      }
    }
  }

  private static void configuration(ConfigurationPayload configuration, OctetWriter writer) {
    writer.u8(configuration.configType()).zeros(3);
    for (ConfigurationPayload.Attribute attribute : configuration.attributes()) {
      writer.u16(attribute.type() & 0x7fff).u16(attribute.value().length());
      writer.octets(attribute.value());
    }
  }
}
