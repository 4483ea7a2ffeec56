package io.keyway.shell.view;

import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Usage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Prints IKE SAs and their children, in the shape of {@code swanctl --list-sas}. */
public final class SasView {

  private final Map<String, Usage> byHalf;

  /**
   * A view with counters.
   *
   * @param usage counters of SAs, as far as they are known
   */
  public SasView(Map<SaId, Usage> usage) {
    this.byHalf =
        usage.entrySet().stream()
            .collect(
                Collectors.toMap(
                    e -> half(e.getKey().plane(), e.getKey().direction(), e.getKey().spi().value()),
                    Map.Entry::getValue,
                    Usage::plus));
  }

  private static String half(String plane, Direction direction, long spi) {
    return plane + "/" + direction + "/" + spi;
  }

  private Usage usage(ChildSaStatus child, Direction direction) {
    long spi =
        direction == Direction.INBOUND
            ? child.spiIn().map(l -> l.spi().value()).orElse(0L)
            : child.spiOut();
    return byHalf.getOrDefault(half(child.plane(), direction, spi), Usage.ABSENT);
  }

  /** Lines for people, by connection. */
  public List<String> lines(List<IkeSaStatus> sas, Instant now) {
    if (sas.isEmpty()) {
      return List.of("there are no IKE SAs");
    }
    List<String> lines = new ArrayList<>();
    for (IkeSaStatus sa : sorted(sas)) {
      lines.add(
          String.format(
              "%s: #%s, %s, IKEv2, %016x_i%s %016x_r%s",
              sa.connection(),
              sa.uid(),
              sa.state(),
              sa.initiatorSpi(),
              sa.initiator() ? "*" : "",
              sa.responderSpi(),
              sa.initiator() ? "" : "*"));
      lines.add(
          "  local  '"
              + Words.printable(sa.localId())
              + "' @ "
              + text(sa.local())
              + nat(sa.natLocal()));
      lines.add(
          "  remote '"
              + Words.printable(sa.remoteId())
              + "' @ "
              + text(sa.remote())
              + nat(sa.natRemote()));
      if (!sa.proposal().isEmpty()) {
        lines.add("  " + sa.proposal());
      }
      if (!sa.ppkId().isEmpty()) {
        lines.add("  PPK '" + Words.printable(sa.ppkId()) + "'");
      }
      agreed(sa.extensions()).ifPresent(text -> lines.add("  agreed on " + text));
      ticket(sa, now).ifPresent(lines::add);
      addresses(lines, "we have", sa.addresses().local());
      addresses(lines, "the peer has", sa.addresses().remote());
      addresses(lines, "name servers", sa.addresses().dns());
      lines.add(
          "  "
              + Words.timing(sa.established(), "established", now)
              + sa.rekeyAt().map(t -> ", rekeying " + Words.in(t, now)).orElse(""));
      for (ChildSaStatus child : sa.children()) {
        lines.addAll(child(child, now));
      }
    }
    return lines;
  }

  private static Optional<String> agreed(IkeSaStatus.Extensions extensions) {
    List<String> words = new ArrayList<>();
    if (extensions.mobike()) {
      words.add("MOBIKE");
    }
    if (extensions.crashDetection()) {
      words.add("crash detection");
    }
    return words.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", words));
  }

  /** Session resumption, where there is anything to say about it. */
  private static Optional<String> ticket(IkeSaStatus sa, Instant now) {
    IkeSaStatus.Resumption resumption = sa.resumption();
    if (!resumption.resumed() && resumption.ticketUntil().isEmpty()) {
      return Optional.empty();
    }
    String ticket =
        resumption.ticketUntil().map(t -> "ticket ends " + Words.in(t, now)).orElse("no ticket");
    return Optional.of("  " + (resumption.resumed() ? "resumed, " : "") + ticket);
  }

  private static void addresses(List<String> lines, String what, List<InetAddress> addresses) {
    if (!addresses.isEmpty()) {
      lines.add("  " + what + " " + String.join(", ", texts(addresses)));
    }
  }

  private static List<String> texts(List<InetAddress> addresses) {
    return addresses.stream().map(InetAddress::getHostAddress).toList();
  }

