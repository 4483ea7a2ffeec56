package io.keyway.it.fuzz;

/**
 * A whole engine in virtual time against a peer that has the keys: the first octet says which role
 * the engine has and how far the two are, the rest is a script of messages, operators' commands and
 * time. However it goes, the engine faults nowhere, serves others, and is left with nothing once
 * its connections are removed.
 */
public final class EngineTarget {
  private static final int LONGEST = 16_384;
  private static final int MOST_STEPS = 64;

  private EngineTarget() {}

  /** Providers take seconds to load under a fuzzer; that is no slow input. */
  public static void fuzzerInitialize() {
    Wire.require(!TestKeys.PROTECTIONS.isEmpty(), "no algorithms");
  }

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0 || data.length > LONGEST) {
      return;
    }
    Input input = new Input(data);
    EngineScript script = new EngineScript(input.octet());
    for (int steps = 0; input.more() && steps < MOST_STEPS; steps++) {
      script.step(input);
    }
    script.end();
  }
}
