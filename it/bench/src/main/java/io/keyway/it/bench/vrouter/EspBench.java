package io.keyway.it.bench.vrouter;

import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.Figures;
import io.keyway.protocol.vrouter.v1.Change;
import io.keyway.protocol.vrouter.v1.SaId;
import io.keyway.protocol.vrouter.v1.Selector;
import io.keyway.protocol.vrouter.v1.SelectorPair;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** ESP of one core: the agent, ipsec-secgw and the bare loop, in turns. */
final class EspBench {

  private static final String AGENT = "agent";
  private static final String SECGW = "ipsec-secgw";
  private static final String LOOP = "bare loop";
  private static final double TO_SECGW = 1.0;
  private static final double TO_LOOP = 0.8;

  /** How often, how long, and with how many tunnels. */
  record Size(int rounds, int cpuMilliseconds, List<Integer> tunnels, List<String> crypto) {
    static final Size FULL =
        new Size(9, 300, List.of(1, 64), List.of("crypto_aesni_mb", "crypto_aesni_gcm"));
    static final Size QUICK = new Size(5, 150, List.of(1), List.of("crypto_aesni_mb"));
  }

  private final PrintStream out;
  private final Programs programs;
  private final Path directory;
  private final Size size;
  private int runs;
  private int missed;

  EspBench(PrintStream out, Programs programs, Path directory, Size size) {
    this.out = out;
    this.programs = programs;
    this.directory = directory;
    this.size = size;
  }

  void run(Cleanup cleanup) throws IOException, InterruptedException {
    out.printf(
        Locale.ROOT,
        "ESP, AES-GCM-256, IPv4 in tunnel mode: million packets per second of CPU time of one core%n"
            + "    the same frames from memory (net_pcap, endless) and into nothing (net_null);"
            + " %d rounds in turns%n",
        size.rounds());
    programs.secgw().ifPresentOrElse(p -> {}, () -> out.println("    " + programs.whyNoSecgw()));
    for (String crypto : size.crypto()) {
      for (int tunnels : size.tunnels()) {
        out.printf(
            Locale.ROOT,
            "%n  %-34s %18s %18s %18s %18s %18s %8s%n",
            crypto + ", tunnels: " + tunnels,
            AGENT,
            SECGW,
            LOOP,
            AGENT + "/secgw",
            AGENT + "/loop",
            "Gbit/s");
        for (boolean outbound : new boolean[] {true, false}) {
          for (Load load : loads(outbound, tunnels)) {
            line(load, turns(load, crypto, cleanup));
          }
        }
      }
    }
    out.printf(
        Locale.ROOT,
        "%n  goals: at least %.1f of ipsec-secgw, at least %.1f of the bare loop: %s%n",
        TO_SECGW,
        TO_LOOP,
        missed == 0 ? "met" : "missed by " + missed + " medians, marked with *");
  }

  private static List<Load> loads(boolean outbound, int tunnels) {
    String way = outbound ? "encrypt " : "decrypt ";
    List<Load> loads = new ArrayList<>();
    for (int octets : new int[] {64, 576, 1400}) {
      loads.add(new Load(way + octets, outbound, new int[] {octets}, tunnels));
    }
    loads.add(new Load(way + "IMIX", outbound, Load.mix(), tunnels));
    return loads;
  }

  /** Packets per second, round by round. */
  private Map<String, List<Double>> turns(Load load, String crypto, Cleanup cleanup)
      throws IOException, InterruptedException {
    Path place = Files.createDirectory(directory.resolve("run" + runs++));
    Path capture = place.resolve("feed.pcap");
    load.write(capture);
    Map<String, Contender> contenders = new LinkedHashMap<>();
    contenders.put(AGENT, cleanup.owns(agent(place, crypto, capture, load)));
    if (programs.secgw().isPresent()) {
      Path file = place.resolve("secgw.cfg");
      Files.writeString(file, Ports.secgwConfiguration(load));
      contenders.put(
          SECGW,
          cleanup.owns(
              started("s", place, Ports.secgw(programs, "s", crypto, capture, file, load))));
    }
    contenders.put(
        LOOP, cleanup.owns(started("l", place, Ports.loop(programs, "l", crypto, capture, load))));
    Map<String, List<Double>> rates = new LinkedHashMap<>();
    for (int round = 0; round < size.rounds(); round++) {
      for (Map.Entry<String, Contender> each : contenders.entrySet()) {
        rates
            .computeIfAbsent(each.getKey(), k -> new ArrayList<>())
            .add(each.getValue().measure(size.cpuMilliseconds()).perSecond());
      }
    }
    contenders.values().forEach(cleanup::end);
    return rates;
  }

