package io.keyway.emulator.infrap4d;

import io.keyway.emulator.infrap4d.cli.ControlCommands;
import java.util.List;
import java.util.TreeMap;

/** What the program says about itself: options, and every oddity that it keeps on purpose. */
final class Help {
  private static final List<String> KEPT =
      List.of(
          "SAs are protobuf TEXT in TypedValue.proto_bytes; any other arm is INVALID_ARGUMENT, text"
              + " that does not parse is INTERNAL. Comments, commas and semicolons are fine.",
          "One Set is one whole SA: deeper paths lead to the same node, defaults of the YANG module"
              + " are not applied, a missing field is 0.",
          "update and replace both insert. An SA that is there, a full SAD, a bad algorithm or key"
              + " length: all are UNKNOWN without a reason. There is no modify.",
          "encryption_algorithm is cut to 16 bits and key_len to 8; byte values that are too long"
              + " lose their leading octets; nothing is said.",
          "The key is hex pairs joined by colons, at least one, else INTERNAL; key, then salt."
              + " AES-128 and AES-256 only.",
          "Deletes compare the direction with the text 1 (true means false), or take one key name"
              + " and delete both directions. An absent entry is UNKNOWN.",
          "A Set does deletes, then replaces, then updates, and stops at the first failure; what"
              + " was done stays.",
          "Every read of rx-spi allocates an SPI, a parent path or a SAMPLE subscription too; there"
              + " is no release; failure is OK with value 0.",
          "Get takes encoding PROTO only and no key called name; config, state and sadb-expire"
              + " answer the string unsupported yet.",
          "sadb-expire: first unsupported yet, then sync_response, then events as one string; 256"
              + " wait at most, late subscribers get nothing, and there are no events before the"
              + " first rx-spi read or SAD write. Errors come as SubscribeResponse.error and the"
              + " call ends OK. sample_interval is milliseconds.",
          "Only byte lifetimes count.",
          "gNMI capabilities do not name the IPsec model.",
          "P4Runtime: a failed update makes the Write UNKNOWN; one p4.v1.Error per update is in the"
              + " details. All duplicates: 'Duplicate table entry (may not be an error)'.",
          "Tables have 1024 rows, match exactly and want priority 0; fields left out match zero;"
              + " values are read back padded, not canonical.",
          "Five streams per device (a sixth, and every new arbitration while five are open, is"
              + " RESOURCE_EXHAUSTED), twenty in all; device id 1; election id 0 and one in use are"
              + " INVALID_ARGUMENT.",
          "A role keeps the highest election id it ever saw; its config counts when it becomes"
              + " primary; ids outside of it are PERMISSION_DENIED, an unknown role NOT_FOUND.",
          "Only atomicity CONTINUE_ON_ERROR; RECONCILE_AND_COMMIT is UNIMPLEMENTED; setting the"
              + " pipeline again empties every table.",
          "A restart loses pipeline, rows, SAs, streams and subscriptions.",
          "Without a row packets pass in clear: the defaults of the program are NoAction.",
          "TLS files must be regular files; they are read again every second.",
          "Path elements are bare names; origin and target are ignored, and a prefix is only echoed:"
              + " every path has to be complete.",
          "The details trailer of a failed Write grows with every update in it, good or bad, and a"
              + " gRPC client limits what it takes as metadata (8 KiB in Java, 16 KiB in C++ and"
              + " Python): beyond that the call fails although its updates were applied, and in Java"
              + " the whole connection goes from 10 KiB on, its arbitration stream with it.",
          "Pings more often than every ten seconds end the connection (GOAWAY, too_many_pings);"
              + " requests may have up to 256 MiB.",
          "Both services answer on every address; there is no reflection and no other service.");

  private Help() {}

  static String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "A stand-in for an Intel IPU E2100 behind infrap4d: gNMI and P4Runtime with the oddities of"
            + " the real\nserver, and a pipeline in software that encrypts by the rows and SAs"
            + " written into it.\n\nemulator [OPTIONS]       runs one device until it is ended\n"
            + "emulator control ...     orders something of one that runs\n"
            + "emulator help            this\n\nOptions, all as --KEY=VALUE:\n");
    new TreeMap<>(ConfigReader.KEYS).forEach((key, meaning) -> item(text, key, meaning));
    item(
        text,
        "control (of the program)",
        ControlCommands.DEFAULT_ADDRESS + " unless said otherwise; none: no control interface");
    item(
        text,
        "tls.make",
        "directory: an authority and certificates for tests are made there if it has none, and"
            + " mutual TLS is on; clients take ca.crt, client.crt and client.key");
    item(
        text,
        "udp-local, udp-peer",
        "HOST:PORT of both ends of a UDP link that joins the wires of two processes");
    text.append("\nQuirks that can be switched (--quirks=NAME=true|false,...):\n");
    for (Quirk quirk : Quirk.values()) {
      item(text, quirk.text() + " (" + quirk.byDefault() + ")", quirk.meaning());
    }
    text.append("\nKept always:\n");
    KEPT.forEach(line -> wrap(text, "  - ", line));
    text.append("\nThe control interface (gRPC keyway.emulator.v1.EmulatorControl) from here:\n");
    ControlCommands.help().lines().forEach(line -> wrap(text, indent(line), line.strip()));
    return text.toString();
  }

  private static String indent(String line) {
    return " ".repeat(line.length() - line.stripLeading().length());
  }

  private static void item(StringBuilder text, String key, String meaning) {
    text.append("  ").append(key).append('\n');
    wrap(text, "      ", meaning);
  }

  private static void wrap(StringBuilder text, String indent, String line) {
    StringBuilder current = new StringBuilder(indent);
    for (String word : line.split(" ")) {
      if (current.length() + word.length() > 100) {
        text.append(current.toString().stripTrailing()).append('\n');
        current = new StringBuilder(" ".repeat(indent.length()));
      }
      current.append(word).append(' ');
    }
    text.append(current.toString().stripTrailing()).append('\n');
  }
}
