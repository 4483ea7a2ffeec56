package io.keyway.it.interop.engine;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.function.Function;

/** Writes events in the form of {@code native/charon-stub}, so that one reader serves both ends. */
final class KeyLog {

  private final Path file;

  KeyLog(Path file) {
    this.file = file;
  }

  void added(SecurityAssociation sa, SaKeys keys) {
    JsonObject line = sa("add_sa", sa);
    line.addProperty("enc_alg", sa.encryption().ianaId());
    line.addProperty("enc_key", hex(keys.encryption()));
    line.addProperty("int_alg", sa.integrity().ianaId());
    line.addProperty("int_key", hex(keys.integrity()));
    line.addProperty("esn", sa.esn());
    line.addProperty("mode", sa.mode() == IpsecMode.TUNNEL ? "tunnel" : "transport");
    line.addProperty("inbound", sa.id().direction() == Direction.INBOUND);
    boolean out = sa.id().direction() == Direction.OUTBOUND;
    line.add("src_ts", selectors(sa, out ? SelectorPair::local : SelectorPair::remote));
    line.add("dst_ts", selectors(sa, out ? SelectorPair::remote : SelectorPair::local));
    line.addProperty("failed", false);
    write(line);
  }

  void removed(SecurityAssociation sa) {
    write(sa("del_sa", sa));
  }

  /** A policy that is programmed now, or is no more. */
  void policy(String event, Policy policy) {
    JsonObject line = new JsonObject();
    line.addProperty("event", event);
    line.addProperty("direction", policy.direction() == Direction.OUTBOUND ? "out" : "in");
    if (policy.action() instanceof PolicyAction.Protect protect) {
      line.addProperty("spi", String.format("%08x", protect.sa().spi().value()));
    }
    write(line);
  }

  private static JsonObject sa(String event, SecurityAssociation sa) {
    boolean out = sa.id().direction() == Direction.OUTBOUND;
    String local = sa.endpoints().local().getHostAddress();
    String remote = sa.endpoints().remote().getHostAddress();
    JsonObject line = new JsonObject();
    line.addProperty("event", event);
    line.addProperty("spi", String.format("%08x", sa.id().spi().value()));
    line.addProperty("src", out ? local : remote);
    line.addProperty("dst", out ? remote : local);
    return line;
  }

  private static JsonArray selectors(
      SecurityAssociation sa, Function<SelectorPair, TrafficSelector> side) {
    JsonArray array = new JsonArray();
    for (SelectorPair pair : sa.selectors()) {
      TrafficSelector ts = side.apply(pair);
      JsonObject entry = new JsonObject();
      entry.addProperty("from", ts.first().getHostAddress());
      entry.addProperty("to", ts.last().getHostAddress());
      entry.addProperty("protocol", ts.protocol());
      entry.addProperty("from_port", ts.firstPort());
      entry.addProperty("to_port", ts.lastPort());
      array.add(entry);
    }
    return array;
  }

  private static String hex(SecretBytes secret) {
    Function<byte[], String> format = HexFormat.of()::formatHex;
    return secret.read(format);
  }

  private synchronized void write(JsonObject line) {
    try {
      Files.write(
          file,
          (line + "\n").getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