  private Contender started(String name, Path place, List<String> command)
      throws IOException, InterruptedException {
    Contender contender = Contender.start(programs, name, place, command);
    settled(contender);
    return contender;
  }

  private static void settled(Contender contender) throws IOException, InterruptedException {
    try {
      contender.settle();
    } catch (IOException | InterruptedException e) {
      contender.close();
      throw e;
    }
  }

  private Contender agent(Path place, String crypto, Path capture, Load load)
      throws IOException, InterruptedException {
    Path socket = place.resolve("a.sock");
    Path file = place.resolve("agent.conf");
    Files.writeString(file, Ports.agentConfiguration("a", crypto, capture, socket, load));
    Contender agent =
        Contender.start(
            programs, "a", place, List.of(programs.agent().toString(), file.toString()));
    try (AgentClient client = new AgentClient(socket)) {
      agent.await("socket", () -> Files.exists(socket));
      client.apply(changes(load));
    } catch (IOException | InterruptedException | RuntimeException e) {
      agent.close();
      throw e;
    }
    settled(agent);
    return agent;
  }

  private static List<Change> changes(Load load) {
    List<Change> changes = new ArrayList<>();
    Selector near = AgentClient.addresses(ip(10, 1, 0, 0), ip(10, 1, 255, 255));
    for (int i = 0; i < load.tunnels(); i++) {
      Selector far = AgentClient.addresses(ip(10, 2, i, 0), ip(10, 2, i, 255));
      SelectorPair traffic =
          load.outbound() ? AgentClient.traffic(near, far) : AgentClient.traffic(far, near);
      SaId id = AgentClient.id(load.outbound(), Load.FIRST_SPI + i, Load.FAR);
      byte[] local = load.outbound() ? Load.NEAR : Load.FAR;
      byte[] remote = load.outbound() ? Load.FAR : Load.NEAR;
      changes.add(AgentClient.addSa(id, local, remote, traffic, 0, Load.KEY));
      changes.add(AgentClient.addPolicy(id, traffic));
    }
    return changes;
  }

  private static byte[] ip(int a, int b, int c, int d) {
    return new byte[] {(byte) a, (byte) b, (byte) c, (byte) d};
  }

  private void line(Load load, Map<String, List<Double>> rates) {
    double million = 1e6;
    out.printf(
        Locale.ROOT,
        "    %-32s %18s %18s %18s %18s %18s %8.1f%n",
        load.name(),
        scaled(rates.get(AGENT), million).show(2),
        scaled(rates.getOrDefault(SECGW, List.of()), million).show(2),
        scaled(rates.get(LOOP), million).show(2),
        ratio(rates, SECGW, TO_SECGW),
        ratio(rates, LOOP, TO_LOOP),
        scaled(rates.get(AGENT), 1e9 / 8 / load.mean()).median());
  }

  private static Figures scaled(List<Double> values, double unit) {
    return Figures.of(values.stream().map(v -> v / unit).toList());
  }

  private String ratio(Map<String, List<Double>> rates, String other, double goal) {
    List<Double> ratios = new ArrayList<>();
    List<Double> theirs = rates.getOrDefault(other, List.of());
    for (int i = 0; i < theirs.size(); i++) {
      ratios.add(rates.get(AGENT).get(i) / theirs.get(i));
    }
    Figures figures = Figures.of(ratios);
    boolean falls = figures.count() > 0 && figures.median() < goal;
    if (falls) {
      missed++;
    }
    return figures.show(2) + (falls ? "*" : " ");
  }
}
