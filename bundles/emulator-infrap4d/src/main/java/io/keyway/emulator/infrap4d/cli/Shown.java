package io.keyway.emulator.infrap4d.cli;

import io.keyway.emulator.v1.CollectDeliveredReply;
import io.keyway.emulator.v1.CountersReply;
import io.keyway.emulator.v1.DeliveredPacket;
import io.keyway.emulator.v1.FieldInfo;
import io.keyway.emulator.v1.InjectReply;
import io.keyway.emulator.v1.ListRowsReply;
import io.keyway.emulator.v1.ListSasReply;
import io.keyway.emulator.v1.RowInfo;
import io.keyway.emulator.v1.SaInfo;
import io.keyway.emulator.v1.StatusReply;
import io.keyway.emulator.v1.Verdict;
import io.keyway.esp.IpPacket;
import java.io.PrintStream;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Replies as lines for people and for {@code grep}. */
final class Shown {
  private Shown() {}

  static void status(StatusReply status, PrintStream out) {
    line(out, "name", status.getName() + " (site " + status.getSite() + ")");
    line(out, "wire", status.getWire());
    line(out, "listens on", String.join(", ", status.getListenList()));
    line(out, "answers", yes(status.getReachable()));
    line(out, "pipeline", status.getPipelineSet() ? "set" : "not set");
    line(out, "generation", Long.toUnsignedString(status.getGeneration()));
    line(out, "streams", Integer.toString(status.getP4RuntimeStreams()));
    line(out, "subscribers", Integer.toString(status.getExpireSubscribers()));
    status.getQuirksList().forEach(quirk -> line(out, "quirk", quirk));
  }

  static void counters(CountersReply counters, PrintStream out) {
    new TreeMap<>(counters.getCountersMap())
        .forEach((name, value) -> out.println(name + " " + Long.toUnsignedString(value)));
  }

  static void sas(ListSasReply reply, PrintStream out) {
    for (SaInfo sa : reply.getSasList()) {
      out.printf(
          "%s spi=0x%08x offload-id=%d direction=%d %s esn=%s window=%s packets=%s bytes=%s"
              + " sequence=%s%s%n",
          sa.getInbound() ? "in " : "out",
          sa.getSpi(),
          Integer.toUnsignedLong(sa.getOffloadId()),
          sa.getDirection() ? 1 : 0,
          sa.getSuite(),
          yes(sa.getExtSeqNum()),
          Integer.toUnsignedString(sa.getReplayWindow()),
          Long.toUnsignedString(sa.getPackets()),
          Long.toUnsignedString(sa.getBytes()),
          Long.toUnsignedString(sa.getSequence()),
          sa.getHardExpired() ? " expired" : "");
    }
    out.println(reply.getSasCount() + " SAs");
  }

  static void rows(ListRowsReply reply, PrintStream out) {
    for (RowInfo row : reply.getRowsList()) {
      out.println(
          row.getTable()
              + " ["
              + fields(row.getMatchList())
              + "] "
              + row.getAction()
              + "("
              + fields(row.getParamsList())
              + ")"
              + (row.hasPackets()
                  ? " packets="
                      + Long.toUnsignedString(row.getPackets())
                      + " bytes="
                      + Long.toUnsignedString(row.getBytes())
                  : ""));
    }
    out.println(reply.getRowsCount() + " rows");
  }

  private static String fields(List<FieldInfo> fields) {
    return fields.stream()
        .map(field -> field.getName() + "=" + field.getValue())
        .collect(Collectors.joining(" "));
  }

  /** Equal verdicts are counted. */
  static void verdicts(InjectReply reply, PrintStream out) {
    Map<String, Integer> seen = new LinkedHashMap<>();
    for (Verdict verdict : reply.getVerdictsList()) {
      String text =
          verdict.getKind() + (verdict.getReason().isEmpty() ? "" : " ") + verdict.getReason();
      seen.merge(text, 1, Integer::sum);
    }
    seen.forEach((text, count) -> out.println(count + " " + text));
  }

  static void delivered(CollectDeliveredReply reply, PrintStream out) {
    for (DeliveredPacket packet : reply.getPacketsList()) {
      byte[] octets = packet.getPacket().toByteArray();
      out.println(
          packet.getKind()
              + (packet.getSpi() == 0 ? "" : " spi=0x%08x".formatted(packet.getSpi()))
              + " "
              + addresses(octets)
              + HexFormat.of().formatHex(octets));
    }
    if (reply.getForgotten() > 0) {
      out.println(Long.toUnsignedString(reply.getForgotten()) + " forgotten");
    }
  }

  private static String addresses(byte[] octets) {
    try {
      return IpPacket.parse(octets) + " ";
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static void line(PrintStream out, String name, String value) {
    out.printf("%-12s %s%n", name, value);
  }

  private static String yes(boolean value) {
    return value ? "yes" : "no";
  }
}
