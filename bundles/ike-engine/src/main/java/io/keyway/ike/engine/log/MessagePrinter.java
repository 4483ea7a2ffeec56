package io.keyway.ike.engine.log;

import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.CertificatePayload;
import io.keyway.ike.message.CertificateRequestPayload;
import io.keyway.ike.message.ConfigurationPayload;
import io.keyway.ike.message.DeletePayload;
import io.keyway.ike.message.EapPayload;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.EncryptedPayload;
import io.keyway.ike.message.GroupId;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.Proposal;
import io.keyway.ike.message.ProtocolId;
import io.keyway.ike.message.PuzzleSolutionPayload;
import io.keyway.ike.message.SaPayload;
import io.keyway.ike.message.TsPayload;
import io.keyway.ike.message.UnknownPayload;
import io.keyway.ike.message.VendorIdPayload;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Messages in the words of RFC 7296. What proves knowledge of a secret (AUTH, EAP, the data of
 * notifications that carry such, passwords in CP) is told by its length alone, and so is everything
 * that is not known here: a payload must be on the list before its octets are shown.
 */
public final class MessagePrinter {
  /** More of one kind in one payload are counted, not shown. */
  private static final int MOST = 64;

  private MessagePrinter() {}

  /** {@code IKE_AUTH request 1 [ ID_I AUTH SA TS_I TS_R N(INITIAL_CONTACT) ]}, as charon has it. */
  public static String summary(IkeHeader header, List<Payload> payloads) {
    StringBuilder line = new StringBuilder(headline(header)).append(" [ ");
    payloads.stream().limit(MOST).forEach(p -> line.append(IkeLog.printable(title(p))).append(' '));
    return line.append(payloads.size() > MOST ? "... ]" : "]").toString();
  }

  /** The header, then a line for each payload, its parts indented below. */
  public static List<String> lines(IkeHeader header, List<Payload> payloads) {
    List<String> lines = new ArrayList<>();
    lines.add(
        headline(header)
            + ": SPIi "
            + hex(header.initiatorSpi())
            + " SPIr "
            + hex(header.responderSpi())
            + " version "
            + header.majorVersion()
            + "."
            + (header.version() & 0xf)
            + " flags "
            + (header.isFromInitiator() ? "I" : "-")
            + (header.isResponse() ? "R" : "-"));
    for (Payload payload : payloads.subList(0, Math.min(payloads.size(), MOST))) {
      payload(payload, lines);
    }
    more(payloads.size(), "  ", lines);
    return lines.stream().map(IkeLog::printable).toList();
  }

  private static String headline(IkeHeader header) {
    return io.keyway.ike.message.ExchangeType.name(header.exchangeType())
        + (header.isResponse() ? " response " : " request ")
        + header.messageIdUnsigned();
  }

  private static String title(Payload payload) {
    return payload instanceof NotifyPayload n
        ? "N(" + NotifyType.name(n.type()) + ")"
        : PayloadType.name(payload.payloadType());
  }

  private static void payload(Payload payload, List<String> lines) {
    String title = "  " + title(payload) + ": ";
    if (payload instanceof SaPayload sa) {
      lines.add(title + sa.proposals().size() + " proposals");
      sa.proposals().stream().limit(MOST).forEach(p -> lines.add("    " + proposal(p)));
      more(sa.proposals().size(), "    ", lines);
    } else if (payload instanceof TsPayload ts) {
      lines.add(title + ts.selectors().size() + " selectors");
      ts.selectors().stream().limit(MOST).forEach(s -> lines.add("    " + Selectors.text(s)));
      more(ts.selectors().size(), "    ", lines);
    } else if (payload instanceof ConfigurationPayload cp) {
      lines.add(title + Attributes.type(cp.configType()));
      cp.attributes().stream().limit(MOST).forEach(a -> lines.add("    " + Attributes.text(a)));
      more(cp.attributes().size(), "    ", lines);
    } else if (payload instanceof DeletePayload d) {
      lines.add(
          title
              + ProtocolId.name(d.protocolId())
              + d.spis().stream()
                  .limit(MOST)
                  .map(Octets::toString)
                  .collect(Collectors.joining(" ", d.spis().isEmpty() ? "" : " SPI ", "")));
      more(d.spis().size(), "    ", lines);
    } else {
      lines.add(title + simple(payload));
    }
  }

  private static String simple(Payload payload) {
    if (payload instanceof KePayload ke) {
      return GroupId.name(ke.group()) + " public value " + shown(ke.publicValue());
    }
    if (payload instanceof NoncePayload nonce) {
      return shown(nonce.nonce());
    }
    if (payload instanceof IdPayload id) {
      return Identity.text(id);
    }
    if (payload instanceof NotifyPayload notify) {
      return notification(notify);
    }
    if (payload instanceof AuthPayload auth) {
      return AuthMethod.name(auth.method()) + ", " + hidden(auth.data());
    }
    if (payload instanceof CertificatePayload cert) {
      return Certificates.text(cert);
    }
    if (payload instanceof CertificateRequestPayload request) {
      return "encoding " + request.encoding() + ", authorities " + hexOf(request.authorities());
    }
    if (payload instanceof EapPayload eap) {
      return Eap.text(eap.packet());
    }
    if (payload instanceof VendorIdPayload vendor) {
      return hexOf(vendor.vendorId());
    }
    if (payload instanceof UnknownPayload unknown) {
      return hidden(unknown.body());
    }
    if (payload instanceof EncryptedPayload sk) {
      return sk.length() + " octets, encrypted";
    }
    if (payload instanceof EncryptedFragmentPayload skf) {
      return "fragment "
          + skf.fragment()
          + " of "
          + skf.total()
          + ", "
          + skf.length()
          + " octets, encrypted";
    }
    if (payload instanceof PuzzleSolutionPayload solution) {
      return hidden(solution.keys());
    }
    return "not shown";
  }

  private static String notification(NotifyPayload notify) {
    String spi =
        notify.spi().isEmpty()
            ? ""
            : ProtocolId.name(notify.protocolId()) + " SPI " + notify.spi() + ", ";
    return spi
        + (NotifyData.isPublic(notify.type()) ? shown(notify.data()) : hidden(notify.data()));
  }

  private static String proposal(Proposal proposal) {
    return proposal.number()
        + ": "
        + ProtocolId.name(proposal.protocolId())
        + (proposal.spi().isEmpty() ? "" : " SPI " + proposal.spi())
        + " "
        + proposal.transforms().stream()
            .limit(MOST)
            .map(Object::toString)
            .collect(Collectors.joining("/"))
        + (proposal.transforms().size() > MOST ? "/..." : "");
  }

  private static void more(int size, String indent, List<String> lines) {
    if (size > MOST) {
      lines.add(indent + "and " + (size - MOST) + " more");
    }
  }

  /** Public octets, shortened: the length always, the first 32 of them. */
  static String shown(Octets octets) {
    return octets.isEmpty() ? "no data" : octets.length() + " octets " + octets;
  }

  /** The length alone. */
  static String hidden(Octets octets) {
    return octets.length() + " octets, not shown";
  }

  private static String hexOf(Octets octets) {
    return shown(octets);
  }

  private static String hex(long spi) {
    return HexFormat.of().toHexDigits(spi);
  }
}
