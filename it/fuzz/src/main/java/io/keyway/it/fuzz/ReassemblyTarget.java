package io.keyway.it.fuzz;

import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.Payload;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Fragments (RFC 7383) of several messages in any order, number, size and mixture, from a peer with
 * the keys, who did not authenticate yet or did: what is kept of them is bounded, and given back.
 * Whole messages that come of it are as good as any other.
 */
public final class ReassemblyTarget {
  /** What one message may have; the engine keeps one of each direction. */
  private static final int LONGEST = 65_536;

  private static final int MOST_FRAGMENTS = 600;

  private ReassemblyTarget() {}

  /** Providers take seconds to load under a fuzzer; that is no slow input. */
  public static void fuzzerInitialize() {
    EngineTarget.fuzzerInitialize();
  }

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length < 2) {
      return;
    }
    Input input = new Input(data);
    int flags = input.octet();
    Lab lab = new Lab();
    Gateway gateway = lab.right;
    Wire.require(gateway.load(Lab.rightNet().anyPeer().build()).done(), "refused");
    WildPeer peer = new WildPeer(lab, "192.0.2.2", true);
    WildWords words = new WildWords(peer, true, Config.ESP_GCM);
    peer.connect();
    if ((flags & 1) != 0) {
      List<Payload> auth = words.request(WildWords.AUTH);
      peer.request(ExchangeType.IKE_AUTH, 0, WildWords.first(auth), WildWords.inner(auth));
    }
    boolean authenticated = (flags & 1) != 0;
    int which = authenticated ? WildWords.CHILD : WildWords.AUTH;
    int exchange = WildWords.exchange(which);
    List<Payload> message = words.request(which);
    byte[] whole = WildWords.inner(message);
    int first = WildWords.first(message);
    for (int i = 0; i < MOST_FRAGMENTS && input.more(); i++) {
      fragment(input, peer, exchange, first, whole);
      Wire.require(
          gateway.count("ike-reassembly-octets") <= 2 * LONGEST,
          "one peer keeps more than two messages");
    }
    Wire.require(gateway.count("ike-internal-errors") == 0, "a fragment made a fault of ours");
    lab.time.run(Duration.ofMinutes(5));
    Wire.require(gateway.count("ike-reassembly-octets") == 0, "fragments are left");
  }

  /** What, number, total, and which octets: of an honest message, or so many of one value. */
  private static void fragment(Input input, WildPeer peer, int exchange, int first, byte[] whole) {
    int what = input.octet();
    int number = (what & 1) != 0 ? input.octet() : input.number();
    int total = (what & 1) != 0 ? input.octet() : input.number();
    byte[] part;
    if ((what & 2) != 0 && total > 0 && number > 0 && number <= total) {
      int from = whole.length * (number - 1) / total;
      part = Arrays.copyOfRange(whole, from, whole.length * number / total);
    } else {
      part = new byte[input.number() % 16_000];
      Arrays.fill(part, (byte) what);
    }
    int idOffset = (what & 4) != 0 ? input.octet() - 128 : 0;
    int type = (what & 8) != 0 ? ExchangeType.INFORMATIONAL : exchange;
    peer.fragment(type, (what & 16) != 0, idOffset, number, total, number == 1 ? first : 0, part);
  }
}