  private List<String> child(ChildSaStatus child, Instant now) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "  "
            + child.name()
            + ": #"
            + child.uid()
            + ", "
            + child.state()
            + ", "
            + child.mode()
            + ", ESP:"
            + child.proposal()
            + ", data plane "
            + child.plane());
    lines.add(
        "    "
            + Words.timing(child.installed(), "installed", now)
            + child.rekeyAt().map(t -> ", rekeying " + Words.in(t, now)).orElse("")
            + child.endsAt().map(t -> ", expires " + Words.in(t, now)).orElse(""));
    child
        .spiIn()
        .ifPresent(
            lease ->
                lines.add(
                    String.format(
                        "    in  %08x, %s",
                        lease.spi().value(), Words.usage(usage(child, Direction.INBOUND)))));
    if (child.spiOut() != 0) {
      lines.add(
          String.format(
              "    out %08x, %s", child.spiOut(), Words.usage(usage(child, Direction.OUTBOUND))));
    }
    child
        .selectors()
        .forEach(
            pair -> {
              lines.add("    local  " + pair.local());
              lines.add("    remote " + pair.remote());
            });
    return lines;
  }

  public String json(List<IkeSaStatus> sas) {
    return Json.write(
        sorted(sas).stream()
            .map(
                sa ->
                    Json.object()
                        .put("uid", sa.uid())
                        .put("connection", sa.connection())
                        .put("state", sa.state())
                        .put("initiator", sa.initiator())
                        .put("initiator-spi", String.format("%016x", sa.initiatorSpi()))
                        .put("responder-spi", String.format("%016x", sa.responderSpi()))
                        .put("local", text(sa.local()))
                        .put("remote", text(sa.remote()))
                        .put("local-id", sa.localId())
                        .put("remote-id", sa.remoteId())
                        .put("proposal", sa.proposal())
                        .put("ppk-id", sa.ppkId().isEmpty() ? null : sa.ppkId())
                        .put("resumed", sa.resumption().resumed())
                        .put("ticket-until", sa.resumption().ticketUntil())
                        .put("nat-local", sa.natLocal())
                        .put("nat-remote", sa.natRemote())
                        .put("mobike", sa.extensions().mobike())
                        .put("crash-detection", sa.extensions().crashDetection())
                        .put("established", sa.established())
                        .put("rekey-at", sa.rekeyAt())
                        .put("virtual-local-addresses", texts(sa.addresses().local()))
                        .put("virtual-remote-addresses", texts(sa.addresses().remote()))
                        .put("dns", texts(sa.addresses().dns()))
                        .put(
                            "children",
                            sa.children().stream()
                                .map(
                                    c ->
                                        json(
                                            c,
                                            usage(c, Direction.INBOUND),
                                            usage(c, Direction.OUTBOUND)))
                                .toList()))
            .toList());
  }

  static Json.Members json(ChildSaStatus child, Usage in, Usage out) {
    return Json.object()
        .put("uid", child.uid())
        .put("name", child.name())
        .put("state", child.state())
        .put("data-plane", child.plane())
        .put("spi-in", child.spiIn().map(l -> String.format("%08x", l.spi().value())))
        .put("spi-out", child.spiOut() == 0 ? null : String.format("%08x", child.spiOut()))
        .put("proposal", child.proposal())
        .put("esn", child.esn())
        .put("mode", child.mode())
        .put(
            "selectors",
            child.selectors().stream()
                .map(
                    p ->
                        Json.object()
                            .put("local", p.local().toString())
                            .put("remote", p.remote().toString()))
                .toList())
        .put("installed", child.installed())
        .put("rekey-at", child.rekeyAt())
        .put("ends-at", child.endsAt())
        .put("inbound", Optional.ofNullable(in).map(Words::json))
        .put("outbound", Optional.ofNullable(out).map(Words::json));
  }

  private static List<IkeSaStatus> sorted(List<IkeSaStatus> sas) {
    return sas.stream()
        .sorted(Comparator.comparing(IkeSaStatus::connection).thenComparing(IkeSaStatus::uid))
        .toList();
  }

  private static String nat(boolean behind) {
    return behind ? " (behind a NAT)" : "";
  }

  private static String text(InetSocketAddress address) {
    if (address == null) {
      return "%any";
    }
    String host =
        address.getAddress() == null
            ? address.getHostString()
            : address.getAddress().getHostAddress();
    return host + "[" + address.getPort() + "]";
  }
}
